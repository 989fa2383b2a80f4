"""What an explanation costs is said before it starts."""

from __future__ import annotations

import pytest

from explanations.contract import Budget
from explanations.cost_estimate import cost_estimate


@pytest.mark.parametrize(
    ("cost", "pace", "words"),
    [
        (Budget(rows=3400, calls=300, seconds=20), 0.05, "Up to 3,400 rows, about 10 calls, about a second."),
        (Budget(rows=3400, calls=300, seconds=20), 0.4, "Up to 3,400 rows, about 10 calls, about 4 seconds."),
        (Budget(rows=3400, calls=300, seconds=20), 9.0, "Up to 3,400 rows, about 10 calls, about 20 seconds."),
        (Budget(rows=3400, calls=300, seconds=20), None, "Up to 3,400 rows, about 10 calls."),
        (Budget(rows=2, calls=2, seconds=200), 70.0, "Up to 2 rows, about 2 calls, about 3 minutes."),
        (Budget(rows=1, calls=None, seconds=None), 1.0, "Up to 1 rows, about 1 call, about 1 second."),
        (Budget(seconds=20), 1.0, "About 20 seconds."),
        (Budget(), None, ""),
    ],
)  # fmt: skip
def test_rows_calls_and_seconds(cost: Budget, pace: float | None, words: str) -> None:
    assert str(cost_estimate(cost, pace)) == words.replace("1 rows", "1 row")
