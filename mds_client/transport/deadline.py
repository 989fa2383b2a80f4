"""How long a read may take, together with the end of the call that it belongs to."""

from __future__ import annotations

import time
from typing import Self


class Limit(float):
    """The seconds that one read or write may take; it also knows when the whole call ends."""

    ends: float

    @classmethod
    def within(cls, seconds: float, left: float) -> Self:
        limit = cls(min(seconds, left))
        limit.ends = time.monotonic() + left
        return limit
