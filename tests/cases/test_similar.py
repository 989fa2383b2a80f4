"""Past cases like a case."""

from __future__ import annotations

from datetime import timedelta

from cases.similar import similar
from db.cases import CaseView
from db.engine import Sessions
from feedback.submission import submit
from mds_client.signature import Field, ModelRef, Signature
from tests.recorded import FAILED, NOON, add_case
from ui.explanations.similar import sentence

SIGNATURE = Signature(
    model=ModelRef(server="shelf", name="penguins"),
    inputs=(
        Field(name="bill", kind="number"),
        Field(name="mass", kind="number"),
        Field(name="island", kind="category", choices=("Biscoe", "Dream")),
    ),
)


def _case(sessions: Sessions, bill: float, mass: float, island: str, **more: object) -> CaseView:
    entered = {"bill": bill, "mass": mass, "island": island}
    return add_case(sessions, **{"entered": entered, **more})


def test_the_nearest_come_first_and_say_what_differs(sessions: Sessions) -> None:
    this = _case(sessions, 40.0, 4000.0, "Dream")
    far = _case(sessions, 60.0, 6000.0, "Biscoe")
    near = _case(sessions, 41.0, 4000.0, "Dream")
    middle = _case(sessions, 41.0, 4000.0, "Biscoe")
    found = similar(sessions, this, SIGNATURE)
    assert [each.case.id for each in found] == [near.id, middle.id, far.id]
    assert [set(each.differing) for each in found] == [
        {"bill"},
        {"island", "bill"},
        {"bill", "mass", "island"},
    ]
    assert found[1].differing[0] == "island"
    assert [round(each.distance, 3) for each in found] == [0.017, 0.35, 1.0]


def test_other_models_failures_and_the_case_itself_are_not_similar(sessions: Sessions) -> None:
    this = _case(sessions, 40.0, 4000.0, "Dream")
    _case(sessions, 40.0, 4000.0, "Dream", model="wines")
    _case(sessions, 40.0, 4000.0, "Dream", **FAILED)
    assert similar(sessions, this, SIGNATURE) == []


def test_the_same_question_with_the_same_answer_counts_once_the_newest(sessions: Sessions) -> None:
    this = _case(sessions, 40.0, 4000.0, "Dream")
    _case(sessions, 41.0, 4000.0, "Dream")
    newest = _case(sessions, 41.0, 4000.0, "Dream", created_at=NOON + timedelta(hours=1))
    other = _case(sessions, 41.0, 4000.0, "Dream", answer_label="Gentoo")
    assert {each.case.id for each in similar(sessions, this, SIGNATURE)} == {newest.id, other.id}


def test_of_the_same_question_the_one_that_was_judged_is_kept(sessions: Sessions) -> None:
    this = _case(sessions, 40.0, 4000.0, "Dream")
    judged = _case(sessions, 41.0, 4000.0, "Dream")
    submit(sessions, case_id=judged.id, person="ada", judgement="correct", truth=None, key="a")
    _case(sessions, 41.0, 4000.0, "Dream", created_at=NOON + timedelta(hours=1))
    [found] = similar(sessions, this, SIGNATURE)
    assert (found.case.id, len(found.feedback)) == (judged.id, 1)


def test_what_people_say_now_comes_along(sessions: Sessions) -> None:
    this = _case(sessions, 40.0, 4000.0, "Dream")
    near = _case(sessions, 41.0, 4000.0, "Dream", answer_label="Gentoo")
    _case(sessions, 42.0, 4000.0, "Dream")
    for key, judgement, truth in (("a", "correct", None), ("b", "incorrect", "Chinstrap")):
        submit(
            sessions,
            case_id=near.id,
            person="ada",
            judgement=judgement,
            truth=truth,
            key=key,
        )
    found = similar(sessions, this, SIGNATURE)
    [said] = found[0].feedback
    assert (said.judgement, said.truth) == ("incorrect", "Chinstrap")
    assert sentence(this, found) == (
        "Of the 2 most similar cases, 1 got the same answer and people called 1 wrong."
    )


def test_what_nobody_judged_is_said(sessions: Sessions) -> None:
    this = _case(sessions, 40.0, 4000.0, "Dream")
    _case(sessions, 41.0, 4000.0, "Dream")
    one = sentence(this, similar(sessions, this, SIGNATURE))
    assert one == "The most similar case got the same answer and nobody judged it yet."
    near = similar(sessions, this, SIGNATURE)[0].case
    submit(sessions, case_id=near.id, person="ada", judgement="correct", truth=None, key="a")
    judged = sentence(this, similar(sessions, this, SIGNATURE))
    assert judged == "The most similar case got the same answer and people called it right."
    _case(sessions, 42.0, 4000.0, "Dream", answer_label="Gentoo")
    two = sentence(this, similar(sessions, this, SIGNATURE))
    assert two.endswith("1 got the same answer and people called 1 right.")


def test_values_that_are_missing_or_odd_are_only_the_same_or_not(sessions: Sessions) -> None:
    this = _case(sessions, 40.0, None, "Dream")  # type: ignore[arg-type]
    _case(sessions, 40.0, None, "Dream")  # type: ignore[arg-type]
    _case(sessions, float("inf"), 4000.0, "<b>")
    found = similar(sessions, this, SIGNATURE)
    assert [each.distance for each in found] == [0.0, 1.0]
