"""A figure of Health and the list that it leads to are the same cases, and the checks to do are those that can be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlparse

import pytest

from cases.deleting import delete_cases
from cases.search import CaseFilter, count, search
from db.deletion import Wanted
from db.engine import Sessions, limited
from db.scope import EVERYTHING
from feedback.review_filling import fill
from feedback.submission import submit
from health.calibration_words import points
from health.cohort import Cohort
from health.overview import Look, look
from health.sentences import Checks, check_words
from health.standing import standings
from health.status import Finding
from health.to_check import ToCheck
from tests.recorded import FAILED, NOON, add_cases, case_of
from ui.cases.counted import FAILED as NOT_ANSWERED
from ui.cases.counted import UNCHECKED, WRONG
from ui.cases.filters import filter_of
from ui.health import to_check, wrong_answers
from ui.health.address import Chosen, of_word
from ui.health.to_check import address, wanted, words
from ui.health.wrong_answers import WrongAnswers, why
from ui.health.wrong_answers import words as wrong_words

DRAWN = {"is_audited": True, "audit_draw": 0.01}


def _judge(sessions: Sessions, case_id: str, judgement: str, channel: str = "audit") -> None:
    submit(
        sessions, case_id=case_id, person="ada", judgement=judgement,
        key=f"{case_id}{channel}", channel=channel,
    )  # fmt: skip


@pytest.fixture
def mixed(sessions: Sessions) -> Sessions:
    """Cases of many kinds over sixty days: drawn and not, of every purpose, judged by several people in several ways."""
    random, now = Random(3), datetime.now(UTC)
    purposes = ("asked", "asked", "batch", "demo", "scenario", "golden", "show", "replay")
    outcomes: tuple[dict[str, object], ...] = (
        {},
        {},
        {},
        {},
        FAILED,
        FAILED | {"outcome": "invalid"},
    )
    kept = add_cases(
        sessions,
        *(
            case_of(
                created_at=now - timedelta(days=random.randrange(60)),
                version=random.choice(("v1", "v2")),
                purpose=random.choice(purposes),
                entered={"island": random.choice(("Biscoe", "Dream"))},
                **(DRAWN if random.random() < 0.6 else {}),
                **random.choice(outcomes),
            )
            for _ in range(300)
        ),
    )
    for case in kept:
        for person, channel in (("ada", "volunteered"), ("bob", "audit"), ("rita", "review")):
            can_be = case.is_answered and (channel != "audit" or case.is_audited)
            if can_be and random.random() < 0.35:
                submit(
                    sessions,
                    case_id=case.id,
                    person=person,
                    judgement=random.choice(("correct", "incorrect", "unsure")),
                    key=f"{case.id}{person}",
                    channel=channel,
                )
    return sessions


def _look(sessions: Sessions, cohort: Cohort) -> Look:
    found = look(sessions, "shelf", "penguins", cohort)
    assert found is not None
    return found


def _listed(link: str) -> CaseFilter:
    """What the page Cases looks for at an address."""
    return filter_of(dict(parse_qsl(urlparse(link).query)))


@pytest.mark.parametrize(
    "chips", [{}, {"version": "v2"}, {"value": "island=Dream"}], ids=["all", "version", "value"]
)
def test_figures_and_the_lists_they_lead_to_are_the_same_cases(
    mixed: Sessions, chips: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(to_check, "services", lambda: SimpleNamespace(scope=EVERYTHING))
    for since in (of_word("shelf", "penguins").since, datetime.now(UTC) - timedelta(days=20)):
        midnight = since and since.replace(hour=0, minute=0, second=0, microsecond=0)
        chosen = Chosen(server="shelf", model="penguins", since=midnight, chips=chips)
        found = _look(mixed, chosen.cohort)
        right = found.standing.accuracy
        waiting = count(mixed, _listed(address(chosen)))
        assert waiting == count(mixed, wanted(chosen)) == found.standing.unchecked > 0
        assert waiting == right.drawn - right.n + sum(each.waiting for each in right.left_out)
        wrong = sum(w for week in found.weeks for _, w in week.checked.values())
        assert count(mixed, _listed(chosen.cases(counted=WRONG))) == wrong > 0
        failed = count(mixed, _listed(chosen.cases(counted=NOT_ANSWERED)))
        assert failed == found.failed.count > 0


def test_nobody_is_asked_to_check_what_others_judged_and_a_review_stays_blind(
    sessions: Sessions,
) -> None:
    """A case that waits for a reviewer hides what others say of it: it counts as judged, and its verdict is not told."""
    now = datetime.now(UTC)
    kept = add_cases(sessions, *(case_of(created_at=now, entered={}, **DRAWN) for _ in range(6)))
    for case, judgement in zip(kept, ("incorrect", "incorrect", "correct", "unsure"), strict=False):
        _judge(sessions, case.id, judgement)
    fill(sessions)  # what somebody called wrong comes before reviewers
    reviewer = limited(sessions, replace(EVERYTHING, reader="rita"))
    chosen = of_word("shelf", "penguins")
    counted = {chosen.wanted(counted=name): n for name, n in ((WRONG, 2), (UNCHECKED, 3))}
    for each, n in counted.items():
        assert count(sessions, each) == n
    assert count(reviewer, chosen.wanted(counted=UNCHECKED)) == 3
    assert count(reviewer, chosen.wanted(counted=WRONG)) == 0
    asked = {line.id for line in search(reviewer, chosen.wanted(counted=UNCHECKED)).lines}
    assert asked == {case.id for case in kept[3:]}


def test_why_lists_have_fewer_of_what_was_said_than_figures_count_is_said(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    kept = add_cases(sessions, *(case_of(created_at=now, entered={}, **DRAWN) for _ in range(5)))
    for case, judgement in zip(
        kept, ("incorrect", "incorrect", "correct", "correct"), strict=False
    ):
        _judge(sessions, case.id, judgement)
    chosen = replace(of_word("shelf", "penguins"), chips={"channel": "audit"})

    def said(reader: Sessions, counted: str = "", of: Chosen = chosen) -> str:
        running = SimpleNamespace(figures=sessions, sessions=reader, scope=EVERYTHING)
        monkeypatch.setattr(wrong_answers, "services", lambda: running)
        return wrong_answers.unlisted(of, counted)

    reviewer = limited(sessions, replace(EVERYTHING, reader="rita"))
    assert said(reviewer) == ""  # all are listed
    fill(sessions)  # what somebody called wrong comes before reviewers
    assert said(reviewer).startswith(" Lists have 2 of these 4 cases: 2 of them wait for your own")
    assert said(reviewer, WRONG).startswith(" Lists have 0 of these 2 wrong cases: 2 of them wait")
    assert said(reviewer, of=of_word("shelf", "penguins")) == ""
    assert said(sessions, WRONG) == ""


def test_what_is_deleted_counts_and_waits_for_nobody(sessions: Sessions) -> None:
    now = datetime.now(UTC)
    kept = add_cases(sessions, *(case_of(created_at=now, entered={}, **DRAWN) for _ in range(5)))
    list(delete_cases(sessions, Wanted(ids=(kept[0].id,)), person="olga"))
    (found,) = standings(sessions).values()
    assert (found.accuracy.drawn, found.unchecked) == (5, 4)
    assert found.status.to_check == 4


def test_the_advice_is_of_what_can_be_checked_and_of_what_is_drawn_first() -> None:
    assert check_words(Checks(needed=18, waiting=21)) == (
        "Check 18 of the 21 drawn cases that nobody has judged."
    )
    assert check_words(Checks(needed=1, waiting=1)) == (
        "Check the drawn case that nobody has judged."
    )
    few = check_words(Checks(needed=279, waiting=21))
    assert few.startswith("Check the 21 drawn cases that nobody has judged. 258 more have to be")
    assert "larger share" in few
    none = check_words(Checks(needed=1, waiting=0))
    assert none.startswith("No drawn case waits for a judgement. 1 more has to be drawn first")


def test_why_fewer_wrong_answers_are_listed_than_counted_is_said() -> None:
    every = WrongAnswers(counted=21, there=21, seen=21, reviews=True)
    assert (wrong_words(every), why(every)) == ("See the 21 wrong answers", "")
    some = replace(every, there=20, seen=18)
    assert wrong_words(some) == "See 18 of the 21 wrong answers"
    assert why(some).startswith("2 of them wait for your own review: ")
    assert why(some).endswith("1 is deleted and still counts.")
    assert why(replace(some, reviews=False)).startswith("2 of them were asked by other people.")


def test_numbers_have_their_grammar() -> None:
    def needed(number: int | None, *, is_first: bool = False) -> ToCheck:
        return ToCheck(needed=number, drawn=0, is_first=is_first)

    assert words(77, needed(3)) == (
        "Check the 77 drawn cases that nobody judged (3 are needed for ±5 pp)"
    )
    assert words(1, needed(1)) == (
        "Check the 1 drawn case that nobody judged (1 is needed for ±5 pp)"
    )
    assert words(21, needed(279)) == (
        "Check the 21 drawn cases that nobody judged (for ±5 pp 258 more have to be drawn first)"
    )
    # Those of others are drawn, too.
    assert words(5, ToCheck(needed=96, drawn=19, is_first=False)) == (
        "Check 5 of the 19 drawn cases that nobody judged (for ±5 pp 77 more have to be drawn first)"
    )
    assert words(5, ToCheck(needed=8, drawn=8, is_first=False)) == (
        "Check the 5 drawn cases that nobody judged (8 are needed for ±5 pp)"
    )
    assert words(3, needed(None)) == (
        "Check the 3 drawn cases that nobody judged (too few for ±5 pp)"
    )
    assert words(2, needed(2, is_first=True)) == (
        "Check the 2 drawn cases that nobody judged (2 are needed for a first figure)"
    )
    assert (points(0.011), points(0.04)) == ("1 percentage point", "4 percentage points")


def test_the_word_is_of_as_many_days_as_the_figures_beside_it(sessions: Sessions) -> None:
    midnight = NOON.replace(hour=0)
    first = midnight - timedelta(days=119)
    add_cases(sessions, case_of(created_at=first), case_of(created_at=first - timedelta(seconds=1)))
    (found,) = standings(sessions, clock=lambda: NOON).values()
    assert found.cases == 1


def test_a_fall_is_found_again_in_the_list(sessions: Sessions) -> None:
    """What the button counts is what the sentence counts: drawn answers of the days since a fall, judged wrong."""
    now = datetime.now(UTC)
    cases = [
        case_of(created_at=now - timedelta(days=60 - n // 4), entered={}, **DRAWN)
        for n in range(240)
    ]
    for n, case in enumerate(add_cases(sessions, *cases)):
        _judge(sessions, case.id, "incorrect" if n > 160 and n % 2 else "correct")
    others = [case_of(created_at=now - timedelta(days=1), entered={}) for _ in range(5)]
    for case in add_cases(sessions, *others):
        _judge(sessions, case.id, "incorrect", "volunteered")
    (found,) = standings(sessions).values()
    (fall,) = (each for each in found.status.findings if each.kind == "accuracy")
    assert isinstance(fall, Finding)
    counted = sum(wrong for _, wrong in fall.checked.values())
    days = f"{fall.since}..{now.date()}"
    assert count(sessions, of_word("shelf", "penguins").wanted(counted=WRONG, days=days)) == counted
    assert counted > 20
