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
from health.alarms.e_process import HORIZON, Alarm, watch, watch_each
from health.alarms.simulated import FILE, LABELS, simulated
from health.baselines import Baseline, least_share
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


def _against(days: Days, right: int, labels: int) -> Alarm:
    return watch_each([{"": day} for day in days], (right, labels - right))


@pytest.mark.slow
@pytest.mark.parametrize("labels", LABELS)
def test_with_a_baseline_of_any_size_false_ones_are_as_rare_and_true_ones_within_11_days(
    labels: int,
) -> None:
    random = np.random.default_rng(labels)
    rights = random.binomial(labels, 0.9, 2 * TIMES).tolist()
    quiet, falling = (
        [_against(days, right, labels).raised for days, right in zip(lives, some, strict=True)]
        for lives, some in (
            (_quiet(TIMES, 4), rights[:TIMES]),
            (_falling(TIMES, 5), rights[TIMES:]),
        )
    )
    assert np.mean([day is not None for day in quiet]) <= 0.05
    delays = [HORIZON if day is None else day - 29 for day in falling if day is None or day >= 30]
    assert np.median(delays) <= 11


@pytest.mark.slow
@pytest.mark.parametrize(
    ("labels", "share", "per_day"), [(20, 0.6, 20), (20, 0.99, 5), (50, 0.99, 100), (50, 0.6, 5)]
)
def test_false_alarms_are_rare_whatever_the_share_the_baseline_and_the_checks(
    labels: int, share: float, per_day: int
) -> None:
    random = np.random.default_rng(6)
    rights = random.binomial(labels, share, TIMES).tolist()
    lives = [labels_by_day([share] * HORIZON, per_day, random) for _ in rights]
    false = [_against(d, right, labels).is_raised for d, right in zip(lives, rights, strict=True)]
    assert np.mean(false) <= 0.05


def test_an_estimated_baseline_that_is_large_is_as_good_as_a_known_share() -> None:
    days = [(18, 2)] * 20 + [(15, 5)] * 9
    found, known = _against(days, 9_000_000, 10_000_000), watch(days, 0.9)
    # A quarter is on that the only version there is did not fall.
    assert found.evidence == pytest.approx(0.75 * known.evidence + 0.25, rel=1e-3)
    assert (found.is_raised, found.began) == (known.is_raised, known.began)


def test_who_got_better_and_goes_back_is_no_worse_than_the_baseline() -> None:
    better = [(19, 1)] * 40
    assert not _against([*better, *[(17, 3)] * 40], 85, 100).is_raised
    assert _against([*better, *[(16, 4)] * 40], 85, 100).is_raised


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
    days = [{"1": good, "2": bad}] * 5
    assert not watch_each(days, (155, 45), {"1": good, "2": bad}).is_raised
    assert watch_each(days, (185, 15), {"1": good, "2": (90, 10)}).is_raised
    # One that is new, against all that was checked before it came.
    found = watch_each([{"1": good}] * 5 + [{"1": good, "2": bad}] * 2, good, {"1": good})
    assert (found.is_raised, found.began) == (True, 5)
    assert not watch_each([{"1": good}] * 5 + [{"2": good}] * 9, good, {"1": good}).is_raised


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
    assert 0.97 < least_share(60, 60) < 0.999
    assert not _against([(5, 0)] * 30, 60, 60).is_raised
    assert not _against([(5, 0)] * 30 + [(4, 1)] + [(5, 0)] * 5, 60, 60).is_raised


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, float("nan")])
def test_what_is_no_baseline_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        watch([(1, 1)], share)


def test_a_baseline_has_a_label_and_days_without_any_prove_nothing_against_it() -> None:
    with pytest.raises(ValueError, match="one label at least"):
        watch_each([], (0, 0))
    assert watch_each([], (1, 0)).raised is None
    assert watch_each([{}] * 100, (1, 0)).evidence == pytest.approx(1.0)
    assert watch_each([{"1": (0, 0)}], (1, 0)).evidence == pytest.approx(1.0)
