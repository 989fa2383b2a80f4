"""What somebody decides on changed inputs: accepting moves what is compared with, closing begins anew, and both are told at once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.engine import Sessions, limited
from db.health_decisions import DecisionView
from db.scope import Models, Scope
from health import input_drift
from health.alarms.decisions import DecisionRefused, decide, decisions
from health.alarms.delivery import alarm_words
from health.alarms.episodes import alarms_of, bring_up_to_date
from health.alarms.evidence import evidence_of
from health.alarms.wording import decision_words, newest_words, reference_words, role_of
from health.baselines import Baseline
from health.day_counts import fold
from health.drift.wording import joint_words
from health.findings import Finding
from health.joint_drift import bring_up_to_date as compare_as_a_whole
from health.kept_standings import keep, kept, look_again
from health.overview import Look, look
from health.standing import standings
from tests.recorded import FAILED, add_cases, case_of

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
MODEL = ("shelf", "penguins")
OF = {"server": "shelf", "model": "penguins"}
OURS = (Models(server="shelf", name="penguins"),)
REVIEWER = Scope(person="olga", seen=OURS, reviewed=OURS)


def _ask(sessions: Sessions, bills: float, days: Sequence[float], version: str = "v1") -> None:
    """Three cases a day, so many days after NOW, with values around `bills`."""
    add_cases(
        sessions,
        *(
            case_of(
                created_at=NOW + timedelta(days=day, minutes=n),
                version=version,
                entered={"bill": bills + (7 * n + int(day) % 5) % 11, "mass": 4_000.0 + n},
            )
            for day in days
            for n in range(3)
        ),
    )


@pytest.fixture
def changed(sessions: Sessions) -> Sessions:
    """A model whose bills are three times as long as before for the last ten days."""
    input_drift.forget()
    _ask(sessions, 40.0, range(-60, -10))
    _ask(sessions, 120.0, range(-10, 0))
    fold(sessions)
    return sessions


def _look(sessions: Sessions, days: float = 0.0) -> Look:
    found = look(sessions, *MODEL, clock=lambda: NOW + timedelta(days=days))
    assert found is not None
    return found


def _kinds(found: Look) -> set[str]:
    return {finding.kind for finding in found.standing.status.findings}


def _decide(sessions: Sessions, decision: str, reason: str = "") -> DecisionView:
    kept_with = evidence_of(_look(sessions), {})
    who = limited(sessions, REVIEWER)
    return decide(
        who, **OF, person="olga", decision=decision, reason=reason, evidence=kept_with, clock=lambda: NOW
    )  # fmt: skip


def test_accepting_moves_the_reference_and_the_word_follows(changed: Sessions) -> None:
    before = _look(changed)
    assert before.standing.status.word == "Watch"
    assert "bill differs from before, since 22 May." in before.standing.status.sentence
    began = (NOW - timedelta(days=10)).date()
    (finding,) = before.standing.status.findings
    assert finding.since == began
    assert [each.since for each in before.drift] == [began, None]
    compare_as_a_whole(changed, clock=lambda: NOW)
    input_drift.forget()  # what a job kept says the same
    assert _look(changed).drift == before.drift
    bring_up_to_date(changed, standings(changed, clock=lambda: NOW).values(), clock=lambda: NOW)
    step = _decide(changed, "accepted", "so")
    after = _look(changed)
    assert "inputs" not in _kinds(after)
    assert after.standing == standings(changed, clock=lambda: NOW)[MODEL]
    (alarm,) = alarms_of(changed, *MODEL)
    assert "Accepted as the new normal by olga (reviewer)" in alarm_words(alarm, after.steps)
    assert (after.drift_reference.accepted, after.drift) == (step.created_at, [])
    said = "the first cases after olga accepted the state of 1 June"
    assert reference_words(before.drift_reference, before.steps) == "the first cases"
    assert reference_words(after.drift_reference, after.steps).startswith(said)
    assert role_of(step) == "reviewer"
    # Compared are the cases since then, once there are some of before the last two weeks.
    _ask(changed, 120.0, range(1, 30))
    assert _look(changed, 13).drift == []
    same = _look(changed, 29)
    assert "inputs" not in _kinds(same)
    assert {field.name: (field.before, field.after) for field in same.drift} == {"bill": (45, 42), "mass": (45, 42)}  # fmt: skip
    assert same.drift_before == (
        (NOW + timedelta(days=1)).date(),
        (NOW + timedelta(days=15)).date(),
    )
    _ask(changed, 40.0, range(30, 44))
    back = _look(changed, 44)
    assert "bill differs from the first cases after 1 June, when its state was accepted" in back.standing.status.sentence  # fmt: skip


def test_a_version_that_came_later_is_compared_with_its_own_first_cases(changed: Sessions) -> None:
    _decide(changed, "accepted", "so")
    _ask(changed, 10.0, range(1, 30), version="v2")
    found = _look(changed, 30)
    assert "inputs" not in _kinds(found)
    assert found.drift_before is not None
    assert found.drift_before[0] == (NOW + timedelta(days=1)).date()


def test_what_is_compared_as_a_whole_follows_with_the_next_run(changed: Sessions) -> None:
    assert [compare_as_a_whole(changed, clock=lambda: NOW) for _ in "ab"] == [1, 0]
    assert any(each.is_flagged for each in _look(changed).joint_drift)
    _decide(changed, "accepted", "so")
    assert _look(changed).joint_drift == []
    assert [compare_as_a_whole(changed, clock=lambda: NOW) for _ in "ab"] == [1, 0]
    input_drift.forget()
    assert _look(changed).drift_reference.accepted == NOW
    _ask(changed, 120.0, range(1, 30))
    fold(changed)
    later = NOW + timedelta(days=29)
    assert compare_as_a_whole(changed, clock=lambda: later) == 1
    (together,) = _look(changed, 29).joint_drift
    assert (together.is_accepted, together.is_flagged) == (True, False)
    assert (together.before, together.after) == (45, 42)
    assert "look as in the first cases since it was accepted" in joint_words(together, {})


def test_closing_keeps_the_reference_and_begins_anew(changed: Sessions) -> None:
    _decide(changed, "closed", "the sensor was exchanged")
    found = _look(changed)
    assert found.standing.status.word == "Not enough evidence"
    assert "No case has come since then: too few to compare" in found.standing.status.sentence
    assert newest_words(found.steps, found.standing.status) == ""  # the sentence has it
    _ask(changed, 40.0, [0.1, *range(1, 9)])
    mended = _look(changed, 9).standing.status.sentence
    assert "'the sensor was exchanged'. The inputs of the newest 27 cases since then look as before" in mended  # fmt: skip
    _ask(changed, 120.0, range(9, 20))
    again = _look(changed, 20)
    assert "bill differs from before" in again.standing.status.sentence


def test_only_changed_inputs_can_be_accepted_without_a_checked_case(sessions: Sessions) -> None:
    _ask(sessions, 40.0, range(-60, 0))
    with pytest.raises(DecisionRefused, match="no checked cases"):
        _decide(sessions, "accepted", "so")


def test_the_word_on_cards_follows_at_once(changed: Sessions) -> None:
    add_cases(changed, *(case_of(created_at=NOW - timedelta(hours=1), **FAILED) for _ in range(40)))
    began = NOW - timedelta(seconds=1)
    before = standings(changed, clock=lambda: NOW)
    keep(changed, before.values(), clock=lambda: NOW)
    assert kept(changed)[MODEL].word == "Act"
    decide(changed, **OF, person="rita", decision="acknowledged", clock=lambda: NOW)
    assert kept(changed)[MODEL].acknowledged_by == "rita"
    assert _look(changed).standing.acknowledged_by == "rita"
    _decide(changed, "closed", "mended")
    assert _look(changed).standing.acknowledged_by == ""  # what it was about is closed
    assert MODEL not in kept(changed)
    reviewer = limited(changed, Scope(**{**vars(REVIEWER), "is_of_all_people": True}))
    look_again(reviewer, *MODEL, clock=lambda: NOW)
    assert kept(changed)[MODEL].word == "Not enough evidence"
    # A job that began to look before that does not bring the old word back.
    keep(changed, before.values(), looked_at=began, clock=lambda: NOW)
    assert kept(changed)[MODEL].word == "Not enough evidence"
    keep(changed, before.values(), looked_at=NOW + timedelta(seconds=1), clock=lambda: NOW)
    assert kept(changed)[MODEL].word == "Act"


def test_the_record_says_who_in_which_role_decided_what(changed: Sessions) -> None:
    normal = Baseline(right=84, n=92, until=NOW.date())
    decide(
        changed,
        **OF,
        person="rita",
        decision="accepted",
        reason="so",
        normal=normal,
        clock=lambda: NOW,
    )
    (accepted,) = decisions(changed, *MODEL)
    assert decision_words(accepted) == (
        "1 June 2025 12:00 UTC: rita (operator) accepted its state as normal: 84 of 92 checked answers right. From 15 June on, "
        "inputs are compared with those since 1 June. Why: so"
    )
    status = replace(_look(changed).standing.status, findings=(Finding(kind="quiet", sentence="Nobody asks."),))  # fmt: skip
    assert newest_words([accepted], status) == "rita (operator) accepted the state of 1 June as normal: so."  # fmt: skip
    fell = replace(status, findings=(Finding(kind="accuracy", sentence="It fell."),))
    newer = newest_words([accepted], fell)
    assert (
        newer == "On 1 June, before this began, rita (operator) accepted how it was as normal: so."
    )
    off = {"decision": "snoozed", "days": 7, "reason": "holidays", "clock": lambda: NOW}
    put_off = decide(changed, **OF, person="rita", **off)
    assert decision_words(put_off).endswith("put it off until 8 June. Why: holidays")
    assert newest_words([], status) == ""


def test_what_was_accepted_holds_however_much_is_decided_later(changed: Sessions) -> None:
    """On a page of one model and of all alike."""
    step = _decide(changed, "accepted", "so")
    later = itertools.count(1)
    for _ in range(60):
        who = limited(changed, REVIEWER)
        at = NOW + timedelta(seconds=next(later))
        decide(who, **OF, person="olga", decision="acknowledged", clock=lambda: at)  # noqa: B023
    found = _look(changed)
    assert found.drift_reference.accepted == step.created_at
    assert [each.action for each in found.steps] == ["acknowledged"] * 50 + ["accepted"]
    assert standings(changed, clock=lambda: NOW)[MODEL].status == found.standing.status
