"""Objectives and error budgets against the worked examples of The Site Reliability Workbook, and from recorded cases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from db.durations import Durations, interval, within
from db.engine import Sessions
from health.day_counts import fold
from health.estimates import rate
from health.objectives import (
    Counted,
    Objective,
    budget,
    burn_sentence,
    days_left,
    of_model,
    sentence,
)
from health.server_metrics.contract import Figures
from health.server_metrics.readings import Reading
from health.service import NO_OBJECTIVE, service, words
from health.service_report import section
from health.wording import counted_words, percent
from settings import ObjectiveSettings
from tests.recorded import FAILED, NOON, add_cases, case_of

MONTH = Objective(kind="availability", target=0.999, days=30)


def test_the_budgets_of_four_weeks_are_those_of_the_workbook() -> None:
    """Chapter 2: 3,663,253 requests in four weeks, 3,557,865 of them answered: 97.123 %."""
    n = 3_663_253
    told = budget(
        Objective(kind="availability", target=0.97, days=28), Counted(n=n, bad=n - 3_557_865), {}
    )
    assert int(told.allowed) == 109_897
    assert told.reached.value == pytest.approx(0.97123, abs=5e-6)
    assert (told.verdict, int(told.left), told.may_be_chance) == ("met", 4_509, False)
    for target, allowed in ((0.90, 366_325), (0.99, 36_632)):
        fast = Objective(kind="latency", target=target, days=28, seconds=0.45)
        assert int(budget(fast, Counted(n=n, bad=0), {}).allowed) == allowed


@pytest.mark.parametrize(
    ("rate", "bad", "n", "days"),
    [(1, 10, 10_000, 30), (2, 20, 10_000, 15), (10, 100, 10_000, 3), (1_000, 1_000, 1_000, 0.03)],
)
def test_burn_rates_and_when_the_budget_is_gone_are_those_of_the_workbook(
    rate: float, bad: int, n: int, days: float
) -> None:
    """Chapter 5, burn rates and time to exhaustion of 99.9 % in 30 days; 43 minutes where everything fails."""
    found = budget(MONTH, Counted(n=100_000, bad=0), {1: Counted(n=n, bad=bad)})
    (burn,) = found.burns
    assert burn.rate == pytest.approx(rate)
    assert days_left(found, burn) == pytest.approx(days)
    assert burn.low <= burn.rate <= burn.high


def test_an_hour_at_14_4_spends_two_hundredths_of_the_budget() -> None:
    """Chapter 5, with as many requests in each hour."""
    an_hour, hours = 100_000, 30 * 24
    found = budget(MONTH, Counted(n=an_hour * hours, bad=1_440), {1: Counted(n=an_hour, bad=1_440)})
    assert found.burns[0].rate == pytest.approx(14.4)
    assert found.spent == pytest.approx(0.02)
    assert "burn rate 14.4" in burn_sentence(found, found.burns[0])


def test_few_requests_tell_nothing_and_a_miss_may_be_chance() -> None:
    goal = Objective(kind="availability", target=0.995, days=28)
    few = budget(goal, Counted(n=199, bad=1), {1: Counted(n=29, bad=29)})
    assert (few.verdict, few.spent, few.burns[0].rate) == ("too few", None, None)
    clear, hardly = (budget(goal, Counted(n=128, bad=bad), {}) for bad in (4, 3))
    assert (clear.verdict, clear.may_be_chance, hardly.verdict) == ("missed", False, "too few")
    assert sentence(few) == "Too few requests to tell: 199 in 28 days, and 200 are needed."
    assert burn_sentence(few, few.burns[0]) == "Last hour: too few requests to tell (29)."
    missed = budget(goal, Counted(n=400, bad=3), {})
    assert (missed.verdict, missed.may_be_chance) == ("missed", True)
    assert "overspent. It may be chance" in sentence(missed)
    for share, n, bad in ((0.995, 400, 2), (0.9, 30, 3), (0.71, 100, 29)):  # as many as may be
        exact = budget(
            Objective(kind="availability", target=share, days=28), Counted(n=n, bad=bad), {}
        )
        assert (exact.verdict, exact.spent, exact.left) == ("met", 1.0, 0.0)
    assert budget(goal, Counted(n=0, bad=0), {1: Counted(n=0, bad=0)}).verdict == "too few"
    assert (percent(0.99999), percent(1.0), percent(0.9971)) == ("99.99 %", "100 %", "99.71 %")
    assert counted_words(rate(5, 204)) == "5 of 204 (1.05–5.61 %)"
    assert (counted_words(rate(0, 80)), counted_words(rate(0, 0))) == (
        "0 of 80 (0–4.59 %)",
        "0 of 0",
    )


def test_settings_promise_something_and_the_first_row_that_fits_counts() -> None:
    rows = [
        ObjectiveSettings(models=["pen*"], availability=0.995, latency_seconds=2, days=7),
        ObjectiveSettings(availability=0.9),
    ]
    assert [(o.kind, o.target, o.days) for o in of_model(rows, "shelf", "penguins")] == [
        ("availability", 0.995, 7),
        ("latency", 0.95, 7),
    ]
    assert [o.target for o in of_model(rows, "shelf", "cars")] == [0.9]
    assert of_model([], "shelf", "penguins") == ()
    for wrong, said in (
        ({}, "set availability, latency_seconds or both"),
        ({"availability": 1.0}, "less than 1"),
        ({"availability": 0.9, "latency_share": 0.9}, "latency_share needs latency_seconds"),
    ):
        with pytest.raises(ValidationError, match=said):
            ObjectiveSettings.model_validate(wrong)


def test_durations_within_a_limit() -> None:
    seconds = [0.1 * n for n in range(1, 101)]
    counts = {interval(each): 0 for each in seconds}
    for each in seconds:
        counts[interval(each)] += 1
    found = Durations(counts=counts, least=0.1, most=10.0)
    for limit in (0.05, 0.15, 1.05, 5.05, 10.0, 60.0):
        assert abs(within(found, limit) - sum(each <= limit for each in seconds)) <= 1
    assert (within(found, 0.05), within(found, 10.0)) == (0, 100)


def test_requests_are_counted_in_their_windows_before_and_after_folding(sessions: Sessions) -> None:
    def some(n: int, at: datetime, **changes: object) -> list[object]:
        return [case_of(created_at=at, **changes) for _ in range(n)]

    slow, invalid = {"seconds_total": 3.0}, FAILED | {"outcome": "invalid"}
    add_cases(
        sessions,
        *some(40, NOON - timedelta(minutes=30), **slow),
        *some(10, NOON - timedelta(minutes=10), **FAILED),
        *some(7, NOON - timedelta(minutes=10), **invalid),
        *some(2, NOON - timedelta(minutes=1), **FAILED | {"outcome": "asked"}),
        *some(60, NOON - timedelta(hours=20)),
        *some(200, NOON - timedelta(days=9)),
        *some(50, NOON - timedelta(days=28), **FAILED),  # a day before the window
        *some(50, NOON, model="another", **FAILED),
        *some(70, NOON - timedelta(minutes=5), purpose="batch", seconds_total=9.0),
        *some(30, NOON - timedelta(minutes=5), purpose="batch", **FAILED),
    )
    goals = (
        Objective(kind="availability", target=0.95, days=28),
        Objective(kind="latency", target=0.95, days=28, seconds=2),
    )
    first = service(sessions, "shelf", "penguins", goals, clock=lambda: NOON)
    assert (first.requests, dict(first.lately), first.a_day) == (312, {1: 52, 24: 112}, 31.2)
    assert (first.availability.count, first.availability.n) == (300, 310)
    assert first.failures == {"failed": 10}
    up, fast = first.budgets
    assert (up.bad, up.verdict, [(b.hours, b.n, b.bad) for b in up.burns]) == (
        10,
        "met",
        [(1, 50, 10), (24, 110, 10)],
    )
    assert up.burns[0].rate == pytest.approx(0.2 / 0.05)
    assert (fast.bad, fast.reached.n, fast.verdict) == (40, 300, "missed")
    assert [(b.n, b.bad) for b in fast.burns] == [(40, 40), (100, 40)]
    fold(sessions)
    assert service(sessions, "shelf", "penguins", goals, clock=lambda: NOON) == first
    said = words(first)
    assert "Requests: 31.2 a day, 112 in the last 24 hours, 52 in the last hour" in said[0]
    assert said[0].endswith("Failed: model failed: 10.")
    assert "half within 200 ms, 19 of 20 within 2,97" in said[1]
    assert said[1].startswith("Time to answer, asked one by one: ")
    assert said[1].endswith("of 300 answers in 28 days.")
    assert "asked many at once: half within 9,0" in said[2]
    assert "of 70 rows in 28 days. The time of a row is that of the whole request" in said[2]
    assert "95 % of answers within 2 s" in said[4]
    assert "overspent" in said[4]
    reading = Reading(
        figures=Figures(kind="<b>Odd</b>", requests=1_234, failed=5, mean=0.0102),
        is_of_a_day=True,
    )
    printed = section(first, reading)
    for part in (
        "! Missed: 95 % of answers within 2 s",
        "40 spent, 0 left",
        "model failed: 10",
        "of 300 answers",
    ):
        assert part in printed
    assert "1,234 requests, 5 failed, 10 ms in the mean within the last 24 hours" in printed
    assert "<b>Odd" not in printed
    assert "by Prometheus" in words(first, reading)[3]
    assert NO_OBJECTIVE in section(service(sessions, "shelf", "nothing"), None)
    assert words(service(sessions, "shelf", "nothing"))[-1] == NO_OBJECTIVE
