"""From records, as JSON has them, to a `Table`: the columns are the keys, in the order in which they come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from tables import bounds, dates, numbers
from tables.errors import UnreadableFile
from tables.nested import Record, flattened
from tables.table import Choices, Limits, Table, letter

_LOOKED_AT = 200


def to_table(
    name: str,
    records: Sequence[Record],
    choices: Choices,
    limits: Limits,
    *,
    sniffed: Mapping[str, str],
    row_word: str = "entry",
    row_numbers: Sequence[int] = (),
    remarks: Sequence[str] = (),
    warnings: Sequence[str] = (),
    faults: Mapping[int, str] | None = None,
    has_header: bool = True,
) -> Table:
    """One row a record. Raises UnreadableFile when there is none, TooLarge beyond the limits."""
    if not records:
        raise UnreadableFile("The file is empty.", advice="Choose a file with at least one entry.")
    records, whole = flattened(records)
    names = list(dict.fromkeys(key for record in records for key in record))
    if not names:
        raise UnreadableFile("The entries of the file are empty: they have no names and no values.")
    bounds.check(len(records), len(names), limits)
    frame = pd.DataFrame({key: _cells(records, key) for key in names})
    table = of_frame(
        name,
        frame,
        choices,
        row_word=row_word,
        row_numbers=row_numbers,
        sniffed=sniffed,
        remarks=[*remarks, *_remarks_on_gaps(records, names, row_numbers, row_word)],
        faults=faults or {},
        has_header=has_header,
        whole={name: _objects(values) for name, values in whole.items()},
    )
    return replace(table, warnings=tuple(warnings))


def of_frame(
    name: str,
    frame: pd.DataFrame,
    choices: Choices,
    *,
    sniffed: Mapping[str, str],
    row_word: str = "record",
    row_numbers: Sequence[int] = (),
    remarks: Sequence[str] = (),
    faults: Mapping[int, str] | None = None,
    has_header: bool = True,
    whole: Mapping[str, np.ndarray[tuple[int], np.dtype[np.object_]]] | None = None,
) -> Table:
    """A table of a frame of objects, whose columns have different names."""
    texts = _texts(frame)
    return Table(
        name=name,
        frame=frame,
        row_numbers=tuple(row_numbers) or tuple(range(1, len(frame) + 1)),
        row_word=row_word,
        letters=tuple(letter(i) for i in range(frame.shape[1])),
        has_header=has_header,
        choices=choices,
        decimal=choices.decimal or numbers.decimal_of(texts) or ".",
        day_first=dates.day_first(texts),
        sniffed=sniffed,
        remarks=tuple(remarks),
        faults=faults or {},
        whole=whole or {},
    )


def _objects(values: Sequence[object]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    cells = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        cells[i] = value
    return cells


def _cells(records: Sequence[Record], key: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    cells = np.empty(len(records), dtype=object)
    for i, record in enumerate(records):
        cell = record.get(key)
        cells[i] = None if isinstance(cell, str) and not cell.strip() else cell
    return cells


def _remarks_on_gaps(
    records: Sequence[Record], names: list[str], numbers: Sequence[int], word: str
) -> list[str]:
    short = [i for i, record in enumerate(records) if record and len(record) < len(names)]
    if not short:
        return []
    first = numbers[short[0]] if numbers else short[0] + 1
    count = "1 entry lacks" if len(short) == 1 else f"{len(short):,} entries lack"
    return [f"{count} some of the names, the first is {word} {first}; they are empty there."]


def _texts(frame: pd.DataFrame) -> list[str]:
    sample = frame.iloc[:_LOOKED_AT, :500].to_numpy().ravel()
    return [cell for cell in sample if isinstance(cell, str) and len(cell) < 40]
