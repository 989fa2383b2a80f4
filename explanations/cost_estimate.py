"""What an explanation costs, said before it starts: rows, calls and seconds, from how long one call took."""

from __future__ import annotations

import math
from dataclasses import dataclass

from explanations.budgeted_model import ROWS_A_CALL
from explanations.contract import Budget

# Besides full calls there are small ones: the case itself, typical rows, the end of a part.
SMALL_CALLS = 3
A_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class CostEstimate:
    """The most that it may take; `seconds` is None where nothing is known of the model's pace."""

    rows: int | None
    calls: int | None
    seconds: float | None

    def __str__(self) -> str:
        parts = [
            f"up to {_counted(self.rows, 'row')}" if self.rows is not None else "",
            f"about {_counted(self.calls, 'call')}" if self.calls is not None else "",
            f"about {_duration(self.seconds)}" if self.seconds is not None else "",
        ]
        words = ", ".join(part for part in parts if part)
        return f"{words[0].upper()}{words[1:]}." if words else ""


def cost_estimate(cost: Budget, seconds_a_call: float | None) -> CostEstimate:
    """What a method with this budget takes from a model that answered one call in so many seconds.

    Many rows go into a call; one that is full takes longer, so seconds are a good guess rather than a limit.
    """
    calls = cost.calls
    if cost.rows is not None:
        needed = math.ceil(cost.rows / ROWS_A_CALL) + SMALL_CALLS
        calls = min(calls or needed, needed, cost.rows)
    seconds = cost.seconds
    if seconds_a_call is not None and calls is not None:
        seconds = min(calls * seconds_a_call, math.inf if seconds is None else seconds)
    elif seconds_a_call is None:
        seconds = None
    return CostEstimate(rows=cost.rows, calls=calls, seconds=seconds)


def _counted(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"


def _duration(seconds: float) -> str:
    if seconds < 1:
        return "a second"
    if seconds < A_MINUTE:
        return _counted(math.ceil(seconds), "second")
    return _counted(math.ceil(seconds / A_MINUTE), "minute")
