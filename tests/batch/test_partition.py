"""What is known of the rows of a large file before and while they are asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch import empty_cells
from batch.folder import BatchFolder
from batch.partition import Partition
from batch.plan import read_as_empty
from tables.streaming import text
from tests.batch.asking import csv, written


@pytest.mark.parametrize("block_bytes", [2**20, 400])
def test_rows_that_cannot_be_sent_are_none_of_those_that_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block_bytes: int
) -> None:
    monkeypatch.setattr(text, "BLOCK_BYTES", block_bytes)
    odd = {3: "r3,three,1", 50: "r50,fifty,1", 199: "r199,last,1"}
    given = written(tmp_path, csv(tmp_path / "birds.csv", 200, odd))
    partition = Partition(BatchFolder(tmp_path, given.batch_id))
    assert (len(partition.facts.groups) > 1) == (block_bytes == 400)
    assert partition.good_without([]) == 197
    assert partition.good_without([(0, 10)]) == 188
    assert partition.good_without([(10, 40), (50, 1), (60, 30)]) == 197 - 70
    assert partition.good_without([(0, 51), (100, 100)]) == 49
    assert partition.good_without([(0, 200)]) == 0


def test_of_a_file_without_a_fault_no_row_is_looked_at(tmp_path: Path) -> None:
    given = written(tmp_path, csv(tmp_path / "birds.csv", 30))
    partition = Partition(BatchFolder(tmp_path, given.batch_id))
    assert partition.good_without([(5, 10)]) == 20


def test_words_that_say_nothing_are_counted_by_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In all blocks together; of the model's columns alone."""
    monkeypatch.setattr(text, "BLOCK_BYTES", 400)
    odd = {i: f"NA,{i},{'NA' if i < 60 else '-'}" for i in range(30, 73)}
    given = written(tmp_path, csv(tmp_path / "birds.csv", 200, odd))
    facts = Partition(BatchFolder(tmp_path, given.batch_id)).facts
    assert facts.empty_words == {"y": {"NA": 30, "-": 13}}
    assert read_as_empty(facts.empty_words) == ["y: 43 cells read as empty: NA, -"]
    wide = {f"c{i}": {"NA": 100 - i} for i in range(10)}
    assert read_as_empty(wide)[0] == "c0: 100 cells read as empty: NA"
    assert read_as_empty(wide)[8:] == ["and 2 more columns with such cells"]
    assert read_as_empty({}) == []


def test_they_are_told_by_column() -> None:
    assert empty_cells.in_words("age", {"NA": 14}) == "age: 14 cells read as empty: NA"
    assert empty_cells.in_words("age", {"-": 1}) == "age: 1 cell read as empty: -"
    many = empty_cells.in_words("age", {"a": 1, "NA": 1_000, " NA": 2, "b": 3, "c": 2})
    assert many == "age: 1,008 cells read as empty: NA, b, c, a"
    more = empty_cells.in_words("age", {"a": 1, "NA": 9, "b": 3, "c": 2, "d": 1})
    assert more == "age: 16 cells read as empty: NA, b, c, …"
    very_many: dict[str, int] = {}
    for i in range(100):
        very_many = empty_cells.added(very_many, {f"w{i}": 1})
    assert len(very_many) == empty_cells.MOST_WORDS + 1
    assert sum(very_many.values()) == 100
