"""The 95 % interval holds the truth where people report mostly what is wrong, and the share of thumbs does not.

A small grid; `python -m benchmarks.health` has the whole one.
"""

from __future__ import annotations

import numpy as np
import pytest

from health.estimates import Group, accuracy
from tests.health.simulated import Life, counted, drawn

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


def groups(cells: dict[tuple[bool, bool, bool | None], int], share: float) -> list[Group]:
    """The cases as `accuracy` takes them."""
    return [
        Group(
            probability=share, is_audited=is_drawn, is_volunteered=spoken, is_right=right, cases=n
        )
        for (is_drawn, spoken, right), n in cells.items()
    ]
