"""Two versions side by side: nothing tells which is which, the order is drawn and kept, and the test is the exact one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest

import db.comparisons
from db import audit_log
from db.cases import CaseView
from db.deletion import delete_cases
from db.engine import Sessions, limited, reading, writing
from db.ids import new_id
from db.scope import Models, Scope
from feedback.errors import AlreadyRecorded, FeedbackRefused
from feedback.jobs import pairs
from feedback.side_by_side import Shown, answer, next_pair, result, versions_of
from jobs import store
from jobs.here import Here
from mds_client.errors import EndpointUnreachable
from mds_client.signature import ModelRef
from people.errors import NotPermitted
from tests.recorded import add_case

OURS = (Models(server="shelf"),)
V = ("v1", "v2")
MODEL = {"server": "shelf", "model": "penguins", "versions": V}


def _answer(label: str) -> dict[str, object]:
    return {"answer": {"kind": "class", "label": label}, "answer_label": label}


def add_pair(sessions: Sessions, first: str = "Adelie", second: str = "Gentoo") -> list[CaseView]:
    """A case that version 1 answered, and the same asked again of version 2."""
    case = add_case(sessions, **_answer(first))
    again = {"parent_id": case.id, "version": "v2", "purpose": "replay"}
    return [case, add_case(sessions, **again, **_answer(second))]


def shown_to(sessions: Sessions, person: str, draw: float = 0.1) -> Shown:
    found = next_pair(sessions, **MODEL, person=person, random=lambda: draw)  # type: ignore[arg-type]
    assert found is not None
    return found


def say(sessions: Sessions, shown: Shown, choice: str, person: str = "rita") -> object:
    return answer(sessions, comparison_id=shown.id, person=person, choice=choice)


def test_nothing_of_a_pair_says_which_version_is_which_until_it_is_answered(
    sessions: Sessions,
) -> None:
    add_pair(sessions)
    assert versions_of(sessions, "shelf", "penguins") == {V: 1}
    for draw, labels in ((0.2, ["Adelie", "Gentoo"]), (0.7, ["Gentoo", "Adelie"])):
        person = f"reader {draw}"
        shown = shown_to(sessions, person, draw)
        assert [shown.left["label"], shown.right["label"]] == labels
        assert not any(word in repr(shown) for word in ("v1", "v2"))
        # Who looks again has the same in front of them, in the same order.
        assert shown_to(sessions, person, 1 - draw) == shown
        kept = say(sessions, shown, "left", person)
        assert isinstance(kept, db.comparisons.ComparisonView)
        assert (kept.draw, kept.left_version) == (draw, V[draw > 0.5])
        assert next_pair(sessions, **MODEL, person=person) is None  # type: ignore[arg-type]


def test_each_pair_counts_once_and_the_sign_test_is_exact(sessions: Sessions) -> None:
    for _ in range(12):
        add_pair(sessions)
    choices = ["right"] * 9 + ["left", "equal", "neither"]
    for choice in choices:
        say(sessions, shown_to(sessions, "rita"), choice)
    found = result(sessions, "shelf", "penguins", V)
    assert (found.first, found.second, found.equal, found.neither) == (1, 9, 1, 1)
    # 2 * (1 + 10) / 2**10; the limits are those of Clopper and Pearson's table for 9 of 10.
    assert found.p == pytest.approx(22 / 1024)
    assert (found.low, found.high) == pytest.approx((0.5550, 0.9975), abs=1e-4)
    assert (found.decided, found.pairs, found.people) == (10, 12, 1)
    # Who compares the same again and says the opposite takes a pair out of the test. The newest pair is shown first, and
    # she said of it that the right one is better: the second version.
    say(sessions, shown_to(sessions, "bob"), "left", "bob")
    again = result(sessions, "shelf", "penguins", V)
    assert (again.first, again.second, again.equal, again.people) == (1, 8, 2, 2)


def test_only_reviewers_compare_and_each_answers_their_own_once(sessions: Sessions) -> None:
    add_pair(sessions)
    reviewer = limited(sessions, Scope(person="rita", seen=OURS, reviewed=OURS))
    with pytest.raises(NotPermitted):
        shown_to(limited(sessions, Scope(person="ann", seen=OURS)), "ann")
    shown = shown_to(reviewer, "rita")
    say(sessions, shown_to(sessions, "bob"), "left", "bob")
    assert (
        result(limited(sessions, Scope(person="ann", seen=OURS)), "shelf", "penguins", V).pairs == 0
    )
    for choice, person, why in (
        ("left", "bob", "in front of you"),
        ("better", "rita", "is one of"),
    ):
        with pytest.raises(FeedbackRefused, match=why):
            say(reviewer, shown, choice, person)
    for _ in range(2):  # a second click
        say(reviewer, shown, "left")
    with pytest.raises(AlreadyRecorded):
        say(reviewer, shown, "right")
    with reading(sessions) as session:
        noted = audit_log.about(session, "comparison", shown.id, "side-by-side")
    assert [each.person for each in noted] == ["rita"]


def test_what_is_compared_goes_with_its_cases(sessions: Sessions) -> None:
    one, other = add_pair(sessions)
    shown = shown_to(sessions, "rita")
    say(sessions, shown, "equal")
    with writing(sessions) as session:
        delete_cases(session, [other.id, one.id])
        assert db.comparisons.by_id(session, shown.id) is None
    assert result(sessions, "shelf", "penguins", V).pairs == 0


def test_the_order_is_drawn_anew_for_each_pair(sessions: Sessions) -> None:
    sides: Counter[str] = Counter()
    for _ in range(2):
        add_pair(sessions)
    for number in range(15):
        found = next_pair(sessions, **MODEL, person=f"p{number}")  # type: ignore[arg-type]
        assert found is not None
        sides[str(found.left["label"])] += 1
    assert set(sides) == {"Adelie", "Gentoo"}  # but once in 16,000 runs


@dataclass
class Tools:
    sessions: Sessions
    asked: list[str]

    def golden_asker(self, ref: ModelRef, purpose: str = "golden"):  # type: ignore[no-untyped-def]
        def ask(ref: ModelRef, case: CaseView, *, key: str, person: str) -> CaseView:
            self.asked.append(case.id)
            if len(self.asked) == 2:
                raise EndpointUnreachable("Nobody answers.")
            made = {"parent_id": case.id, "version": ref.version, "purpose": purpose}
            return add_case(self.sessions, idempotency_key=key, **made, **_answer("Gentoo"))

        return ask


def test_a_job_makes_pairs_of_the_newest_cases(sessions: Sessions) -> None:
    add_pair(sessions)
    ids = [add_case(sessions).id for _ in range(4)]
    tools = Tools(sessions, [])
    kind = pairs.kind(tools)
    wanted = pairs.PairsRequest(
        model=ModelRef(server="shelf", name="penguins", version="v2"), count=3
    )
    job = store.make(kind, subject="model/shelf/penguins", key=new_id())
    ran = Here(sessions, "1", 15.0, is_inline=True).start(kind, job, wanted)
    done = store.find(sessions, ran.id)
    assert done is not None
    assert done.sentence.startswith("2 pairs made; 1 could not be asked")
    assert tools.asked == ids[:0:-1]
    assert versions_of(sessions, "shelf", "penguins") == {V: 3}
