"""The table of a file as it is kept with what was asked about it: all rows and columns, which rows were sent, and what is
wrong with the others. A file within it is its name."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tables.converting import Converted
from tables.table import Table

VERSION = 1
# A table with more cells is not kept: it would take seconds to write.
MOST_CELLS = 2_000_000
# How the problem of a row begins that is the total of others.
_TOTAL = "Not sent: "


class UnreadableTable(ValueError):
    """It is no table that this version wrote."""


@dataclass(frozen=True, kw_only=True)
class KeptTable:
    """`frame` has the file's columns, `row_numbers` where a person finds its rows, as `row_word` counts.

    `sent` has the numbers of the rows that were sent or are to be, in their order; `problems` what is wrong with a row,
    by its number.
    """

    frame: pd.DataFrame
    row_numbers: tuple[int, ...]
    row_word: str = "row"
    sent: tuple[int, ...] = ()
    problems: Mapping[int, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the file's columns, in order."""
        return tuple(str(name) for name in self.frame.columns)

    @property
    def left_out(self) -> int:
        """How many rows could not be sent; totals of others, which are not to be, are none of them."""
        totals = sum(words.startswith(_TOTAL) for words in self.problems.values())
        return len(self.row_numbers) - len(self.sent) - totals

    @classmethod
    def of(cls, table: Table, converted: Converted) -> KeptTable:
        """The table with what came of its rows."""
        columns = [_shown(table.frame.iloc[:, place]) for place in range(len(table.columns))]
        return cls(
            frame=_frame(table.columns, columns),
            row_numbers=table.row_numbers,
            row_word=table.row_word,
            sent=tuple(int(number) for number in converted.rows.index),
            problems=problems_of(table, converted),
        )

    def to_bytes(self) -> bytes:
        """The table, compressed."""
        text = json.dumps(
            {
                "version": VERSION,
                "columns": self.columns,
                "cells": [self.frame.iloc[:, i].tolist() for i in range(len(self.columns))],
                "row_numbers": self.row_numbers,
                "row_word": self.row_word,
                "sent": self.sent,
                "problems": list(self.problems.items()),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)

    @classmethod
    def from_bytes(cls, content: bytes) -> KeptTable:
        """What `to_bytes` wrote. Raises UnreadableTable."""
        try:
            stored = json.loads(zlib.decompress(content).decode("utf-8", "surrogatepass"))
            if stored["version"] != VERSION:
                raise UnreadableTable(f"version {stored['version']}")
            return cls(
                frame=_frame(stored["columns"], stored["cells"]),
                row_numbers=tuple(stored["row_numbers"]),
                row_word=stored["row_word"],
                sent=tuple(stored["sent"]),
                problems={int(row): str(sentence) for row, sentence in stored["problems"]},
            )
        except (ValueError, TypeError, KeyError, zlib.error) as error:
            raise UnreadableTable(str(error)) from error


def to_keep(table: Table, converted: Converted, most: int) -> bytes:
    """The table as bytes; nothing where it has very many cells, or would be more than so many bytes."""
    if table.frame.size > MOST_CELLS or most <= 0:
        return b""
    content = KeptTable.of(table, converted).to_bytes()
    return content if len(content) <= most else b""


def left_out_of(content: bytes, asked: int) -> int:
    """How many rows of a kept table could not be sent; 0 where so many rows are not all others, or nothing that can be read was
    kept."""
    try:
        table = KeptTable.from_bytes(content)
    except UnreadableTable:
        return 0
    return table.left_out if asked == len(table.sent) else 0


def column_of(cells: list[object]) -> pa.Array:
    """A column of the file as it is shown: of one type where it has one, else as text."""
    plain = [None if cell is None or cell != cell else cell for cell in cells]
    if {type(cell) for cell in plain} - {type(None)} <= {int} or all(
        isinstance(cell, float | None) for cell in plain
    ):
        try:
            return pa.array(plain)
        except (pa.ArrowInvalid, OverflowError):
            pass
    return pa.array([None if cell is None else str(cell) for cell in plain], pa.string())


def _frame(columns: Any, cells: list[list[object]]) -> pd.DataFrame:
    """Cells as they are: whole numbers stay whole beside empty cells. Column names may occur twice."""
    frame = pd.DataFrame({i: pd.Series(column, dtype=object) for i, column in enumerate(cells)})
    frame.columns = pd.Index(list(columns))
    return frame


def _shown(column: pd.Series[Any]) -> list[object]:
    return [_plain(cell) for cell in column.tolist()]


def _plain(cell: object) -> object:
    """A cell as JSON keeps it: a file by its name, a moment as a spreadsheet shows it."""
    match cell:
        case None | bool() | str():
            return cell
        case int():
            return int(cell)
        case float():
            return None if np.isnan(cell) else float(cell)
        case np.generic():
            return _plain(cell.item())
    if cell is pd.NA or cell is pd.NaT:
        return None
    if hasattr(cell, "media_type"):
        return getattr(cell, "name", None) or str(cell)
    return str(cell)


def problems_of(table: Table, converted: Converted) -> dict[int, str]:
    """Why a row is not sent, by its number."""
    sentences_by_row: dict[int, list[str]] = {}
    for problem in converted.problems:
        sentences_by_row.setdefault(problem.row, []).append(problem.sentence)
    for place, sentence in table.totals.items():
        sentences_by_row[table.row_numbers[place]] = [f"{_TOTAL}{sentence}."]
    return {row: " ".join(sentences) for row, sentences in sentences_by_row.items()}
