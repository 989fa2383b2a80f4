"""The last requests, asked again with an edited signature."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.cases import CaseView
from db.engine import Sessions, make_sessions, writing
from mds_client.errors import EndpointFailed
from mds_client.prediction import Answer
from mds_client.signature import Field, File, ModelRef, Signature
from signatures.errors import OverlayNotRecorded
from signatures.trial import last_cases, tried
from tests.recorded import NUMBER, add_case, case_of
from tests.stub_predictor import ADELIE, PENGUINS, StubPredictor

BILL = Field(name="bill", kind="number", minimum=10.0)
SIGNATURE = Signature(model=PENGUINS, inputs=(BILL,))
PICTURE = File(name="a.png", media_type="image/png", data=b"\x89PNG\r\n\x1a\n")


def outcome(case: CaseView, signature: Signature = SIGNATURE, answer: object = ADELIE) -> str:
    (trial,) = tried([case], signature, StubPredictor(answer))  # type: ignore[arg-type]
    return trial.outcome


@pytest.mark.parametrize(
    ("changes", "answer", "words"),
    [
        ({}, ADELIE, "OK: still Adelie."),
        ({}, replace(ADELIE, label="Gentoo"), "OK: now Gentoo, before Adelie."),
        (NUMBER, Answer(kind="number", number=41.5), "OK: still 41.5."),
        (NUMBER, Answer(kind="number", number=40.0), "OK: now 40, before 41.5."),
        ({"answer_label": None, "answer": None}, ADELIE, "OK: Adelie."),
        ({"entered": {"bill": 5}}, ADELIE, "Can no longer be sent: Bill must be at least 10."),
        ({"entered": {}}, ADELIE, "Can no longer be sent: Bill is needed."),
        ({"entered": {"bill": 39.1, "old": 1}}, ADELIE, "Can no longer be sent: This model has no field called 'old'."),
        ({}, EndpointFailed("It broke."), "Can be sent, but the model gave no answer: It broke."),
    ],
)  # fmt: skip
def test_a_case_is_asked_again(changes: dict[str, object], answer: object, words: str) -> None:
    assert outcome(case_of(**changes), answer=answer) == words


def test_a_file_is_asked_again_where_it_is_an_example() -> None:
    kept = {"file": "a.png", "media_type": "image/png", "size": 8, "sha256": PICTURE.sha256}
    picture = Field(name="picture", kind="image", examples=(PICTURE,))
    signature = Signature(model=PENGUINS, inputs=(picture,))
    assert "OK: still " in outcome(case_of(entered={"picture": kept}), signature)
    lost = case_of(entered={"picture": {**kept, "sha256": "other"}})
    assert outcome(lost, signature) == "Cannot be sent again: Picture was not stored."
    omitted = case_of(entered={"bill": {"omitted": True, "size": 9, "sha256": "x"}})
    assert outcome(omitted) == "Cannot be sent again: Bill was not stored."


def test_time_is_bounded() -> None:
    model, ticks = StubPredictor(), iter([0.0, 1.0, 70.0, 71.0])
    trials = tried([case_of(), case_of(), case_of()], SIGNATURE, model, clock=lambda: next(ticks))
    assert len(model.calls) == 1
    assert [trial.outcome for trial in trials[1:]] == [
        "Can be sent. Not asked: the time limit was reached."
    ] * 2


def test_the_newest_cases_of_every_version(sessions: Sessions) -> None:
    for number in range(22):
        add_case(sessions, version=f"v{number}")
    add_case(sessions, model="other")
    found = last_cases(sessions, ModelRef(server="shelf", name="penguins", version="v1"))
    assert len(found) == 20
    assert {case.model for case in found} == {"penguins"}


def test_a_database_that_fails_is_a_sentence(sqlite_url: str) -> None:
    sessions = make_sessions(sqlite_url)
    with writing(sessions) as session:
        session.connection().exec_driver_sql("DROP TABLE cases")
    with pytest.raises(OverlayNotRecorded):
        last_cases(sessions, PENGUINS)
    sessions.kw["bind"].dispose()
