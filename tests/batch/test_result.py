"""The result of a large file: joined while its last rows are asked about, and the same as if it were joined at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch import result
from batch.errors import PartitionGone
from batch.folder import BatchFolder
from batch.partition import Partition
from batch.result import Joining
from tests.batch.asking import csv, written

ROWS = 40


@dataclass(frozen=True, kw_only=True)
class Chunk:
    first_row: int
    rows: int
    part: str


@pytest.fixture
def folder(tmp_path: Path) -> BatchFolder:
    """That of a file of so many rows, read and checked."""
    return BatchFolder(tmp_path, written(tmp_path, csv(tmp_path / "birds.csv", ROWS)).batch_id)


def _chunk(folder: BatchFolder, first: int, rows: int, labels: Sequence[str]) -> Chunk:
    columns = {
        "answer": pa.array([labels[0]] * rows),
        "sure": pa.array([0.5] * rows),
        **{f"p:{label}": pa.array([0.5] * rows) for label in labels},
        "problem": pa.nulls(rows, pa.string()),
        "case": pa.nulls(rows, pa.string()),
    }
    part = result.part_name(first, 1)
    result.write_part(folder, part, pa.table(columns))
    return Chunk(first_row=first, rows=rows, part=part)


def _joined(folder: BatchFolder, chunks: Sequence[Chunk], done: Callable[[], list[Chunk]]) -> Path:
    by_row = {chunk.first_row: chunk for chunk in chunks}
    with Joining(folder=folder, rows=ROWS, following=by_row.get) as joining:
        return joining.end(done)


def test_what_is_done_is_written_while_the_rest_is_asked(folder: BatchFolder) -> None:
    """The first chunk is joined before there is a second; nothing is read again at the end."""
    left = folder.path / ".result.parquet.17.ab"  # by a process that was killed
    left.touch()
    first, seen, chunks = _chunk(folder, 0, 15, ["yes", "no"]), threading.Event(), {}
    chunks[0] = first

    def following(row: int) -> Chunk | None:
        if row:
            seen.set()
        return chunks.get(row)

    with Joining(folder=folder, rows=ROWS, following=following) as joining:
        assert seen.wait(10)
        assert not folder.result("parquet").exists()
        chunks[15] = _chunk(folder, 15, 25, ["no"])
        path = joining.end(lambda: pytest.fail("it is joined already"))
    assert not left.exists()
    found = pq.read_table(path)
    assert found.column("name").to_pylist() == [f"r{i}" for i in range(ROWS)]
    assert found.column("Answer").to_pylist() == ["yes"] * 15 + ["no"] * 25
    assert found.column("Probability of yes").null_count == 25
    assert found.equals(pq.read_table(result.join(folder, list(chunks.values()))))


def test_labels_that_only_later_rows_have_are_columns_too(folder: BatchFolder) -> None:
    chunks = [_chunk(folder, 0, 15, ["yes"]), _chunk(folder, 15, 25, ["no", "yes"])]
    found = pq.read_table(_joined(folder, chunks, lambda: chunks))
    assert found.column("Probability of no").to_pylist() == [None] * 15 + [0.5] * 25


def test_a_run_that_is_over_leaves_nothing_half_written(folder: BatchFolder) -> None:
    chunk = _chunk(folder, 0, 15, ["yes"])
    with (
        pytest.raises(KeyError),
        Joining(folder=folder, rows=ROWS, following={0: chunk}.get) as joining,
    ):
        raise KeyError
    assert joining._path is None
    assert {path.name for path in folder.path.iterdir()} == {"rows.arrow", "facts.json", "parts"}


def test_rows_are_read_from_anywhere_and_a_broken_file_is_told(folder: BatchFolder) -> None:
    partition = Partition(folder)
    assert partition.own(38, 5).column("c0").to_pylist() == ["r38", "r39"]
    assert partition.values(3, 2).column("v0").to_pylist() == [3, 4]
    assert partition.row_numbers().to_pylist() == list(range(2, ROWS + 2))
    folder.partition.write_bytes(folder.partition.read_bytes()[:-100])
    with pytest.raises(PartitionGone):
        Partition(folder).values(0, 1)
