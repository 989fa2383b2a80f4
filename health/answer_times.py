"""How long answers take: of what is asked one by one, of what is asked many at once, and as the model's server reports it.

Whoever asks one question waits for its answer. A row of a file waits for nobody: it goes with many others in one request, and its
time is that of the whole request. So the two are never in one figure. What was asked again, to compare versions, is in neither.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import db.health_durations
from db.durations import Durations, added
from db.engine import Session
from db.health import Selection
from health.server_metrics.contract import Figures, Quantile
from health.server_metrics.readings import Reading
from health.summary import MANY_AT_ONCE, TIMED, Latency, latency_of

_EVERY = 10**12
NOTHING = "nothing was asked one by one in this time."
SINGLY = "Time to answer, asked one by one"
MANY = "Time to answer, rows of files, asked many at once"
OF_ROWS = "The time of a row is that of the whole request that it went in."


@dataclass(frozen=True, kw_only=True)
class AnswerTimes:
    """Of all versions together: how long answers took that were asked for one by one, `singly`, and those of `rows` that went many
    at once in a request; None where there were none."""

    singly: Latency | None
    rows: Latency | None

    @property
    def most(self) -> Latency | None:
        """Those of what was asked one by one; of rows where nothing was."""
        return self.singly or self.rows


def answer_times(session: Session, selection: Selection) -> AnswerTimes:
    """How long the answers of a selection took, whatever its purposes."""
    return AnswerTimes(
        singly=latency_of(durations_of(session, replace(selection, purposes=TIMED))),
        rows=latency_of(durations_of(session, replace(selection, purposes=MANY_AT_ONCE))),
    )


def durations_of(session: Session, selection: Selection) -> Durations | None:
    """How long the answered cases of all versions took, by the histograms of durations; None where none was answered."""
    parts = db.health_durations.durations(session, selection, _EVERY).values()
    return added(parts) if parts else None


def times_words(found: AnswerTimes, days: str = "") -> list[tuple[str, str]]:
    """Each kind with its times, as `Time to answer, asked one by one` and `half within 43 ms, …`; what was asked one by one always. `days` says of
    which: `in 28 days`."""
    lines = [(SINGLY, latency_words(found.singly, "answer", days))]
    if found.rows:
        lines.append((MANY, f"{latency_words(found.rows, 'row', days)} {OF_ROWS}"))
    return lines


def latency_words(found: Latency | None, of: str = "answer", days: str = "") -> str:
    """`half within 43 ms, 19 of 20 within 80 ms, 99 of 100 within 95 ms, of 2,000 answers in 28 days.`"""
    if found is None:
        return NOTHING
    many = f"{found.n:,} {of}{'' if found.n == 1 else 's'}"
    return (
        f"half within {_time(found.p50)}, 19 of 20 within {_time(found.p95)}, 99 of 100 within "
        f"{_time(found.p99)}, of {many}{days and ' '}{days}."
    )


def reported_words(reading: Reading) -> str:
    """What a server says, with since when and of what; names in it may come from anywhere."""
    found = reading.figures
    if found is None:
        return reading.sentence
    failed = ", failures not counted" if found.failed is None else f", {found.failed:,} failed"
    mean = f", {_time(found.mean)} in the mean" if found.mean is not None else ""
    requests = "1 request" if found.requests == 1 else f"{found.requests:,} requests"
    return (
        f"{requests}{failed}{mean}{_since(reading, found)}, of all versions and whoever asked. {_quantiles(found)} "
        f"({found.kind}{', by Prometheus' if reading.is_of_a_day else ''})"
    )


def _since(reading: Reading, found: Figures) -> str:
    if reading.is_of_a_day:
        return " within the last 24 hours"
    if found.since is None:
        return " since it started"
    return f" since it started on {found.since:%-d %B %Y, %H:%M} UTC"


def _quantiles(found: Figures) -> str:
    if found.quantiles is None:
        return "It keeps no spread of times."
    half, most, nearly_all = (_within(each) for each in found.quantiles)
    of = " Of all models on this server together:" if found.quantiles_of_all else ""
    return f"{of} Half {half}, 19 of 20 {most}, 99 of 100 {nearly_all}.".strip()


def _within(found: Quantile) -> str:
    return f"{'longer than' if found.is_least else 'within'} {_time(found.seconds)}"


def _time(seconds: float) -> str:
    """Milliseconds; with a decimal below ten."""
    shown = seconds * 1e3
    return f"{shown:,.1f} ms" if shown < 10 else f"{shown:,.0f} ms"
