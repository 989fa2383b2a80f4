"""Forty people of every role at once, for many turns: whether anything is lost, doubled or mixed up, and how long it takes.

`python -m benchmarks.crowd [--turns N] [--sessions N]` starts the embedded MDS and the API on a PostgreSQL of the
tests (SQLite with `--sqlite`). Ends with what is wrong, if anything is.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import record, right
from cli import demo
from tests import databases
from tests.api import crowd
from tests.api.served import built, serving


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=25)
    parser.add_argument("--sessions", type=int, default=crowd.SESSIONS)
    parser.add_argument("--sqlite", action="store_true")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, _models(Path(name)) as mds_url:
        url = f"sqlite:///{name}/crowd.db" if chosen.sqlite else next(databases.fresh_postgres())
        _run(mds_url, Path(name), url, chosen.sessions, chosen.turns)


def _run(mds_url: str, folder: Path, url: str, sessions: int, turns: int) -> None:
    changes = {"database_url": url, "access": crowd.ACCESS}
    with built(mds_url, folder, **changes) as found, serving(found) as served:
        people = crowd.people(sessions)
        began = time.monotonic()
        crowd.run(served, people, turns)
        seconds = time.monotonic() - began
        wrong = crowd.problems(served, people, turns)
    cases = sessions * turns
    print(
        f"{sessions} people, {cases:,} cases: {seconds:.1f} s, {cases / seconds:.1f} cases a second"
    )
    for each in wrong:
        print(f"  {each}")
    right(not wrong, f"{len(wrong)} things were lost, doubled or mixed up")
    record("crowd", url.partition(":")[0], sessions=sessions, turns=turns, seconds=seconds)


@contextmanager
def _models(folder: Path) -> Iterator[str]:
    http, grpc, metrics = demo.free_ports(18_900, 3)
    part = demo.server_part(folder, http, grpc, metrics)
    with demo.running(part) as process:
        demo.wait_until_ready([part], {part.name: process})
        yield f"http://{demo.HOST}:{http}"


if __name__ == "__main__":
    main()
