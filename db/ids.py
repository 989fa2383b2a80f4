"""Permanent ids: ULIDs, 26 characters that sort in the order in which they were made."""

from __future__ import annotations

import re
import secrets
import time
from datetime import UTC, datetime
from random import Random
from threading import Lock

from ulid import ULID

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
ID_PATTERN = f"^{_ULID.pattern}$"
_RANDOM_BITS = 80
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [one + other for one in _DIGITS for other in _DIGITS]
_LOW = (1 << 60) - 1


class Ids:
    """Makes ids that only grow, also within a millisecond and when the clock is set back."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = 0

    def __call__(self) -> str:
        milliseconds = time.time_ns() // 1_000_000
        fresh = (milliseconds << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
        with self._lock:
            self._last = max(fresh, self._last + 1)
            return _written(self._last)


def _written(number: int) -> str:
    """What `str(ULID.from_int(number))` is, two digits at a time."""
    low, high = number & _LOW, number >> 60
    return "".join(
        [
            *(_PAIRS[high >> shift & 1023] for shift in range(60, -1, -10)),
            *(_PAIRS[low >> shift & 1023] for shift in range(50, -1, -10)),
        ]
    )


new_id = Ids()


def id_at(moment: datetime, random: Random) -> str:
    """An id as it would have been made at that moment, reproducible by `random`: for a history that is written later."""
    milliseconds = int(moment.timestamp() * 1_000)
    return str(ULID.from_int((milliseconds << _RANDOM_BITS) | random.getrandbits(_RANDOM_BITS)))


def is_id(text: str) -> bool:
    """Whether a text, say from a link, can be an id at all."""
    return _ULID.fullmatch(text) is not None


def utc_now() -> datetime:
    """The clock of production."""
    return datetime.now(UTC)
