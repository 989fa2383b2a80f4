"""The condition of a model as the database has it: words, weeks, versions, classes, slices and decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from cases.search import CaseFilter, count
from db.engine import Sessions, limited
from db.scope import Models, Scope
from feedback.submission import submit
from health.alarms.decisions import DecisionRefused, decide, decisions
from health.alarms.delivery import alarm_words
from health.alarms.episodes import bring_up_to_date
from health.alarms.evidence import evidence_of
from health.cohort import Cohort
from health.overview import look
from health.standing import standings
from health.status import Baseline
from health.summary import demonstration_words, summarise
from people.errors import NotPermitted
from tests.recorded import FAILED, add_cases, case_of

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
DRAWN = {"is_audited": True, "audit_draw": 0.01}
ISLANDS = ("Biscoe", "Dream")


def _fill(sessions: Sessions, days: int = 60, worse_from: int = 40) -> None:
    """Each day three drawn cases and two others; wrong every twentieth time, and from a day on two of three on Dream."""
    cases, said = [], []
    for number in range(days * 3):
        day = number // 3
        at = NOW - timedelta(days=days - 1 - day)
        island = ISLANDS[number % 2]
        is_bad = day >= worse_from and island == "Dream" and number % 3 > 0
        is_wrong = is_bad or number % 20 == 7
        version = "v2" if day >= worse_from else "v1"
        values: dict[str, object] = {"island": island, "bill": 40.0 + number % 7}
        cases.append(case_of(created_at=at, version=version, entered=values, **DRAWN))
        said.append("incorrect" if is_wrong else "correct")
        cases.append(case_of(created_at=at, version=version, entered=values))
    kept = add_cases(sessions, *cases)
    for case, judgement in zip(kept[::2], said, strict=True):
        _judge(sessions, case.id, judgement, case.created_at)


def _judge(sessions: Sessions, case_id: str, judgement: str, at: datetime) -> None:
    truth = "Gentoo" if judgement == "incorrect" else None
    submit(
        sessions,
        case_id=case_id,
        person="reviewer-1",
        judgement=judgement,
        truth=truth,
        key=f"{case_id}-said",
        clock=lambda: at,
    )


def test_cases_of_the_demonstration_are_counted_among_the_others(sessions: Sessions) -> None:
    old = {"created_at": NOW - timedelta(days=3)}
    add_cases(sessions, case_of(**old), *(case_of(purpose="demo", **old) for _ in range(2)))
    standing = standings(sessions, clock=lambda: NOW)["shelf", "penguins"]
    assert (standing.demonstration, standing.cases) == (2, 3)
    found = _look(sessions)
    assert (found.standing.demonstration, found.standing.cases) == (2, 3)
    (row,) = summarise(sessions)
    assert (row.demonstration, row.cases) == (2, 3)
    later = _look(sessions, Cohort(since=NOW))
    assert (later.standing.demonstration, later.standing.cases) == (0, 0)
    assert demonstration_words(2, 3).startswith("2 of 3 cases are the history of the demonstration")
    assert demonstration_words(3, 3).startswith("All 3 cases are")
    assert demonstration_words(0, 3) == ""
    assert demonstration_words(1, 1).startswith("The only case is the history of the demonstration")
    assert demonstration_words(1, 3).startswith("1 of 3 cases is the history")
    assert "nobody asked. 30 others were asked again, to compare versions" in demonstration_words(
        2_520, 2_550, 30
    )


def _look(sessions: Sessions, cohort: Cohort = Cohort()) -> Any:  # noqa: B008
    return look(sessions, "shelf", "penguins", cohort, clock=lambda: NOW)


@pytest.mark.slow
def test_a_worse_version_is_act_and_everything_says_why(sessions: Sessions) -> None:
    _fill(sessions)
    found = _look(sessions)
    standing = found.standing
    assert standing.status.word == "Act"
    assert standing.status.findings[0].kind == "accuracy"
    assert standing == standings(sessions, clock=lambda: NOW)["shelf", "penguins"]
    newest, oldest = found.versions
    assert (newest.version, oldest.version) == ("v2", "v1")
    assert newest.accuracy.high < oldest.accuracy.low
    assert sum(week.right.n for week in found.weeks) == 180
    assert found.weeks[-1].right.value < 0.8
    worst = found.details.slices[0]
    assert (worst.field, worst.value, worst.is_worse) == ("island", "Dream", True)
    wrong = CaseFilter(values=(("island", "Dream"),), verdict="incorrect", is_drawn=True)
    assert worst.wrong == count(sessions, wrong) > 10
    assert found.causes is not None
    since = datetime.combine(found.causes.since, time(), tzinfo=UTC)
    (of_island,) = (each for each in found.causes.found if each.field == "island")
    assert of_island.wrong == count(sessions, replace(wrong, since=since))
    (of_version,) = (each for each in found.causes.found if each.is_version)
    newest_wrong = replace(wrong, since=since, values=(), version=of_version.value)
    assert of_version.wrong == count(sessions, newest_wrong)
    confused = found.details.confusion
    assert confused.labels == ("Adelie", "Gentoo")
    assert confused.counts[1, 0] == 180 - confused.counts[0, 0]


@pytest.mark.slow
def test_a_cohort_narrows_everything_but_the_word(sessions: Sessions) -> None:
    _fill(sessions)
    dream = _look(sessions, Cohort(values=(("island", "Dream"),)))
    assert (dream.answered, dream.details.n) == (180, 90)
    assert dream.standing.status.word == "Act"
    first = _look(sessions, Cohort(version="v1"))
    assert [line.version for line in first.versions] == ["v1"]
    week = _look(sessions, Cohort(since=NOW - timedelta(days=8), until=NOW - timedelta(days=1)))
    assert week.answered == 7 * 6
    cell, whole = (
        _look(sessions, Cohort(answer="Adelie", truth="Gentoo")),
        _look(sessions).details.confusion,
    )
    assert cell.answered == cell.details.n == whole.counts[1, 0]
    right = _look(sessions, Cohort(answer="Adelie", truth="Adelie"))
    assert right.answered == whole.counts[0, 0]
    nobody = _look(sessions, Cohort(values=(("island", "Anvers"),)))
    assert (nobody.answered, nobody.weeks, nobody.details.n) == (0, [], 0)


@pytest.mark.parametrize("island", [None, ("island", "Dream")])
def test_the_figures_of_a_cell_are_of_its_drawn_cases_alone(
    sessions: Sessions, island: tuple[str, str] | None
) -> None:
    """Who reports unasked reports what is wrong: by what was said nothing else comes in."""
    values: dict[str, object] = {"island": "Dream"}
    cases = [case_of(created_at=NOW, entered=values, **DRAWN) for _ in range(12)]
    cases += [case_of(created_at=NOW, entered=values) for _ in range(20)]
    kept = add_cases(sessions, *cases)
    for case in kept[:12]:
        _judge(sessions, case.id, "incorrect", NOW)
    for case in kept[12:15]:
        submit(sessions, case_id=case.id, person="ada", judgement="incorrect", truth="Gentoo", key=case.id, channel="volunteered")  # fmt: skip
    cell = Cohort(answer="Adelie", truth="Gentoo", values=(island,) if island else ())
    found, whole = _look(sessions, cell), _look(sessions).details.confusion
    assert found.standing.accuracy.n == found.details.n == whole.counts[1, 0] == 12
    assert (found.standing.accuracy.drawn, found.answered, found.told) == (12, 15, (0, 3))
    assert [line.accuracy.n for line in found.versions] == [12]
    (row,) = summarise(sessions, cohort=cell)
    assert (row.accuracy.n, row.answered) == (12, 15)
    assert (found.to_check.number, found.to_check.more) == ("–", "these cases are too few for it")


def test_what_is_still_to_check_can_be_checked(sessions: Sessions) -> None:
    """A time that is over gets no more cases; of ten checked ones there is a first figure, far from ±5 pp."""
    week = [case_of(created_at=NOW - timedelta(days=20), **DRAWN) for _ in range(12)]
    kept = add_cases(sessions, *week, *[case_of(created_at=NOW, **DRAWN) for _ in range(40)])
    for case in kept[:3]:
        _judge(sessions, case.id, "correct", NOW)
    over = Cohort(since=NOW - timedelta(days=21), until=NOW - timedelta(days=14))
    first = _look(sessions, over).to_check
    assert (first.label, first.number) == ("Still to check for a first figure", "7")
    for case in kept[3:10]:
        _judge(sessions, case.id, "correct", NOW)
    few, every = _look(sessions, over).to_check, _look(sessions).to_check
    assert (few.label, few.needed) == ("Still to check for ±5 pp", None)
    assert few.words == "These cases are too few for ±5 pp"
    assert (every.needed, every.drawn) == (25, 25)  # of 35 that are all right it is ±5 pp


def test_one_question_to_another_version_does_not_change_what_is_compared(
    sessions: Sessions,
) -> None:
    """Whoever tries a version once has not deployed it: the fields of the version in use are compared."""
    days = [NOW - timedelta(days=day, hours=1) for day in range(60)]
    kept = [case_of(created_at=at, version="v1", entered={"bill": 40.0 + n % 7}) for at in days for n in range(2)]  # fmt: skip
    add_cases(sessions, *kept, case_of(created_at=NOW, version="v2"))
    assert [(field.name, field.after) for field in _look(sessions).drift] == [("bill", 28)]
    new = [case_of(created_at=NOW, version="v2", entered={"bill": 40.0}) for _ in range(20)]
    add_cases(sessions, *new)
    assert _look(sessions).drift == []  # v2 is in use now, and has nothing before


def test_of_no_case_there_is_nothing_and_of_failures_alone_no_accuracy(sessions: Sessions) -> None:
    assert _look(sessions) is None
    assert standings(sessions) == {}
    add_cases(sessions, *[case_of(created_at=NOW, **FAILED) for _ in range(30)])
    found = _look(sessions)
    assert found.standing.status.word == "Act"
    assert (found.standing.accuracy.enough, found.details.n) == (False, 0)
    add_cases(sessions, case_of(**{**FAILED, "outcome": "invalid"}, created_at=NOW))
    assert _look(sessions).weeks[-1].failed == 30


@pytest.mark.slow
def test_accepting_makes_it_healthy_and_closing_needs_a_reason(sessions: Sessions) -> None:
    _fill(sessions)
    of = {"server": "shelf", "model": "penguins", "person": "operator-1"}
    with pytest.raises(DecisionRefused, match="why"):
        decide(sessions, decision="closed", **of)
    with pytest.raises(DecisionRefused, match="no checked cases"):
        decide(sessions, decision="accepted", **of)
    with pytest.raises(DecisionRefused, match="1 to 90"):
        decide(sessions, decision="snoozed", days=0, **of)
    decide(sessions, decision="acknowledged", clock=lambda: NOW - timedelta(hours=1), **of)
    assert _look(sessions).standing.acknowledged_by == "operator-1"
    assert _look(sessions).standing.status.word == "Act"
    fallen = _look(sessions)
    normal, kept = fallen.normal.baseline, evidence_of(fallen, {})
    (fall,) = fallen.standing.status.findings
    # Of the days since the fall alone, which are fewer than four weeks: three cases are checked a day.
    assert normal.since == fall.since
    assert normal.n == 3 * ((NOW.date() - normal.since).days + 1) < 84
    assert kept["checked"] == {"v2": [normal.right, normal.n - normal.right]}
    with pytest.raises(DecisionRefused, match="why it becomes the normal"):
        decide(sessions, decision="accepted", normal=normal, evidence=kept, reason=" ", **of)
    known = fallen.normal.doubt
    assert known.startswith("Careful: these days have an open alarm (wrong answers, since ")
    assert (
        f", and {normal.n} of these {normal.n} cases are of version v2, whose answers it is about: what was"
        in known
    )
    decide(
        sessions, decision="accepted", normal=normal, evidence=kept, reason="so", clock=lambda: NOW, **of
    )  # fmt: skip
    found = _look(sessions)
    checked = {version: tuple(labels) for version, labels in kept["checked"].items()}
    assert found.standing.status.word == "Healthy"
    assert found.standing.status.baseline == Baseline(
        right=normal.right, n=normal.n, until=NOW.date(), is_accepted=True, checked=checked
    )
    usual = f"Accepted on 1 June: {normal.right} of {normal.n} checked answers right ("
    assert usual in found.standing.status.sentence
    assert [step.action for step in found.steps] == ["accepted", "acknowledged"]


@pytest.mark.slow
def test_what_accounted_for_a_fall_stays_when_it_is_closed(sessions: Sessions) -> None:
    _fill(sessions)
    bring_up_to_date(sessions, standings(sessions, clock=lambda: NOW).values(), clock=lambda: NOW)
    found, at = _look(sessions), NOW + timedelta(minutes=5)
    assert "of version v2 are right" in found.standing.status.sentence
    assert "of version v1, and from then until" in found.standing.status.sentence
    kept = evidence_of(found, {"island": "Island"})
    assert list(kept["checked"]) == ["v2"]
    decide(
        sessions, server="shelf", model="penguins", person="operator-1", decision="closed",
        reason="rolled back", evidence=kept, clock=lambda: at,
    )  # fmt: skip
    later = look(sessions, "shelf", "penguins", clock=lambda: at + timedelta(minutes=5))
    assert later is not None
    assert later.causes is None
    (words,) = (alarm_words(a, later.steps) for a in later.alarms if a.kind == "accuracy")
    assert (
        "Closed by operator-1 (operator) on 1 June 12:05 UTC. What accounted for it then: " in words
    )
    assert "Island Dream: " in words
    assert "of the additional wrong answers are here." in words


def test_only_who_reviews_decides_and_who_does_not_see_the_model_reads_nothing(
    sessions: Sessions,
) -> None:
    ours = (Models(server="shelf", name="penguins"),)
    of = {"server": "shelf", "model": "penguins", "decision": "closed", "reason": "known"}
    analyst = limited(sessions, Scope(person="ann", seen=ours))
    with pytest.raises(NotPermitted):
        decide(analyst, person="ann", **of)
    reviewer = limited(sessions, Scope(person="ann", seen=ours, reviewed=ours))
    decide(reviewer, person="ann", **of)
    assert len(decisions(analyst, "shelf", "penguins")) == 1
    stranger = limited(sessions, Scope(person="eve", seen=(Models(server="other"),)))
    assert decisions(stranger, "shelf", "penguins") == []
