"""How often the alarms of Health are false, and how soon they notice: beside one that always fires and one that never does.

`python -m benchmarks.health_alarms [--times N] [--drift-times N] [--write]` prints it, and with `--write` keeps it in
health/alarms/simulated.json, which Health shows beside each alarm. Each line is N lives of 90 days without a change, and N in which
something changes on the 31st day, drawn by one seed. Then it shows what the alarm of wrong answers does where none of two versions
changes and only the mix of what is checked shifts, and elsewhere: with other shares, baselines and numbers of labels.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from health.alarms.e_process import HORIZON, Day, Labels, watch, watch_each
from health.alarms.simulated import FILE, LABELS
from health.drift import sketches
from health.drift.fields import compare_sketches
from health.input_drift import RECENT, RECENT_DAYS, REFERENCE
from health.status import OBJECTIVE
from tests.health.simulated import Shift, labels_by_day, mixed_labels

SEED = 7
CHANGE = 30
# (right, wrong) of each day, and what it is held against.
Days = Sequence[Day]
RIGHT, WORSE, PER_DAY = 0.9, 0.8, 20
FAILED, MORE_FAILED, SENT = OBJECTIVE, 0.03, 100
FIELDS, CASES = 20, 15
# So many different ones of 300 and 200 rows.
NAMES = [f"x{number}" for number in range(FIELDS)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=2_000)
    parser.add_argument("--drift-times", type=int, default=200)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args(arguments)
    found = simulated(chosen.times, chosen.drift_times)
    print(f"{'alarm':44} {'false in 90 days':>17} {'noticed after':>14} {'9 of 10 within':>15}")
    for name, line in lines(found):
        print(f"{name:44} {line['false']:>7} of {line['times']:<6} {_days(line['median'])} {_days(line['slow'])}")  # fmt: skip
    for name in ("always", "never"):
        false, median = (found["accuracy"][0]["times"], 1) if name == "always" else (0, None)
        print(f"{name + ' fires':44} {false:>7} of {found['accuracy'][0]['times']:<6} {_days(median)} {_days(median)}")  # fmt: skip
    for labels in (50, 200):
        print(
            f"\ntwo versions, baseline of {labels:<3} labels {'':47} all as one {'':14} by version"
        )
        for shift in SHIFTS:
            told = (f"{each['false'] / each['times']:6.3f} fired, {_days(each['median'])}" for each in shifted(shift, labels, chosen.times))  # fmt: skip
            print(f"{shift.name:76}", *told)
    print("\nelsewhere")
    for name, raised in elsewhere(max(1, chosen.times // 4)):
        days = [HORIZON if day is None else day + 1 for day in raised]
        fired = sum(day is not None for day in raised) / len(raised)
        print(f"{name:76} {fired:6.3f} fired, {_days(int(np.median(days)))}")
    if chosen.write:
        FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def simulated(times: int, drift_times: int) -> dict[str, Any]:
    """Everything that the file has."""
    return {
        "seed": SEED,
        "days": HORIZON,
        "accuracy": [of_accuracy(labels, times) for labels in LABELS],
        "errors": of_errors(times),
        "inputs": of_inputs(drift_times),
    }


def lines(found: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    named = [(f"wrong answers, baseline of {each['labels']} labels", each) for each in found["accuracy"]]  # fmt: skip
    return [*named, ("requests fail", found["errors"]), ("changed inputs, of 20 fields", found["inputs"])]  # fmt: skip


def of_accuracy(labels: int, times: int) -> dict[str, Any]:
    """The alarm of wrong answers against a baseline that is itself estimated from so many labels."""
    random = np.random.default_rng([SEED, labels])
    quiet = _raised_in(times, [RIGHT] * HORIZON, labels, random)
    falling = _raised_in(times, [RIGHT] * CHANGE + [WORSE] * (HORIZON - CHANGE), labels, random)
    return {"labels": labels, "per_day": PER_DAY, **_line(quiet, falling)}


def of_errors(times: int) -> dict[str, Any]:
    """The alarm of requests that fail: at the objective without a change, and three times as many."""
    random = np.random.default_rng([SEED, 1])
    quiet = _lives([1 - FAILED] * HORIZON, SENT, random, times)
    worse = [1 - FAILED] * CHANGE + [1 - MORE_FAILED] * (HORIZON - CHANGE)
    falling = _lives(worse, SENT, random, times)
    raised = [[_raised(days, 1 - OBJECTIVE) for days in lives] for lives in (quiet, falling)]
    return {"per_day": SENT, **_line(*raised)}


def of_inputs(times: int) -> dict[str, Any]:
    """Changed inputs: twenty fields that do not change, and one of them that moves by a standard deviation."""
    random = np.random.default_rng([SEED, 2])
    raised = [[_flagged(random, shift) for _ in range(times)] for shift in (0.0, 1.0)]
    return {"per_day": CASES, "fields": FIELDS, **_line(*raised)}


def _lives(
    shares: list[float], per_day: int, random: np.random.Generator, times: int
) -> list[Days]:
    return [labels_by_day(shares, per_day, random) for _ in range(times)]


def _raised(days: Days, share: float) -> int | None:
    return watch(days, share).raised


def _raised_in(
    times: int,
    shares: list[float],
    labels: int,
    random: np.random.Generator,
    *,
    per_day: int = PER_DAY,
    usual: float = RIGHT,
) -> list[int | None]:
    """In so many lives, each with a baseline of so many labels of its own."""
    rights = random.binomial(labels, usual, times).tolist()
    return [
        watch_each([{"": day} for day in days], (right, labels - right)).raised
        for days, right in zip(_lives(shares, per_day, random, times), rights, strict=True)
    ]


def elsewhere(times: int) -> Iterator[tuple[str, list[int | None]]]:
    """Lives without a fall below the baseline, of other shares, baselines and numbers of labels; and falls right after it."""
    random = np.random.default_rng([SEED, 4])
    for labels, share, per_day in product((20, 50, 500), (0.6, 0.9, 0.99), (5, 20, 100)):
        name = f"{share:.0%} right, baseline of {labels} labels, {per_day} a day"
        yield (
            name,
            _raised_in(times, [share] * HORIZON, labels, random, per_day=per_day, usual=share),
        )
    for labels in LABELS:
        back = [0.85] * 10 + [0.95] * 40 + [0.85] * (HORIZON - 50)
        name = f"better for 40 days and back, baseline of {labels} labels"
        yield name, _raised_in(times, back, labels, random, usual=0.85)
    for labels in LABELS:
        name = f"a fall on the first day after a baseline of {labels} labels"
        yield name, _raised_in(times, [WORSE] * HORIZON, labels, random)


def _flagged(random: np.random.Generator, shift: float) -> int | None:
    """The number of the day on which a field was flagged first; the first day is that on which all recent cases are newer than the
    reference."""
    first = random.normal(size=(REFERENCE, FIELDS))
    before = sketches.reference(dict(zip(NAMES, first.T, strict=True)), frozenset(), REFERENCE)
    rows = random.normal(size=((RECENT_DAYS + HORIZON) * CASES, FIELDS))
    rows[(RECENT_DAYS + CHANGE) * CASES :, 0] += shift
    for number in range(HORIZON):
        day = RECENT_DAYS + number
        recent = rows[number * CASES : day * CASES][-RECENT:]
        after = sketches.empty(before)
        after.add_columns(dict(zip(NAMES, recent.T, strict=True)), len(recent))
        if any(field.is_flagged for field in compare_sketches(before, after, day=day)):
            return number
    return None


def _line(quiet: Sequence[int | None], changed: Sequence[int | None]) -> dict[str, Any]:
    """How many of the quiet ones were false; after how many days the others were noticed, of those that were not false before."""
    after = [HORIZON if day is None else day - CHANGE + 1 for day in changed if day is None or day >= CHANGE]  # fmt: skip
    return {
        "times": len(quiet),
        "false": sum(day is not None for day in quiet),
        "changed": len(after),
        "median": int(np.median(after)),
        "slow": int(np.quantile(after, 0.9, method="higher")),
        "missed": sum(days == HORIZON for days in after),
    }


def _days(days: int | None) -> str:
    return f"{'never' if days is None else f'{days} days':>14}"


SHIFTS = (
    Shift(name="of 95 and 85 %, half of the checks each, as before"),
    Shift(name="the same, and then 8 of 10 checks are of the worse one", then=0.8),
    Shift(name="the same, and then all checks are of the worse one", then=1.0),
    Shift(name="of 92 and 88 %, and then all checks are of the worse one", better=0.92, worse=0.88, then=1.0),
    Shift(name="of 95 and 85 %, and then both are right less often by 10 points", fall=0.1),
)  # fmt: skip


def shifted(shift: Shift, labels: int, times: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """How often the alarm of wrong answers fires in lives of two versions, and after how many days: with all labels held against one
    share, and as it is, each against that of its version. The baseline is of so many labels, half of them of each."""
    random, raised = np.random.default_rng([SEED, 3, labels]), list[tuple[int | None, int | None]]()
    for _ in range(times):
        n = labels // 2
        rights = {v: int(random.binomial(n, getattr(shift, v))) for v in ("better", "worse")}
        known = {version: (right, n - right) for version, right in rights.items()}
        every = (sum(rights.values()), labels - sum(rights.values()))
        days = mixed_labels(shift, CHANGE, HORIZON, PER_DAY, random)
        as_one = watch_each([{"": _together(day)} for day in days], every)
        each = watch_each(days, every, known)
        raised.append((as_one.raised, each.raised))
    as_ones, eaches = zip(*raised, strict=True)
    return _line(as_ones, as_ones), _line(eaches, eaches)


def _together(day: Labels) -> Day:
    return sum(right for right, _ in day.values()), sum(wrong for _, wrong in day.values())


if __name__ == "__main__":
    main()
