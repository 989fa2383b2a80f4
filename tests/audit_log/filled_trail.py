"""A trail with an entry of every kind, written by the functions that pages call."""

from __future__ import annotations

from cases.attempt import FirstCall
from cases.batch import RowsRequest, predict_rows
from cases.recording import predict_and_record
from db.engine import Sessions
from feedback.comments import comment
from feedback.first_calls import Call, recorder
from feedback.submission import submit
from mds_client.errors import EndpointFailed
from mds_client.signature.facts import Facts, FieldFacts
from people import tokens
from signatures.content import EDITED
from signatures.overlay import publish
from tests.cases.test_batch import Rows
from tests.stub_predictor import PENGUINS, StubPredictor, failure

ODD = {"bill": 39.1, "none": None, "nan": float("nan"), "ä": ["\x00", -0.0, 2**70], "t": (1, 2.0)}
CALL = Call(kind="class", answer="Gentoo\ud800" * 20, confidence=0.7)
ENTRIES, RECORDS = 10, 12


def fill(sessions: Sessions) -> None:
    """Ten entries about twelve records: what somebody answered before the model, two cases, three of a file, two statements, two versions of an overlay, an answer
    to a statement, and a token."""
    asked = predict_and_record(
        StubPredictor(),
        ODD,
        sessions=sessions,
        key="one",
        person="ada\ud800" * 50,
        first_call=FirstCall(probability=0.5, draw=0.25, record=recorder(CALL)),
    )
    failed = StubPredictor(failure(EndpointFailed("The server broke."), status=503))
    predict_and_record(failed, {"bill": 1.0}, sessions=sessions, key="two", person="ada")
    rows = RowsRequest(model=Rows(), sessions=sessions, key="file", person="bob")
    list(predict_rows(rows, [{"x": n} for n in range(3)]))
    said = {"case_id": asked.case_id, "person": "ada", "comment": "x" * 10_000}
    submit(sessions, key="a", judgement="incorrect", truth="Gentoo", confidence=0.5, **said)
    second = submit(sessions, key="b", judgement="unsure", **said)
    for number in (0, 1):
        facts = Facts(source=EDITED, fields={"bill": FieldFacts(minimum=float(number))})
        publish(sessions, PENGUINS, facts, author="eve", key=f"o{number}", based_on=number)
    comment(
        sessions,
        case_id=asked.case_id,
        person="rita",
        words="x" * 10_000,
        key="c",
        answers_id=second.id,
        answer="known",
    )
    tokens.make(
        sessions, person="ada", name="n", scopes=["read"], days=9, most_days=9, groups=["risk", "ä"]
    )
