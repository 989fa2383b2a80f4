"""What is accepted as the normal of a model: of the version in use, with its days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from db.health import ModelVersion
from db.health_alarms import AlarmView
from db.health_counting import DayCount
from db.health_decisions import DecisionView
from health import days
from health.findings import Finding
from health.normal import Normal, doubt_words, normal_of

TODAY = date(2025, 11, 30)


def _count(
    version: str, ago: int, right: int, wrong: int = 0, unchecked: int = 0
) -> list[DayCount]:
    """Of a day: drawn answers that were judged, and others that nobody drew."""
    day = TODAY - timedelta(days=ago)
    judged = {"correct": right, "incorrect": wrong, None: unchecked}
    return [
        DayCount(
            key=ModelVersion(server="shelf", model="penguins", version=version),
            day=day,
            purpose="asked",
            outcome="answered",
            probability=0.2,
            is_audited=judgement is not None,
            is_volunteered=False,
            judgement=judgement,
            cases=cases,
            seconds=0.1,
            last_at=datetime.combine(day, time(12), tzinfo=UTC),
        )
        for judgement, cases in judged.items()
        if cases
    ]


def _normal(
    *counts: list[DayCount],
    findings: tuple[Finding, ...] = (),
    steps: list[DecisionView] | None = None,
) -> Normal:
    every = [count for some in counts for count in some]
    return normal_of(every, days.by_day(every), findings, steps or [], TODAY)


def _closed(ago: int, *found: str) -> DecisionView:
    return DecisionView(
        id=f"d{ago}",
        server="shelf",
        model="penguins",
        person="olga",
        created_at=datetime.combine(TODAY - timedelta(days=ago), time(9), tzinfo=UTC),
        action="closed",
        evidence={"found": list(found)},
    )


def test_a_bad_version_that_was_rolled_back_is_no_part_of_the_normal() -> None:
    found = _normal(
        _count("1", 25, 57, 11), _count("2", 13, 14, 1), _count("2", 2, 12, unchecked=20)
    )
    baseline = found.baseline
    assert (baseline.right, baseline.n, baseline.checked) == (26, 27, {"2": (26, 1)})
    assert (baseline.since, baseline.until) == (TODAY - timedelta(days=13), TODAY)
    assert (
        found.words
        == "27 checked cases of version 2, 17 November to 30 November: 96 % right, 82 to 99 %."
    )


def test_days_before_the_last_weeks_count_where_these_have_too_few_of_the_version() -> None:
    found = _normal(
        _count("2", 60, 30, 2), _count("1", 20, 30, 30), _count("2", 3, 5, unchecked=30)
    )
    assert (found.baseline.right, found.baseline.n, found.too_few) == (35, 37, None)
    assert found.baseline.since == TODAY - timedelta(days=60)


def test_of_a_version_with_too_few_checked_cases_all_count_and_that_is_said() -> None:
    found = _normal(_count("1", 10, 57, 11), _count("2", 2, 3, unchecked=30))
    assert (found.baseline.right, found.baseline.n) == (60, 71)
    assert found.words.startswith(
        "71 checked cases of versions 1 and 2, 20 November to 30 November: 85 % right"
    )
    assert found.words.endswith(
        "It is not of version 2 alone, which is in use: only 3 of its answers are checked, and it takes 20."
    )
    alone = _normal(_count("2", 2, 4, 1, unchecked=30))
    assert alone.words.endswith("These are fewer than 20: a fall would be noticed late.")
    nothing = _normal(_count("2", 2, 0, unchecked=30))
    assert (nothing.baseline.n, nothing.figure, nothing.words) == (0, "", "")


def _alarm(kind: str, noticed: int, over: int | None = None) -> AlarmView:
    moment, ended = (
        ago is not None and datetime.combine(TODAY - timedelta(days=ago), time(9), tzinfo=UTC)
        for ago in (noticed, over)
    )
    assert moment
    return AlarmView(
        id=f"a{noticed}", server="shelf", model="penguins", kind=kind, opened_at=moment,
        ended_at=ended or None, sentence="", deliveries={},
    )  # fmt: skip


def test_alarms_of_the_days_that_become_normal_are_warned_of() -> None:
    counts = (_count("1", 20, 30, 5), _count("2", 5, 24, 1))
    baseline = _normal(*counts).baseline
    assert _normal(*counts).doubt == ""
    fall = Finding(kind="accuracy", sentence="", since=TODAY - timedelta(days=6), checked={"2": (2, 9)})  # fmt: skip
    assert doubt_words(baseline, [fall], []) == (
        "Careful: these days have an open alarm (wrong answers, since 24 November), and 25 of these 25 cases are of "
        "version 2, whose answers it is about: what was wrong then becomes normal."
    )
    errors = Finding(kind="errors", sentence="", since=TODAY)
    over = _alarm("accuracy", 8, 3)
    known = doubt_words(baseline, [errors], [over])
    assert "(failed requests, since 30 November) and one that is over (wrong answers, noticed on 22 November, over since 27 November): what" in known  # fmt: skip
    assert "have 2 open alarms (wrong answers, since 24 November; failed requests, since 30 November), and 25" in doubt_words(baseline, [fall, errors], [])  # fmt: skip
    for nothing in ([_alarm("accuracy", 9, 6)], [_alarm("errors", 4, 2)], []):
        assert doubt_words(baseline, [replace(errors, is_over=True)], nothing) == ""
    assert doubt_words(replace(baseline, n=0, right=0), [fall], [over]) == ""


def test_what_came_before_a_closed_fall_is_no_normal_and_during_one_it_alone_is() -> None:
    counts = (_count("2", 20, 20, 30), _count("2", 5, 24, 1))
    assert _normal(*counts).baseline.n == 75
    assert _normal(*counts, steps=[_closed(10, "errors")]).baseline.n == 75
    after = _normal(*counts, steps=[_closed(9, "errors"), _closed(10, "accuracy")])
    assert (after.baseline.right, after.baseline.n) == (24, 25)
    few = _normal(_count("2", 20, 20, 30), _count("2", 5, 4), steps=[_closed(10, "accuracy")])
    assert (few.baseline.right, few.baseline.n, few.too_few) == (4, 4, 4)
    since = TODAY - timedelta(days=5)
    fall = Finding(kind="accuracy", sentence="", since=since, checked={"2": (24, 1)})
    during = _normal(*counts, findings=(fall,))
    assert (during.baseline.n, during.baseline.since) == (25, since)
