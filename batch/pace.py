"""How many rows go into a request and into a chunk, and how many requests are under way: all from how the server fares.

A request grows as long as it is quick, to what may then take a quarter of a second, and shrinks where the server refuses its
size, or where it is slow and so many rows were never quick, or fewer are quicker a row. Where a row takes the same in smaller
requests, it is not their size that is slow: the machine does other things too.
A chunk is as many rows as take about a second, so that little is asked again after a crash. Concurrency rises by one
while all goes well, and is halved when the server says that it has too much to do: additive increase, multiplicative
decrease, as TCP does it (Jacobson, Congestion Avoidance and Control, 1988).

While people ask the same server one case at a time, one request is under way, and it takes no longer than a small one does:
so whoever asks meanwhile waits for less than their own answer takes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

FIRST_ROWS, MOST_ROWS = 50, 5_000
MOST_CHUNK_ROWS = 50_000
CHUNK_SECONDS = 1.0
# A request takes no longer than this, so that whoever asks one case is not kept waiting behind it.
REQUEST_SECONDS = 0.5
# Requests that were halved stay so if so many of them bring this many times the rows a second; where so many rows were never
# quick, if they do not bring much less.
_GAINED, _LOST = 1.2, 0.7
_TRIAL = 4
# A request that was quick is followed by one of as many times the rows as may take half of the time, at most so many times.
_MOST_TIMES = 8
HOLD_REQUESTS = 50
_CALM = 8  # requests without trouble before one more may be under way
_LOOK_SECONDS = 0.005
# So long after somebody asked one case, others are expected.
PEOPLE_SECONDS = 30.0
# A request beside them may take as long as a small one, and so long in any case.
BESIDE_SECONDS = 0.03
# For this part of the time a batch may hold the database beside them, where that has one writer at a time: each of their cases
# is written twice, and would wait.
WRITE_SHARE = 0.03
# However long it was held: what is done is to be written before long.
MOST_WRITE_PAUSE = 5.0


@dataclass(kw_only=True)
class _Trial:
    """Requests of half of the rows: the size and the rows a second before, and what came of those that were answered since."""

    size: int
    rate: float
    requests: int = 0
    rows: int = 0
    seconds: float = 0.0

    def note(self, rows: int, seconds: float) -> None:
        """One of them was answered."""
        self.requests, self.rows = self.requests + 1, self.rows + rows
        self.seconds += seconds

    @property
    def gain(self) -> float:
        """How many times the rows a second they bring."""
        return self.rows / max(self.seconds, 1e-6) / self.rate


@dataclass(kw_only=True)
class Pace:
    """Shared by the threads of one run. `most_rows` is what a request may hold by what the server declares,
    `least_chunk_rows` keeps the list of chunks of a very large file short."""

    most_rows: int = MOST_ROWS
    most_chunk_rows: int = MOST_CHUNK_ROWS
    least_chunk_rows: int = 0
    # So many rows a chunk has while people ask: who records their case waits until those of a chunk are written.
    people_chunk_rows: int = MOST_CHUNK_ROWS
    most_at_once: int = 4
    clock: Callable[[], float] = time.monotonic
    request_rows: int = FIRST_ROWS
    at_once: int = 2
    _rate: float = 0.0
    # How many rows were answered within `REQUEST_SECONDS` in one request, at the most.
    _proved: int = 0
    # What is being tried since requests were halved last, and for how many requests they are not halved again.
    _trial: _Trial | None = None
    _hold: int = 0
    _calm: int = 0
    _pause_until: float = 0.0
    _people_until: float = 0.0
    # When it may be written again while people ask.
    _write_at: float = 0.0
    _people_rows: int = FIRST_ROWS
    # What a request took at the least: about what one case takes.
    _quickest: float = REQUEST_SECONDS / 4
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _busy: int = 0

    def __post_init__(self) -> None:
        self.most_rows = max(1, min(self.most_rows, MOST_ROWS))
        self.request_rows = min(self.request_rows, self.most_rows)

    @property
    def chunk_rows(self) -> int:
        """How many rows the next chunk has."""
        by_time = int(self._rate * CHUNK_SECONDS) if self._rate else self.request_rows * 2
        wanted = max(by_time, self.least_chunk_rows)
        rows = max(self.request_rows, min(wanted, self.most_chunk_rows))
        return min(rows, self.people_chunk_rows) if self.are_people_asking else rows

    def chunk_of(self, left: int) -> int:
        """How many rows the next chunk has where so many are left: fewer towards the end, so that no thread has the last ones
        alone (Polychronopoulos and Kuck, Guided Self-Scheduling, 1987)."""
        share = left // (2 * self.most_at_once)
        return min(self.chunk_rows, max(share, self.request_rows, self.least_chunk_rows))

    @property
    def rows_now(self) -> int:
        """How many rows the next request has."""
        few = min(self._people_rows, self.request_rows)
        return few if self.are_people_asking else self.request_rows

    @property
    def are_people_asking(self) -> bool:
        """Whether somebody asked one case a short while ago."""
        return self.clock() < self._people_until

    def people_ask(self) -> None:
        """Somebody asks one case of the same server."""
        with self._lock:
            self._people_until = self.clock() + PEOPLE_SECONDS

    def note(self, rows: int, seconds: float) -> None:
        """A request of so many rows was answered."""
        rate = rows / max(seconds, 1e-6)
        with self._lock:
            self._calm += 1
            if self._calm >= _CALM and self.at_once < self.most_at_once:
                self.at_once, self._calm = self.at_once + 1, 0
            self._quickest = min(self._quickest, seconds)
            if self.are_people_asking:
                self._make_room(rows, seconds)
                return
            if rows < self.request_rows:  # the end of a chunk, or a part of what was refused
                self._rate = self._rate or rate
                return
            self._adapt(rows, rate, seconds)

    def _make_room(self, rows: int, seconds: float) -> None:
        """Fewer rows where a request takes longer than one case does, or than is felt, and more where it does not. Few rows are
        made fewer only where they take much longer: else it is the machine that is busy, and not they."""
        most = max(2 * self._quickest, BESIDE_SECONDS)
        if seconds > (most if rows > FIRST_ROWS else 4 * most):
            self._people_rows = max(1, min(rows, self._people_rows) // 2)
        elif seconds < 0.6 * most and rows >= self._people_rows:
            self._people_rows = min(self._people_rows * 2, self.most_rows)

    def _adapt(self, rows: int, rate: float, seconds: float) -> None:
        """Grow while a request is quick; try half of its rows while it is slow, and keep to that where it helps."""
        size = self.request_rows
        self._hold = max(0, self._hold - 1)
        if seconds <= REQUEST_SECONDS:
            self._proved = max(self._proved, rows)
        if self._trial and rows == size:
            self._try_fewer(self._trial, rows, seconds)
        elif seconds > REQUEST_SECONDS and not self._hold and not self._trial and size > 1:
            self._trial = _Trial(size=size, rate=rate)
            self.request_rows = max(1, size // 2)
        elif seconds < REQUEST_SECONDS / 4:
            times = min(_MOST_TIMES, REQUEST_SECONDS / 2 / max(seconds, 1e-6))
            self._trial, self.request_rows = None, min(int(size * times), self.most_rows)
        self._rate = rate if not self._rate else 0.7 * self._rate + 0.3 * rate

    def _try_fewer(self, trial: _Trial, rows: int, seconds: float) -> None:
        """A request of half of the rows was answered: whether it stays at that is told by a few of them, or by one where so many
        rows as before were never quick."""
        trial.note(rows, seconds)
        was_quick = trial.size <= self._proved
        if trial.requests < (_TRIAL if was_quick else 1):
            return
        if trial.gain < (_GAINED if was_quick else _LOST):
            self.request_rows, self._hold = trial.size, HOLD_REQUESTS
        self._trial = None

    def wrote(self, seconds: float) -> None:
        """The database was held for so long, and others waited who write."""
        with self._lock:
            now, pause = self.clock(), min(seconds / WRITE_SHARE, MOST_WRITE_PAUSE)
            since = max(self._write_at, now) if self.are_people_asking else now
            self._write_at = since + pause

    def wait_to_write(
        self, check: Callable[[], None], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Wait until people are not in the way. `check` raises where the run is over."""
        while self.are_people_asking and self.clock() < self._write_at:
            check()
            sleep(_LOOK_SECONDS)

    def refused_for_size(self, rows: int) -> None:
        """A request of so many rows was too large."""
        with self._lock:
            self.most_rows = max(1, min(self.most_rows, rows // 2))
            self.request_rows = min(self.request_rows, self.most_rows)

    def suffers(self, pause: float) -> None:
        """The server has too much to do, or is away: fewer requests at once, and none for a while."""
        with self._lock:
            self.at_once, self._calm = max(1, self.at_once // 2), 0
            self._pause_until = max(self._pause_until, self.clock() + pause)

    def enter(self, check: Callable[[], None], sleep: Callable[[float], None] = time.sleep) -> None:
        """Wait for a turn to send. `check` raises where the run is over."""
        while True:
            check()
            with self._lock:
                most = 1 if self.are_people_asking else self.at_once
                if self._busy < most and self.clock() >= self._pause_until:
                    self._busy += 1
                    return
            sleep(_LOOK_SECONDS)

    def leave(self) -> None:
        """What was sent is settled."""
        with self._lock:
            self._busy -= 1
