"""How far a batch is, in words, and whether somebody wants it stopped."""

from __future__ import annotations

import time
from collections.abc import Callable

from db.batch_chunks import Tally
from jobs.contract import Progress, Run


class Watch:
    """Tells how far the batch is, from its list of chunks, and sees whether somebody wants it stopped."""

    def __init__(self, run: Run, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._run, self._total, self._clock = run, total, clock
        self._began: tuple[float, int] | None = None

    def __call__(self, tally: Tally, who: str = "") -> None:
        """`who` works on it, where that is worth a word. Raises JobCancelled and JobLost."""
        now = self._clock()
        if self._began is None:
            self._began = (now, tally.done)
        since, done = now - self._began[0], tally.done - self._began[1]
        words = [f"{tally.done:,} of {self._total:,} rows"]
        if done and since > 0 and tally.done < self._total:
            rate = done / since
            left = (self._total - tally.done) / rate
            words += [f"{rate:,.0f} rows a second", f"{duration(left)} left"]
        words += [who] if who else []
        fraction = min(tally.done / max(self._total, 1), 0.999)
        self._run.report(Progress(fraction=fraction, words=" · ".join(words)))
        self._run.check()


def duration(seconds: float) -> str:
    """As in `27 s`, `12 min` or `3.5 h`."""
    if seconds < 100:
        return f"{max(seconds, 1):.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.1f} h"
