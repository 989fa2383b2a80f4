"""Alarms on simulated days: seldom false, soon when it matters, between those who always and never cry."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pytest

from benchmarks import health_alarms
from health.alarms.e_process import HORIZON, baseline, watch, watch_each
from health.alarms.simulated import FILE, LABELS, simulated
from health.status import Baseline
from tests.health.simulated import labels_by_day

Days = Sequence[tuple[int, int]]
PER_DAY = 20
TIMES = 300


def _raised(days: Days, share: float) -> int | None:
    return watch(days, share).raised


def _always(_days: Days, _share: float) -> int | None:
    return 0


def _never(_days: Days, _share: float) -> int | None:
    return None


def _cusum(days: Days, share: float, worse: float = 0.8, height: float = 4.3) -> int | None:
    """The oracle: it is told what the share falls to. Page (1954); the height gives about 5 % false alarms in 90 days."""
    total = 0.0
    for number, (right, wrong) in enumerate(days):
        gain = right * np.log(worse / share) + wrong * np.log((1 - worse) / (1 - share))
        total = max(0.0, total + gain)
        if total >= height:
            return number
    return None


def _quiet(times: int, seed: int) -> list[Days]:
    random = np.random.default_rng(seed)
    return [labels_by_day([0.9] * HORIZON, PER_DAY, random) for _ in range(times)]


def _falling(times: int, seed: int, at: int = 30) -> list[Days]:
    random = np.random.default_rng(seed)
    shares = [0.9] * at + [0.8] * (HORIZON - at)
    return [labels_by_day(shares, PER_DAY, random) for _ in range(times)]


def _false(alarm: Callable[[Days, float], int | None], share: float = 0.9) -> float:
    return float(np.mean([alarm(days, share) is not None for days in _quiet(TIMES, 1)]))


def _delay(alarm: Callable[[Days, float], int | None], at: int = 30) -> float:
    """The median number of days until the alarm, of those that came after the change; never is 90."""
    raised = [alarm(days, 0.9) for days in _falling(TIMES, 2, at)]
    after = [HORIZON if day is None else day - at + 1 for day in raised if day is None or day >= at]
    return float(np.median(after)) if after else 0.0


@pytest.mark.slow
def test_with_a_known_baseline_false_alarms_are_rare_and_true_ones_come_within_8_days() -> None:
    assert _false(_raised) <= 0.05
    assert _delay(_raised) <= 8
    # The oracle, which knows both shares, needs 6 days; who always cries is always wrong, who never does is always late.
    assert 5 <= _delay(_cusum) <= 7
    assert (_false(_always), _false(_never)) == (1.0, 0.0)
    assert (_delay(_always), _delay(_never)) == (0.0, 90.0)


@pytest.mark.slow
def test_with_a_baseline_of_500_labels_they_come_within_11_days() -> None:
    random = np.random.default_rng(3)
    shares = [baseline(random.binomial(500, 0.9), 500) for _ in range(TIMES)]
    false = [watch(days, p).is_raised for days, p in zip(_quiet(TIMES, 4), shares, strict=True)]
    assert np.mean(false) <= 0.05
    raised = [watch(days, p).raised for days, p in zip(_falling(TIMES, 5), shares, strict=True)]
    delays = [HORIZON if day is None else day - 29 for day in raised if day is None or day >= 30]
    assert np.median(delays) <= 11


@pytest.mark.slow
def test_what_health_shows_beside_an_alarm_is_what_a_shorter_simulation_finds() -> None:
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert [each["labels"] for each in kept["accuracy"]] == list(LABELS)
    shorter = health_alarms.simulated(times=150, drift_times=4)
    for (name, ours), (_, theirs) in zip(
        health_alarms.lines(shorter), health_alarms.lines(kept), strict=True
    ):
        share = theirs["false"] / theirs["times"]
        error = math.sqrt((share * (1 - share) + 1 / ours["times"]) / ours["times"])
        assert abs(ours["false"] / ours["times"] - share) <= 3.3 * error, name
        assert abs(ours["median"] - theirs["median"]) <= 2, name
    assert kept["inputs"]["false"] <= 0.05 * kept["inputs"]["times"]
    assert kept["inputs"]["missed"] == 0


@pytest.mark.parametrize(
    ("kind", "labels", "used"), [("accuracy", 57, 50), ("accuracy", 10**6, 500), ("errors", 0, 0)]
)
def test_an_alarm_stands_beside_one_that_always_fires_and_one_that_never_does(
    kind: str, labels: int, used: int
) -> None:
    found = simulated(kind, Baseline(right=labels, n=labels, until=date(2026, 6, 1)))
    own, always, never = found.lines
    assert never.false < own.false + 1 <= always.false == always.times
    assert (always.noticed_words, never.noticed_words) == ("at once, as it always has", "never")
    assert never.false_words == f"0 of {own.times:,} (0 %)"
    assert re.match(r"after \d+ days[,;] in \d+ of 100? (not )?within \d+$", own.noticed_words)
    assert kind != "accuracy" or f"the baseline is of {used} checked answers" in found.sentence


@pytest.mark.slow
def test_another_mix_of_what_is_checked_is_no_fall_of_any_version() -> None:
    *mixed, fallen = (health_alarms.shifted(s, 200, TIMES) for s in health_alarms.SHIFTS)
    assert max(each["false"] for _, each in mixed) <= 0.1 * TIMES
    assert mixed[2][0]["false"] > 0.35 * TIMES
    as_one, each = fallen
    assert each["median"] <= as_one["median"] + 4


def test_labels_are_held_against_the_share_of_their_version() -> None:
    good, bad = (95, 5), (60, 40)
    assert not watch_each([[(*good, 0.94), (*bad, 0.58)]] * 5).is_raised
    assert watch_each([[(*good, 0.94), (*bad, 0.9)]] * 5).is_raised
    assert watch_each([[(*good, 0.8)]] * 9).evidence == watch([good] * 9, 0.8).evidence


def test_an_alarm_says_when_it_began() -> None:
    days = [(19, 1)] * 40 + [(14, 6)] * 10
    found = watch(days, 0.95)
    assert found.is_raised
    assert (found.began, 40 < found.raised < 46) == (40, True)


def test_days_without_labels_prove_nothing() -> None:
    assert watch([(0, 0)] * 90, 0.9).evidence == pytest.approx(1.0)
    assert not watch([(0, 0)] * 90, 0.9).is_raised
    assert watch([], 0.9).raised is None


def test_the_best_day_after_a_perfect_baseline_is_no_alarm_and_one_error_neither() -> None:
    share = baseline(60, 60)
    assert 0.97 < share < 0.999
    assert not watch([(5, 0)] * 30, share).is_raised
    assert not watch([(5, 0)] * 30 + [(4, 1)] + [(5, 0)] * 5, share).is_raised


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, float("nan")])
def test_what_is_no_baseline_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        watch([(1, 1)], share)
