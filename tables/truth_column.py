"""The column of a file that says what is right: which it is, and the right answer of each row that is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from mds_client.signature import Signature
from tables.table import Table

# What such a column is called, the likeliest first.
_NAMES = ("truth", "right answer", "ground truth", "target", "label", "expected", "actual", "y")
_NUMBER = re.compile(r"\s*[-+]?[0-9]+,[0-9]+\s*")


def find(table: Table, signature: Signature) -> str:
    """The column that is called like one of right answers, and like no field of the model; empty where none is."""
    fields = {_plain(name) for field in signature.inputs for name in (field.name, field.title)}
    columns = {_plain(column): column for column in table.columns if _plain(column) not in fields}
    outputs = [_plain(field.name) for field in signature.outputs]
    return next((columns[name] for name in (*_NAMES, *outputs) if name in columns), "")


def without(table: Table, column: str) -> Table:
    """The table without that column: it is no input of the model. Raises KeyError where there is none."""
    if column not in table.columns:
        raise KeyError(column)
    place = table.columns.index(column)
    letters = table.letters[:place] + table.letters[place + 1 :]
    return replace(table, frame=table.frame.drop(columns=[column]), letters=letters)


def truths(table: Table, column: str, row_numbers: Iterable[int]) -> list[object]:
    """The right answers of the rows with these numbers: None where the cell is empty."""
    cells = table.cells(column)
    positions = {number: place for place, number in enumerate(table.row_numbers)}
    return [cell_of(cells[positions[number]], table.decimal) for number in row_numbers]


def cell_of(cell: object, decimal: str) -> object:
    """A cell as a right answer: None where it is empty, and a number with a point where the file has commas."""
    if cell is None or cell != cell:  # NaN differs from itself
        return None
    if isinstance(cell, str):
        if not cell.strip():
            return None
        if decimal == "," and _NUMBER.fullmatch(cell):
            return cell.replace(",", ".")
    return cell


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().lower()
