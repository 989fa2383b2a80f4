"""A case that is asked again names the one before, and says what is different."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit_log.verify import verify
from cases.errors import NoSuchCase
from cases.history import history
from cases.queries import case
from cases.repeats import ask_again, difference, differing, repeats
from cases.seen import note_view, seen_by
from db.cases import GENUINE
from db.engine import Sessions, limited
from db.scope import Models, Scope
from mds_client.prediction import Answer
from tests.recorded import NOON, NOT_THERE, add_case, case_of
from tests.stub_predictor import StubPredictor

GENTOO = Answer(kind="class", label="Gentoo", probabilities={"Gentoo": 0.8, "Adelie": 0.2})
SHELF = (Models(server="shelf"),)
ANN = Scope(person="ann", seen=SHELF)
REVIEWER = Scope(person="rita", seen=SHELF, reviewed=SHELF)


def test_asking_again_is_a_case_of_its_own_that_nothing_counts(sessions: Sessions) -> None:
    first = add_case(sessions, entered={"bill": 39.1})
    asked = ask_again(
        StubPredictor(GENTOO), {"bill": 39.1}, of=first, sessions=sessions, key="k", person="bob"
    ).case
    assert (asked.parent_id, asked.purpose, asked.person) == (first.id, "replay", "bob")
    assert not asked.is_audited
    assert asked.purpose not in GENUINE
    assert asked.attempts == 1
    assert case(sessions, asked.id) == asked
    assert [each.id for each in repeats(sessions, first.id)] == [asked.id]
    assert next((s.what, s.person, s.case_id) for s in history(sessions, first)) == (
        "Asked again",
        "bob",
        asked.id,
    )
    assert history(sessions, asked)[-1].case_id == first.id
    again = ask_again(
        StubPredictor(GENTOO), {"bill": 39.1}, of=first, sessions=sessions, key="k", person="bob"
    )
    assert again.case_id == asked.id


def test_a_case_that_is_not_seen_is_not_asked_again(sessions: Sessions) -> None:
    hers = limited(sessions, ANN)
    model = StubPredictor()
    for of in (add_case(sessions, person="bob"), case_of(id=NOT_THERE)):
        with pytest.raises(NoSuchCase):
            ask_again(model, {"bill": 1.0}, of=of, sessions=hers, key="k", person="ann")
    assert model.calls == []


def test_the_difference_goes_field_by_field() -> None:
    then = case_of(
        entered={"bill": 39, "sex": "male", "year": None},
        answer={
            "kind": "class",
            "label": "Adelie",
            "probabilities": {"Adelie": 0.9, "Gentoo": 0.1},
            "details": {"note": "a"},
        },
    )
    now = case_of(
        entered={"bill": 39.0, "sex": "female", "mass": 4500.0},
        answer={
            "kind": "class",
            "label": "Gentoo",
            "probabilities": {"Gentoo": 0.8, "Adelie": 0.2},
            "details": {"note": "a"},
        },
    )
    told = [
        (line.part, line.name, line.then, line.now, line.is_same) for line in difference(then, now)
    ]
    assert told == [
        ("input", "bill", 39, 39.0, True),
        ("input", "sex", "male", "female", False),
        ("input", "mass", None, 4500.0, False),
        ("input", "year", None, None, True),
        ("answer", "Answer", "Adelie", "Gentoo", False),
        ("probability", "Gentoo", 0.1, 0.8, False),
        ("probability", "Adelie", 0.9, 0.2, False),
        ("answer", "note", "a", "a", True),
    ]
    assert [line.name for line in differing(difference(then, now), "input")] == ["sex", "mass"]
    number = {"kind": "number", "number": 41.5}
    failed = case_of(answer=None, outcome="failed")
    (line,) = [n for n in difference(failed, case_of(answer=number)) if n.part == "answer"]
    assert (line.then, line.now, line.is_same) == (None, 41.5, False)


def test_who_looked_is_trailed_and_makes_no_case_known(sessions: Sessions) -> None:
    """A look is an entry without a digest: it must not stand in for the entry that a case needs."""
    asked = ask_again(
        StubPredictor(), {"bill": 1.0}, of=add_case(sessions), sessions=sessions, key="k"
    ).case
    for person in ("rita", "bob", "rita", asked.person):
        note_view(sessions, asked, person)
    assert seen_by(limited(sessions, ANN), asked) == {}
    seen = seen_by(limited(sessions, REVIEWER), asked)
    assert list(seen) == ["rita", "bob"]
    assert seen["rita"] >= seen["bob"]
    slipped_in = add_case(sessions, created_at=NOON + timedelta(days=9_999))
    note_view(sessions, slipped_in, "rita")
    (finding,) = verify(sessions).findings
    assert (
        finding.sentence
        == f"Case {slipped_in.id} is in no entry, though it is newer than the trail."
    )
