"""How long answers take, in words: as people felt it, and as the model's server reports it."""

from __future__ import annotations

from health.server_metrics.contract import Figures, Quantile
from health.server_metrics.readings import Reading
from health.summary import Latency


def felt_words(found: Latency | None, of: str = "the newest {n} answers") -> str:
    """`half within 43 ms, 19 of 20 within 80 ms, 99 of 100 within 95 ms, of the newest 2,000 answers.`"""
    if found is None:
        return "nothing was answered in this time."
    return (
        f"half within {_time(found.p50)}, 19 of 20 within {_time(found.p95)}, 99 of 100 within "
        f"{_time(found.p99)}, of {of.format(n=f'{found.n:,}')}."
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
