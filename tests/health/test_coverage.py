"""The 95 % interval holds the truth where people report mostly what is wrong, and the share of thumbs does not.

A small grid; `python -m benchmarks.health` has the whole one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from health.estimates import Estimate, Group, accuracy
from tests.health.simulated import MIXES, Life, Lives, counted, drawn

pytestmark = pytest.mark.slow
TIMES = 1_000


@pytest.mark.parametrize("true", [0.6, 0.9, 0.99])
@pytest.mark.parametrize(("ratio", "share"), [(1, 0.1), (6, 0.02), (10, 0.05)])
def test_the_interval_holds_the_truth(true: float, ratio: float, share: float) -> None:
    random = np.random.default_rng([int(true * 100), int(ratio), int(share * 100)])
    life = Life(accuracy=true, audit_share=share, ratio=ratio, cases=4_000)
    held = thumbs_held = 0
    for _ in range(TIMES):
        cells = drawn(life, random)
        found = accuracy(groups(cells, share))
        held += found.low <= true <= found.high
        right, wrong = counted(cells)[True], counted(cells)[False]
        half = 1.96 * np.sqrt(right * wrong / (right + wrong) ** 3)
        thumbs_held += abs(right / (right + wrong) - true) <= half
    # What is known for certain can only narrow a case of bad luck: 97 of 100 may become 98.
    assert 0.93 <= held / TIMES <= 0.98
    if ratio > 1:
        assert thumbs_held / TIMES < 0.5


@pytest.mark.parametrize(
    "name",
    [
        "a worse version that few look at",
        "a file of a version that nobody has checked",
        "a large version of which one or two are checked",
    ],
)
def test_the_interval_holds_the_truth_of_versions_that_differ(name: str) -> None:
    """A few mixes; `python -m benchmarks.health` has all."""
    random, held, shared = np.random.default_rng(7), [], []
    for _ in range(400):
        found, truth, as_one, of_all = mixed(MIXES[name], random)
        held.append(found.low <= truth <= found.high)
        shared.append(as_one.low <= of_all <= as_one.high)
    assert 0.93 <= np.mean(held) <= 0.98
    assert np.mean(shared) < 0.75  # with one reply rate for all versions


def mixed(lives: Lives, random: np.random.Generator) -> tuple[Estimate, float, Estimate, float]:
    """The estimate and what is true of the answers that it speaks for; that with one reply rate for all versions, which says
    that it speaks for all of them, and what is true of all."""
    known = [
        replace(group, version=version, is_row=is_row)
        for (version, is_row), life in lives.items()
        for group in groups(drawn(life, random), life.audit_share)
    ]
    found = accuracy(known)
    parts = {("all", True), ("all", False), ("rows", True), ("single", False)}
    out = {(e.version, is_row) for e in found.left_out for kind, is_row in parts if kind == e.kind}
    truth = _true([life for key, life in lives.items() if key not in out])
    as_one = accuracy([replace(each, version="", is_row=False) for each in known])
    return found, truth, as_one, _true(list(lives.values()))


def _true(lives: list[Life]) -> float:
    return sum(each.accuracy * each.cases for each in lives) / sum(each.cases for each in lives)


def groups(cells: dict[tuple[bool, bool, bool | None], int], share: float) -> list[Group]:
    """The cases as `accuracy` takes them."""
    return [
        Group(
            probability=share, is_audited=is_drawn, is_volunteered=spoken, is_right=right, cases=n
        )
        for (is_drawn, spoken, right), n in cells.items()
    ]
