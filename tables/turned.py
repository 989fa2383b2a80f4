"""Tables that are not one row a case: lying on their side, or with one value a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from mds_client.signature import Signature
from tables import names, units
from tables.errors import UnreadableFile
from tables.records import of_frame
from tables.table import Table

_MOST_FIELDS = 5_000
_LEAST = 0.6  # of the names in the first column, or of the fields


def turned(table: Table, signature: Signature) -> Table | None:
    """The table with its rows as columns, where the first column has the names of the fields; else None."""
    if len(table.columns) < 2:
        return None
    above = [table.columns[0]] if table.has_header else []
    is_first = bool(_fields(above, signature))
    listed = [*(above if is_first else ()), *map(_called, table.frame.iloc[:, 0])]
    if not _name_fields(listed, signature) or len(set(listed)) < len(listed) or "" in listed:
        return None
    return _on_its_feet(table, listed, is_first=is_first)


def _called(cell: object) -> str:
    """The name in a cell; none in one that is empty, a list or a file."""
    return str(cell) if isinstance(cell, str | int) else ""


def _name_fields(listed: Sequence[str], signature: Signature) -> bool:
    """Whether these name most fields of the model, or most of them name one: a file may have more than it takes."""
    few = min(len(listed), len(signature.inputs))
    is_list = 1 < len(listed) <= _MOST_FIELDS
    return is_list and len(_fields(listed, signature)) >= max(2, _LEAST * few)


def refuse_long(table: Table, signature: Signature) -> None:
    """Raises UnreadableFile where a column has the names of fields, over and over: one value a line is no case."""
    for column in table.columns:
        cells = [str(cell) for cell in table.frame[column].head(_MOST_FIELDS) if cell is not None]
        distinct = list(dict.fromkeys(cells))
        if len(distinct) < len(cells) and _name_fields(distinct, signature):
            raise UnreadableFile(
                f"Each line of the file has one value alone: the column “{column}” says of which field it is.",
                advice="One row for each case is needed: make it with a pivot table and upload that.",
            )


def _fields(listed: Sequence[str], signature: Signature) -> set[str]:
    """The fields whose name or label is among these, however it is written."""
    keys = {names.key(part) for name in listed for part in (name, units.parted(name)[0])} - {""}
    called = {
        field.name: {names.key(field.name), names.key(field.label)} for field in signature.inputs
    }
    return {name for name, own in called.items() if own & keys}


def _on_its_feet(table: Table, listed: Sequence[str], *, is_first: bool) -> Table:
    cases = [
        ([column] if is_first else []) + table.frame.iloc[:, place].tolist()
        for place, column in enumerate(table.columns)
    ][1:]
    frame = pd.DataFrame(cases, columns=list(listed), dtype=object)
    remark = "The table lies on its side, one case in each column: it was turned."
    upright = of_frame(
        table.name,
        frame,
        table.choices,
        sniffed=table.sniffed,
        row_word="column",
        row_numbers=range(2, len(cases) + 2),
        remarks=[*table.remarks, remark],
    )
    return replace(upright, sheets=table.sheets, warnings=table.warnings)
