"""Whether the intervals of `health/` hold what they say, over the whole grid of how models are watched.

`python -m benchmarks.health [--times N] [--cases N]` prints, for each accuracy, audit share and how many times more often
wrong answers are reported, in how many of N lives the 95 % interval of `health.estimates` held the truth, and that of the
share of thumbs did; then the same for mixes of versions, beside one reply rate for all versions, and for a slice with a quarter,
half or all of their checked cases.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from health import weighted
from health.estimates import accuracy, weight_of_each
from health.slices import is_enough
from tests.health.simulated import MIXES, Life, Lives, counted, drawn
from tests.health.test_coverage import groups, mixed

ACCURACIES = (0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
SHARES = (0.02, 0.05, 0.1, 0.2)
RATIOS = (1.0, 3.0, 6.0, 10.0)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=2_000)
    parser.add_argument("--cases", type=int, default=4_000)
    chosen = parser.parse_args(arguments)
    print("accuracy  audit  ratio   held   thumbs held")
    for true in ACCURACIES:
        for share in SHARES:
            for ratio in RATIOS:
                life = Life(accuracy=true, audit_share=share, ratio=ratio, cases=chosen.cases)
                held, thumbs = _held(life, chosen.times)
                print(f"{true:8.2f} {share:6.2f} {ratio:6.0f} {held:6.3f} {thumbs:8.3f}")
    print(f"{'versions':52}   held  as one  width")
    for name, lives in MIXES.items():
        random = np.random.default_rng(7)
        found = [mixed(lives, random) for _ in range(chosen.times)]
        held = np.mean([e.low <= truth <= e.high for e, truth, _, _ in found])  # type: ignore[operator]
        shared = np.mean([one.low <= truth <= one.high for _, _, one, truth in found])  # type: ignore[operator]
        width = np.mean([each.high - each.low for each, _, _, _ in found])  # type: ignore[operator]
        print(f"{name:52} {held:6.3f} {shared:6.3f} {width:7.3f}")
    print(f"{'a slice of versions':52}    1/4    1/2    all")
    for name, lives in MIXES.items():
        parts = [_held_in_slice(lives, part, chosen.times) for part in (0.25, 0.5, 1.0)]
        print(f"{name:52}", *(f"{held:6.3f}" for held in parts))


def _held_in_slice(lives: Lives, part: float, times: int) -> float:
    """In how many mixes the interval of a slice, in which each case is with the same chance, held the truth of those versions that
    anybody checked."""
    random, held = np.random.default_rng(5), []
    for _ in range(times):
        known = [
            replace(group, version=version, is_row=is_row)
            for (version, is_row), life in lives.items()
            for group in groups(drawn(life, random), life.audit_share)
        ]
        weights = weight_of_each(known)
        hits, given = list[bool](), list[float]()
        for group in known:
            key = (group.version, group.is_row, group.probability, group.is_volunteered)
            if group.is_audited and group.is_right is not None and key in weights:
                count = int(random.binomial(group.cases, part))
                hits += [group.is_right] * count
                given += [weights[key]] * count
        heard = [lives[key] for key in {key[:2] for key in weights}]
        truth = sum(e.accuracy * e.cases for e in heard) / max(1, sum(e.cases for e in heard))
        found = weighted.share(hits, given)
        if is_enough(found):
            held.append(found.low <= truth <= found.high)
    return float(np.mean(held))


def _held(life: Life, times: int) -> tuple[float, float]:
    """In which share of the lives each interval held the truth."""
    random = np.random.default_rng([int(life.accuracy * 100), int(life.audit_share * 100)])
    held = thumbs = 0
    for _ in range(times):
        cells = drawn(life, random)
        found = accuracy(groups(cells, life.audit_share))
        held += bool(found.enough and found.low <= life.accuracy <= found.high)  # type: ignore[operator]
        right, wrong = counted(cells)[True], counted(cells)[False]
        n = right + wrong
        half = 1.96 * math.sqrt(right * wrong / n**3) if n else 1.0
        thumbs += bool(n) and abs(right / n - life.accuracy) <= half
    return held / times, thumbs / times


if __name__ == "__main__":
    main()
