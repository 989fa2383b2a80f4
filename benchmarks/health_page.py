"""Time that the figures of Health take among many cases.

`python -m benchmarks.health_page [--cases N] [--database postgresql]` fills a database of its own, as `benchmarks.cases` does: N
cases of 50 models, one of a hundred judged. Prints milliseconds for each part of the page: the first time in a process and the
median of those after it, once the days are counted as the job does every five minutes (its time is told as well), and again
while a case comes in for every model. Each is checked against what was filled in.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import text

from benchmarks.cases import START, _database, _fill
from benchmarks.figures import record, right
from db.engine import Sessions, close, make_sessions, writing
from db.migrate import migrate
from health import input_drift
from health.cohort import Cohort
from health.day_counts import fold
from health.kept_standings import keep, kept
from health.overview import look, standings
from health.summary import recent_series, summarise

MODELS = 50


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--times", type=int, default=5)
    chosen = parser.parse_args(arguments)
    with _database(chosen.database) as url:
        migrate(url)
        sessions = make_sessions(url)
        _fill(sessions, chosen.database, chosen.cases)
        print(f"{chosen.cases:,} cases, {chosen.database}{'':20}{'first ms':>10}{'median':>10}")
        began = time.perf_counter()
        fold(sessions)
        print(
            f"{'the job: every day counted anew':42}{(time.perf_counter() - began) * 1000:>10.1f}"
        )
        parts = _parts(sessions, chosen.cases)
        for name, part in parts:
            _measure(name, part, chosen)
        _change(sessions)
        print(f"{'while the newest day of every model is marked':42}")
        for name, part in parts:
            _measure(f"{name}, marked", part, chosen)
        close(sessions)


def _change(sessions: Sessions) -> None:
    """What marks the newest day of every model, and changes no figure."""
    last = "SELECT max(id) FROM cases GROUP BY model"
    for seconds in (0.3, 0.2):
        with writing(sessions) as session:
            statement = text(f"UPDATE cases SET seconds_total = {seconds} WHERE id IN ({last})")
            session.connection().execute(statement)


def _parts(sessions: Sessions, count: int) -> list[tuple[str, Callable[[], bool]]]:
    """Each part of the pages, as a function that says whether what it found is right."""
    now = START + timedelta(seconds=count)
    each = count // MODELS

    def clock() -> datetime:
        return now

    def cards() -> bool:
        return len(kept(sessions)) == MODELS

    def words() -> bool:
        return sum(found.cases for found in standings(sessions, clock=clock).values()) == count

    def one() -> bool:
        found = look(sessions, "bank", "model-7", clock=clock)
        return found is not None and found.standing.cases == each

    found = standings(sessions, clock=clock).values()
    keep(sessions, found, clock=clock)
    input_drift.forget()
    return [
        ("the table: summarise", lambda: sum(row.cases for row in summarise(sessions)) == count),
        ("the words: standings", words),
        (
            "the chart: recent_series",
            lambda: (
                sum(
                    p.cases
                    for p in recent_series(sessions, cohort=Cohort(since=START), clock=clock)
                )
                == count
            ),
        ),
        ("one model: look", one),
        ("cards of Models: kept standings", cards),
    ]


def _measure(name: str, part: Callable[[], bool], chosen: argparse.Namespace) -> None:
    taken = []
    for _ in range(chosen.times + 1):
        began = time.perf_counter()
        found = part()
        taken.append((time.perf_counter() - began) * 1000)
        right(found, f"{name}: other figures")
    first, median = taken[0], statistics.median(taken[1:])
    print(f"{name:42}{first:>10.1f}{median:>10.1f}", flush=True)
    what = f"{chosen.database}, {chosen.cases:,}: {name}"
    record("health_page", what, first_ms=first, median_ms=median)


if __name__ == "__main__":
    main()
