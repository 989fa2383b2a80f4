"""What is known of the rows of a large file before and while they are asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.folder import BatchFolder
from batch.partition import Partition
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
