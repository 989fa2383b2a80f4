"""How many rows go together next, and how long the others will take: both from how long the last ones took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

# A chunk takes about so long: often enough to show how far it is, to stop, and to let others go first.
CHUNK_SECONDS = 0.5
FIRST_ROWS, MOST_ROWS = 10, 100
_MOST_GROWTH = 3.0


@dataclass(kw_only=True)
class Pace:
    """Of `total` rows `done` are answered, and the next chunk has `size`; `begun_with` were done when the watch began."""

    total: int
    done: int = 0
    stopwatch: Callable[[], float] = time.perf_counter
    size: int = FIRST_ROWS
    begun_with: int = field(init=False)
    _began: float = field(init=False)
    _last: float = field(init=False)

    def __post_init__(self) -> None:
        self.begun_with = self.done
        self._began = self._last = self.stopwatch()

    def next_size(self) -> int:
        """How many rows the next chunk has, which begins now."""
        self._last = self.stopwatch()
        return self.size

    def note(self, rows: int) -> None:
        """The last chunk is answered: the next has as many rows as fit into its time, but not many more at once."""
        self.done += rows
        seconds = max(self.stopwatch() - self._last, 1e-6)
        wanted = min(rows * CHUNK_SECONDS / seconds, rows * _MOST_GROWTH)
        self.size = max(1, min(int(wanted), MOST_ROWS))

    @property
    def rate(self) -> float:
        """Rows per second since the watch began."""
        return (self.done - self.begun_with) / max(self.stopwatch() - self._began, 1e-6)

    def in_words(self) -> str:
        """As in `1,200 of 5,000 rows · 140 rows a second · 27 s left`."""
        words = [f"{self.done:,} of {self.total:,} rows"]
        if self.done > self.begun_with and self.done < self.total:
            rate = self.rate
            speed = f"{rate:,.0f} rows a second" if rate >= 2 else f"{60 * rate:,.1f} rows a minute"
            words += [speed, f"{_duration((self.total - self.done) / rate)} left"]
        return " · ".join(words)


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{max(seconds, 1):.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.1f} h"
