"""From the rows of a sheet to a `Table`: what the columns are called, and which rows hold data."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tables import dates, footers, numbers
from tables.errors import UnreadableFile
from tables.header import LOOKED_AT, Header, Row, Sheet, find_header, is_blank, title
from tables.table import Choices, Table, letter
from tables.totals import Totals, find_totals


def find_table(sheet: Sheet, choices: Choices) -> Table:
    """The table that stands in the sheet. Raises UnreadableFile when there is none."""
    filled = [i for i, row in enumerate(sheet.rows) if any(not is_blank(cell) for cell in row)]
    if not filled:
        raise UnreadableFile(
            "The file is empty.",
            advice="Choose a file with a header and at least one row.",
            sheets=sheet.sheets,
        )
    header = find_header(sheet, filled, choices)
    inside = filled[bisect_left(filled, header.body) :]
    columns = _columns(sheet, header, inside)
    body = _body(sheet, inside, columns, header)
    return _table(sheet, choices, header, columns, body)


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """The columns that are kept: their position in a row, and what they are called."""

    positions: tuple[int, ...]
    names: tuple[str, ...]
    width: int
    remarks: tuple[str, ...] = ()
    short: tuple[tuple[str, ...], ...] = ()


@dataclass(kw_only=True)
class _Body:
    """Positions of the rows that hold data, what is wrong with some, and those that are something else."""

    positions: list[int] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)
    repeated: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    short: list[int] = field(default_factory=list)


def _columns(sheet: Sheet, header: Header, inside: list[int]) -> _Columns:
    """The columns; nameless and doubled ones get a name of their own, with a remark."""
    body = [sheet.rows[i] for i in inside]
    given, short = list(header.names), list(header.short)
    remarks: list[str] = []
    if header.rows and given and _is_one_short(given, body):
        given.insert(0, "")
        short.insert(0, ())
        remarks.append("The first column has no name; the names were taken to begin at the second.")
    width = len(given) or Counter(map(len, body)).most_common(1)[0][0]
    given += [""] * (width - len(given))
    kept = [i for i in range(width) if given[i] or _has_values(body, i)]
    names, more = _unique([(given[i], i) for i in kept], bool(header.rows))
    return _Columns(
        positions=tuple(kept),
        names=tuple(names),
        width=width,
        remarks=(*remarks, *more),
        short=tuple(short[i] if i < len(short) else () for i in kept),
    )


def _is_one_short(given: list[str], body: list[Row]) -> bool:
    """As R writes tables: one name fewer than cells in every row, and the last cells are not empty."""
    return (
        len(body) > 0
        and all(len(row) == len(given) + 1 for row in body)
        and any(not is_blank(row[-1]) for row in body)
        and all(given)
        and len(given) > 1
    )


def _has_values(body: list[Row], index: int) -> bool:
    return any(index < len(row) and not is_blank(row[index]) for row in body)


def _unique(given: list[tuple[str, int]], has_header: bool) -> tuple[list[str], list[str]]:
    """Every name once: a second `size` becomes `size (2)`, a column without a name `Column C`."""
    taken = {name for name, _ in given}
    names: list[str] = []
    nameless: list[str] = []
    doubled: list[str] = []
    for name, index in given:
        fresh = name or f"Column {letter(index)}"
        if not name:
            nameless.append(fresh)
        if name in names or (not name and fresh in taken):
            doubled.append(fresh)
            fresh = next(n for k in range(2, 10**6) if (n := f"{fresh} ({k})") not in taken)
        taken.add(fresh)
        names.append(fresh)
    return names, _remarks_on_names(nameless if has_header else [], doubled)


def _remarks_on_names(nameless: list[str], doubled: list[str]) -> list[str]:
    remarks = []
    if nameless:
        remarks.append(f"{_some(nameless)} without a name: called by the letter.")
    if doubled:
        remarks.append(f"The same name stands over several columns: {_some(sorted(set(doubled)))}.")
    return remarks


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")


def _body(sheet: Sheet, inside: list[int], columns: _Columns, header: Header) -> _Body:
    """The rows that hold data, and those that are broken because they have too many cells."""
    names = [tuple(map(title, sheet.rows[i])) for i in header.rows]
    known = {row for row in names if len(row) > 1}
    feet = footers.notes_below([sheet.rows[i] for i in inside], columns.width)
    body = _Body(notes=inside[len(inside) - feet :])
    for i in inside[: len(inside) - feet]:
        row = sheet.rows[i]
        if sheet.is_note(row) and 1 <= _width(row) < columns.width:
            body.notes.append(i)
        elif known and _is_among(row, known):
            body.repeated.append(i)
        else:
            _add(body, sheet, i, columns.width)
    if not body.positions:
        raise UnreadableFile(
            "The file has a header and no rows.",
            advice="Add at least one row below the header.",
            sheets=sheet.sheets,
        )
    return body


def _is_among(row: Row, known: set[tuple[str, ...]]) -> bool:
    """Whether a row says the same as one of these; most are told apart by their first cell."""
    begins_alike = any(title(cell) == other[0] for cell in row[:1] for other in known)
    return begins_alike and tuple(map(title, row)) in known


def _add(body: _Body, sheet: Sheet, index: int, width: int) -> None:
    """A row of data, with what is wrong with it."""
    row = sheet.rows[index]
    if _width(row) > width:
        body.faults[len(body.positions)] = _too_wide(index, row, width)
    elif len(row) < width:
        body.short.append(index)
    if index + 1 in sheet.faults:
        body.faults[len(body.positions)] = sheet.faults[index + 1]
    body.positions.append(index)


def _remarks_on_rows(body: _Body, start: int) -> list[str]:
    before = "Row 1 was" if start == 1 else f"Rows 1 to {start} were"
    return [
        *([f"{before} left out: the table begins at row {start + 1}."] if start else []),
        *_remarks_on_positions(sorted(body.notes), "was taken as a note", "were taken as notes"),
        *_remarks_on_positions(body.repeated, "repeats the header and was left out", "repeat the header and were left out"),
        *_remarks_on_positions(body.short, "has fewer cells than the header; the missing ones are empty",
               "have fewer cells than the header; the missing ones are empty"),
    ]  # fmt: skip


def _too_wide(index: int, row: Row, width: int) -> str:
    return (
        f"Row {index + 1} has {_width(row)} cells and the header {width}: "
        "a delimiter within a cell may lack its quotation marks."
    )


def _width(row: Row) -> int:
    """Cells up to the last that is not empty."""
    width = len(row)
    while width and is_blank(row[width - 1]):
        width -= 1
    return width


def _remarks_on_positions(positions: list[int], one: str, many: str) -> list[str]:
    if not positions:
        return []
    if len(positions) == 1:
        return [f"Row {positions[0] + 1} {one}."]
    return [f"{len(positions):,} rows {many}, the first is row {positions[0] + 1}."]


def _table(sheet: Sheet, choices: Choices, header: Header, columns: _Columns, body: _Body) -> Table:
    rows = [sheet.rows[i] for i in body.positions]
    cells = {
        name: _cells(rows, position)
        for name, position in zip(columns.names, columns.positions, strict=True)
    }
    frame = pd.DataFrame(cells, index=pd.RangeIndex(len(rows)))
    texts = _texts(frame)
    decimal = choices.decimal or numbers.decimal_of(texts)
    first = dates.day_first(texts)
    numbers_of_rows = tuple(i + 1 for i in body.positions)
    remarks = (*header.remarks, *columns.remarks, *_remarks_on_rows(body, header.start))
    places = [f"Row {number}" for number in numbers_of_rows]
    totals = Totals() if choices.keep_totals else find_totals(frame, decimal or ".", places)
    return Table(
        name=sheet.name,
        frame=frame,
        row_numbers=numbers_of_rows,
        letters=tuple(letter(i) for i in columns.positions),
        has_header=bool(header.rows),
        choices=choices,
        decimal=decimal or ("," if _is_continental(sheet) else "."),
        day_first=first,
        sheets=sheet.sheets,
        sniffed=dict(sheet.sniffed) | _words(decimal, first, header),
        remarks=(*sheet.remarks, *remarks, *totals.remarks),
        faults=body.faults,
        short_names=_short_names(columns),
        totals=totals.rows,
    )


def _short_names(columns: _Columns) -> dict[str, tuple[str, ...]]:
    """The names in the lower rows of a header, by column, where they differ from the full name and are unique."""
    count = Counter(name for names in columns.short for name in set(names))
    names_by_column = {
        name: tuple(
            n for n in dict.fromkeys(names) if n and count[n] == 1 and n not in columns.names
        )
        for name, names in zip(columns.names, columns.short, strict=True)
    }
    return {name: names for name, names in names_by_column.items() if names}


def _cells(rows: list[Row], position: int) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """One column as objects; text without the blanks around it, None for nothing."""
    cells = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        cell = row[position] if position < len(row) else None
        if isinstance(cell, str):
            cell = cell.strip() or None
        cells[i] = cell
    return cells


def _texts(frame: pd.DataFrame) -> list[str]:
    """Texts of the first rows, to see from how numbers and dates are written."""
    sample = frame.iloc[:LOOKED_AT, :500].to_numpy().ravel()
    return [cell for cell in sample if isinstance(cell, str) and len(cell) < 40]


def _is_continental(sheet: Sheet) -> bool:
    """Whether the cells are separated by semicolons, which leaves the comma to the decimals."""
    return sheet.sniffed.get("delimiter") == "semicolon"


def _words(decimal: str, first: bool | None, header: Header) -> dict[str, str]:
    words = {"header": header.words}
    if decimal:
        words["decimal mark"] = {",": "comma", ".": "point"}.get(decimal, decimal)
    if first is not None:
        words["dates"] = "day first" if first else "month first"
    return words
