"""How many rows go together next, and how long the others will take: both from how long the last ones took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

# A chunk takes about so long: often enough to show how far it is, to stop, and to let others go first.
CHUNK_SECONDS = 0.5
FIRST_ROWS, MOST_ROWS = 5, 100
_MOST_GROWTH = 3.0
# By how much the rate must rise for a chunk to be worth more time than that.
_WORTH = 1.5


@dataclass(kw_only=True)
class Pace:
    """Of `total` rows `done` are answered, and the next chunk has `size`.

    A chunk grows until it takes its time, and further where most of that time is the same for any number of rows: where
    more rows at once bring many more rows a second.
    """

    total: int
    done: int = 0
    stopwatch: Callable[[], float] = time.perf_counter
    size: int = FIRST_ROWS
    _done_before: int = field(init=False)
    _began: float = field(init=False)
    _last: float = field(init=False)
    _rows: int = 0
    _rate: float = 0.0
    # No chunk is smaller, since fewer rows at once were much slower; and the rate by which that was seen.
    _least: int = 1
    _least_rate: float = 0.0

    def __post_init__(self) -> None:
        self._done_before = self.done
        self._began = self._last = self.stopwatch()

    def next_size(self) -> int:
        """How many rows the next chunk has, which begins now."""
        self._last = self.stopwatch()
        return self.size

    def note(self, rows: int) -> None:
        """The last chunk is answered: how many rows the next has follows from it."""
        self.done += rows
        seconds = max(self.stopwatch() - self._last, 1e-6)
        wanted = self._wanted(rows, seconds)
        self._rows, self._rate = rows, rows / seconds
        self.size = max(1, min(int(wanted), MOST_ROWS))

    def _wanted(self, rows: int, seconds: float) -> float:
        fitting = min(rows * CHUNK_SECONDS / seconds, rows * _MOST_GROWTH)
        if seconds <= CHUNK_SECONDS:
            return fitting
        if not self._rate:  # whether it is the rows that take the time, the next chunk shows
            return rows * 2
        rate = rows / seconds
        if rows > self._rows and rate > _WORTH * self._rate:
            self._least, self._least_rate = rows, rate
            return rows * _MOST_GROWTH
        if rate < self._least_rate / 2:  # it was worth it once
            self._least = 1
        return max(fitting, self._least)

    @property
    def rate(self) -> float:
        """Rows per second since the watch began."""
        return (self.done - self._done_before) / max(self.stopwatch() - self._began, 1e-6)

    def in_words(self) -> str:
        """As in `1,200 of 5,000 rows · 140 rows a second · 27 s left`."""
        words = [f"{self.done:,} of {self.total:,} rows"]
        if self._done_before < self.done < self.total:
            rate = self.rate
            speed = f"{rate:,.0f} rows a second" if rate >= 2 else f"{60 * rate:,.1f} rows a minute"
            words += [speed, f"{_duration((self.total - self.done) / rate)} left"]
        return " · ".join(words)


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{max(seconds, 1):.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.1f} h"
