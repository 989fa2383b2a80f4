"""The table of a file as it is kept: the same cells come back, and what cannot be kept is nothing."""

from __future__ import annotations

import math
import zlib
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from mds_client.signature import File
from tables import kept_table
from tables.converting import Converted, RowProblem
from tables.kept_table import KeptTable, UnreadableTable, left_out_of, to_keep
from tables.table import Percent, Table

CELLS: list[object] = [
    *("text", "ä \ud800 😀", "=1+1", "", None, math.nan, pd.NaT, pd.NA),
    *(True, 1, 2**70, -0.5, math.inf, np.int64(7), np.float32(0.5), Percent(0.12)),
    *(datetime(2026, 2, 28, 23, 59), date(2026, 2, 28), [1, {"a": 2}]),
    File(name="bird.png", media_type="image/png", data=b"x"),
]
BACK: list[object] = [
    *("text", "ä \ud800 😀", "=1+1", "", None, None, None, None),
    *(True, 1, 2**70, -0.5, math.inf, 7, 0.5, 0.12),
    *("2026-02-28 23:59:00", "2026-02-28", "[1, {'a': 2}]", "bird.png"),
]


def _table() -> Table:
    frame = pd.DataFrame({"a": pd.Series(CELLS, dtype=object), "b": range(len(CELLS))})
    numbers = tuple(range(2, len(CELLS) + 2))
    return Table(name="x.csv", frame=frame, row_numbers=numbers, totals={4: "the sum of others"})


CONVERTED = Converted(
    rows=pd.DataFrame({"x": [1, 2]}, index=pd.Index([2, 5])),
    problems=(
        RowProblem(row=3, column="a", field="x", sentence="X must be a number."),
        RowProblem(row=3, column="b", field="y", sentence="Y is missing."),
    ),
)


def test_every_cell_comes_back() -> None:
    found = KeptTable.from_bytes(to_keep(_table(), CONVERTED, 10**6))
    assert found.frame["a"].tolist() == BACK
    assert [type(cell) for cell in found.frame["b"]] == [int] * len(CELLS)
    assert (found.columns, found.row_word) == (("a", "b"), "row")
    assert found.row_numbers == _table().row_numbers
    assert found.sent == (2, 5)
    assert found.problems == {
        3: "X must be a number. Y is missing.",
        6: "Not sent: the sum of others.",
    }


def test_rows_that_could_not_be_sent_are_counted_without_totals() -> None:
    content = to_keep(_table(), CONVERTED, 10**6)
    left_out = len(CELLS) - 2 - 1
    assert KeptTable.from_bytes(content).left_out == left_out
    assert left_out_of(content, 2) == left_out
    assert left_out_of(content, 1) == 0  # the other row that can be sent was not asked about
    assert left_out_of(b"", 2) == 0


def test_what_is_too_large_or_not_wanted_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(to_keep(_table(), CONVERTED, 10**6))
    assert to_keep(_table(), CONVERTED, size)
    assert not to_keep(_table(), CONVERTED, size - 1)
    assert not to_keep(_table(), CONVERTED, 0)
    monkeypatch.setattr(kept_table, "MOST_CELLS", len(CELLS))
    assert not to_keep(_table(), CONVERTED, 10**6)


@pytest.mark.parametrize("content", [b"", b"no zip", zlib.compress(b"{}"), zlib.compress(b"[]")])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableTable):
        KeptTable.from_bytes(content)
