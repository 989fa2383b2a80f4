"""How long one case takes while a batch runs about the same server: the median and the 95th percentile of a person's single
asks, idle and beside a running batch, in the same run. `python -m benchmarks.batch_and_people [--rows N] [--asks N]`.

The batch runs in a process of its own, as in a worker. Each ask is what *Predict* does: the case is written, the embedded MLServer is
asked, and its answer written. Once few rows are recorded, and once each is. The file must not be done before the asks are.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select

import services
from benchmarks.batch import Ground, _built, _ground, ours
from benchmarks.figures import record, right
from cases.recording import predict_and_record
from cli import demo
from cli.worker import NICENESS
from db.engine import reading
from db.ids import new_id
from db.tables import BatchChunk

PART_ROWS = 20_000
# A person asks so often.
EVERY = 0.25


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--asks", type=int, default=60)
    chosen = parser.parse_args(arguments)
    demo.build_models()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        part = demo.server_part(folder, *demo.free_ports(18080, 3))
        with demo.running(part) as process:
            demo.wait_until_ready([part], {part.name: process})
            url = part.ready_url.removesuffix("/v2/health/ready")
            built = _built(url, folder)
            try:
                ground = _ground(built, url, folder, PART_ROWS)
                measure(built, ground, _repeated(ground, chosen.rows), chosen.asks)
            finally:
                built.close()


def _repeated(ground: Ground, rows: int) -> Path:
    """The rows again and again, until they are so many."""
    header, _, body = ground.file.read_bytes().partition(b"\n")
    path = ground.folder / "many.csv"
    with path.open("wb") as out:
        out.write(header + b"\n")
        for _ in range(-(-rows // PART_ROWS)):
            out.write(body)
    return path


def measure(built: services.Services, ground: Ground, file: Path, asks: int) -> None:
    ask = _asker(built, ground)
    for _ in range(10):
        ask()  # the first ones open connections
    for kept in ("drawn", "all"):
        idle = _seconds(ask, asks)
        beside, rows = _beside(built, ground, file, kept, ask, asks)
        figures = {
            "idle_median_ms": statistics.median(idle) * 1e3,
            "idle_p95_ms": _p95(idle) * 1e3,
            "beside_median_ms": statistics.median(beside) * 1e3,
            "beside_p95_ms": _p95(beside) * 1e3,
            "rows_a_second_meanwhile": rows,
        }
        print(f"rows recorded: {kept}")
        for what, value in figures.items():
            print(f"  {what.replace('_', ' '):26}{value:10,.1f}")
        ratio = statistics.median(beside) / statistics.median(idle)
        print(f"  beside a batch one case takes {ratio:.2f} times as long (median)")
        record("batch_and_people", kept, **figures)


def _asker(built: services.Services, ground: Ground) -> Callable[[], float]:
    row = dict(ground.signature.example_rows[0])

    def ask() -> float:
        began = time.perf_counter()
        found = predict_and_record(ground.model, row, sessions=built.sessions, key=new_id())
        seconds = time.perf_counter() - began
        right(found.prediction, f"a single case was not answered: {found.error}")
        return seconds

    return ask


def _seconds(ask: Callable[[], float], asks: int) -> list[float]:
    found = []
    for _ in range(asks):
        found.append(ask())
        time.sleep(EVERY)
    return found


def _beside(
    built: services.Services,
    ground: Ground,
    file: Path,
    kept: str,
    ask: Callable[[], float],
    asks: int,
) -> tuple[list[float], float]:
    """The seconds of each ask, and the rows a second that the batch did meanwhile."""
    context = multiprocessing.get_context("spawn")
    before = _rows(built)
    batch = context.Process(target=_batch, args=(ground.url, ground.folder, file, kept))
    batch.start()
    try:
        until = time.monotonic() + 300
        while _rows(built) == before:
            right(batch.is_alive() and time.monotonic() < until, "the batch did not begin")
            time.sleep(0.05)
        began, done = time.monotonic(), _rows(built)
        found = _seconds(ask, asks)
        right(batch.is_alive(), "the batch was done before the asks: give it more rows")
        return found, (_rows(built) - done) / (time.monotonic() - began)
    finally:
        batch.kill()
        batch.join()


def _rows(built: services.Services) -> int:
    """How many rows of all batches are done."""
    with reading(built.sessions) as session:
        return session.scalar(select(func.sum(BatchChunk.rows)).filter_by(state="done")) or 0


def _batch(url: str, folder: Path, file: Path, kept: str) -> None:
    os.nice(NICENESS)
    built = _built(url, folder)
    few = folder / new_id()
    few.mkdir()
    ours(built, replace(_ground(built, url, few, 10), file=file), kept)


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    main()
