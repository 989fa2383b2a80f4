"""From the rows of a sheet to a `Table`: where the header is, what the columns are called, which rows hold data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from tables import dates, numbers
from tables.errors import UnreadableFile
from tables.table import Choices, Table, letter

Row = Sequence[object]
_LOOKED_AT = 200
_NOTES_AT_MOST = 60


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All rows of a sheet, the blank ones too: the row at position i is row i + 1 of the spreadsheet.

    `is_note` says which rows are remarks of whoever wrote the file.
    """

    name: str
    rows: Sequence[Row]
    sniffed: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    faults: Mapping[int, str] = field(default_factory=dict)  # by row number
    sheets: tuple[str, ...] = ()
    is_note: Callable[[Row], bool] = lambda _row: False


def find_table(sheet: Sheet, choices: Choices) -> Table:
    """The table that stands in the sheet. Raises UnreadableFile when there is none."""
    filled = [i for i, row in enumerate(sheet.rows) if any(not is_blank(cell) for cell in row)]
    if not filled:
        raise UnreadableFile(
            "The file is empty.", advice="Choose a file with a header and at least one row."
        )
    start, has_header = _header(sheet, filled, choices)
    inside = [i for i in filled if i >= start + has_header]
    names, remarks = _names(sheet, start if has_header else None, inside)
    body = _body(sheet, inside, names, start, has_header)
    header = start + 1 if has_header else 0
    return _table(sheet, choices, names, body, [*remarks, *body.remarks], header)


def is_blank(cell: object) -> bool:
    """Whether nothing stands in the cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


@dataclass(frozen=True, kw_only=True)
class _Names:
    """The columns that are kept: their position in a row, and what they are called."""

    positions: tuple[int, ...]
    names: tuple[str, ...]
    width: int


@dataclass(frozen=True, kw_only=True)
class _Body:
    positions: list[int]
    faults: dict[int, str]
    remarks: list[str]


def _header(sheet: Sheet, filled: list[int], choices: Choices) -> tuple[int, bool]:
    """Position of the first row of the table, and whether that row is a header."""
    if choices.header_row is not None and choices.header_row > 0:
        return _chosen_header(sheet, choices.header_row)
    start = _start(sheet, filled)
    if choices.header_row == 0:
        return start, False
    return start, _is_header(sheet, start, [i for i in filled if i > start])


def _chosen_header(sheet: Sheet, number: int) -> tuple[int, bool]:
    if number > len(sheet.rows):
        raise UnreadableFile(
            f"There is no row {number} for the header.",
            advice=f"Choose a row from 1 to {len(sheet.rows):,}.",
            row=number,
        )
    return number - 1, True


def _start(sheet: Sheet, filled: list[int]) -> int:
    """The first row that is about as full, and as wide, as the rows of the table are."""
    plain = [i for i in filled if not sheet.is_note(sheet.rows[i])]
    if not plain:
        return filled[-1]  # nothing but notes: the last may be a header behind its mark
    sample = plain[:_LOOKED_AT]
    full = {i: _count(sheet.rows[i]) for i in sample}
    usual = sorted(full.values())[3 * len(sample) // 4]  # notes and totals are less full
    width = Counter(len(sheet.rows[i]) for i in sample).most_common(1)[0][0]
    if _is_short_header(sheet, sample, width):
        return sample[0]
    near = [i for i in sample[:_NOTES_AT_MOST] if len(sheet.rows[i]) >= width - 1 or usual < 2]
    found = next((i for i in near if full[i] >= 0.8 * usual), sample[0])
    return _behind_a_mark(sheet, filled, found) or found


def _is_short_header(sheet: Sheet, sample: list[int], width: int) -> bool:
    """Names right above values, though some lack: one for the numbers of the rows, as R writes."""
    if len(sample) < 2:
        return False
    first, second = sheet.rows[sample[0]], sheet.rows[sample[1]]
    if any(map(_is_value, first)) or not any(map(_is_value, second)) or len(second) != width:
        return False
    return _count(first) >= (0.6 * width if len(first) == width else width - 1)


def _behind_a_mark(sheet: Sheet, filled: list[int], start: int) -> int:
    """The header where it is written as a remark, `#id,size`, above rows that have none."""
    before = [i for i in filled if i < start]
    if not before or not sheet.is_note(sheet.rows[before[-1]]):
        return 0
    row, first = sheet.rows[before[-1]], sheet.rows[start]
    same = len(row) == len(first) > 1 and not any(_is_value(cell) for cell in row)
    return before[-1] if same and any(_is_value(cell) for cell in first) else 0


def _is_header(sheet: Sheet, start: int, below: list[int]) -> bool:
    """Whether the cells of the row differ from those below as names do from values."""
    row = sheet.rows[start]
    cells = [cell for cell in row if not is_blank(cell)]
    rest = [sheet.rows[i] for i in below[:_LOOKED_AT]]
    if not rest:
        return not any(_is_value(cell) for cell in cells)
    if _are_years(cells) and not _are_years([cell for cell in rest[0] if not is_blank(cell)]):
        return True
    votes = sum(_vote(cell, i, rest) for i, cell in enumerate(row) if not is_blank(cell))
    if votes:
        return votes > 0
    return not any(_is_value(cell) for cell in cells)


def _are_years(cells: list[object]) -> bool:
    """Two years or more, each one after the last, among words: names of columns."""
    years = [int(str(cell)) for cell in cells if re.fullmatch(r"(19|20)\d\d", str(cell).strip())]
    values = sum(map(_is_value, cells))
    return len(years) == values > 1 and all(b - a == 1 for a, b in pairwise(years))


def _vote(cell: object, index: int, rest: list[Row]) -> int:
    """1 for a name above values, -1 for a value above values or a word that recurs below."""
    below = [row[index] for row in rest if index < len(row) and not is_blank(row[index])]
    if not below:
        return 0
    if sum(map(_is_value, below)) > 0.5 * len(below):
        return -1 if _is_value(cell) else 1
    return -1 if _recurs(cell, below) else 0


def _recurs(cell: object, below: list[object]) -> bool:
    """A word that stands among few different ones, again and again: a category."""
    return cell in below and len(set(map(str, below))) <= max(2, len(below) // 2)


def _is_value(cell: object) -> bool:
    if isinstance(cell, str):
        plain = cell.strip().rstrip("%").strip()
        return numbers.is_number(plain) or dates.is_date(plain)
    return not is_blank(cell)


def _count(row: Row) -> int:
    return sum(not is_blank(cell) for cell in row)


def _names(sheet: Sheet, header: int | None, inside: list[int]) -> tuple[_Names, list[str]]:
    """The names of the columns; nameless and doubled ones get one of their own, with a remark."""
    body = [sheet.rows[i] for i in inside]
    given = [] if header is None else [_title(cell) for cell in sheet.rows[header]]
    remarks: list[str] = []
    if header is not None and given and _is_one_short(given, body):
        given.insert(0, "")
        remarks.append("The first column has no name; the names were taken to begin at the second.")
    width = len(given) or Counter(map(len, body)).most_common(1)[0][0]
    kept = [i for i in range(width) if (i < len(given) and given[i]) or _has_values(body, i)]
    names, more = _unique(
        [(given[i] if i < len(given) else "", i) for i in kept], header is not None
    )
    return _Names(positions=tuple(kept), names=tuple(names), width=width), remarks + more


def _title(cell: object) -> str:
    """A name on one line, without the mark of a remark before it."""
    text = "" if is_blank(cell) else str(cell)
    if isinstance(cell, float) and cell.is_integer():
        text = str(int(cell))
    return " ".join(text.replace("\ufeff", "").split()).removeprefix("# ").removeprefix("#")


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
    return names, _said_of_names(nameless if has_header else [], doubled)


def _said_of_names(nameless: list[str], doubled: list[str]) -> list[str]:
    remarks = []
    if nameless:
        remarks.append(f"{_some(nameless)} without a name: called by the letter.")
    if doubled:
        remarks.append(f"The same name stands over several columns: {_some(sorted(set(doubled)))}.")
    return remarks


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")


def _body(sheet: Sheet, filled: list[int], names: _Names, start: int, has_header: bool) -> _Body:
    """The rows that hold data, and those that are broken because they have too many cells."""
    header = tuple(map(_title, sheet.rows[start])) if has_header else None
    positions: list[int] = []
    repeated: list[int] = []
    notes: list[int] = []
    short: list[int] = []
    faults: dict[int, str] = {}
    for i in filled:
        row = sheet.rows[i]
        if sheet.is_note(row):
            notes.append(i)
        elif header and len(header) > 1 and tuple(map(_title, row)) == header:
            repeated.append(i)
        else:
            if _width(row) > names.width:
                faults[len(positions)] = _too_wide(i, row, names.width)
            elif len(row) < names.width:
                short.append(i)
            if i + 1 in sheet.faults:
                faults[len(positions)] = sheet.faults[i + 1]
            positions.append(i)
    if not positions:
        raise UnreadableFile(
            "The file has a header and no rows.", advice="Add at least one row below the header."
        )
    remarks = [
        *_said(notes, "was taken as a note", "were taken as notes"),
        *_said(repeated, "repeats the header and was left out", "repeat the header and were left out"),
        *_said(short, "has fewer cells than the header; the missing ones are empty",
               "have fewer cells than the header; the missing ones are empty"),
    ]  # fmt: skip
    if start:
        before = "Row 1 was" if start == 1 else f"Rows 1 to {start} were"
        remarks.insert(0, f"{before} left out: the table begins at row {start + 1}.")
    return _Body(positions=positions, faults=faults, remarks=remarks)


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


def _said(positions: list[int], one: str, many: str) -> list[str]:
    if not positions:
        return []
    if len(positions) == 1:
        return [f"Row {positions[0] + 1} {one}."]
    return [f"{len(positions):,} rows {many}, the first is row {positions[0] + 1}."]


def _table(
    sheet: Sheet, choices: Choices, names: _Names, body: _Body, remarks: list[str], header: int
) -> Table:
    rows = [sheet.rows[i] for i in body.positions]
    columns = {
        name: _cells(rows, position)
        for name, position in zip(names.names, names.positions, strict=True)
    }
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))
    texts = _texts(frame)
    decimal = choices.decimal or numbers.decimal_of(texts)
    first = dates.day_first(texts)
    sniffed = dict(sheet.sniffed) | _words(decimal, first, header)
    return Table(
        name=sheet.name,
        frame=frame,
        row_numbers=tuple(i + 1 for i in body.positions),
        letters=tuple(letter(i) for i in names.positions),
        has_header=header > 0,
        choices=choices,
        decimal=decimal or ("," if _is_continental(sheet) else "."),
        day_first=first,
        sheets=sheet.sheets,
        sniffed=sniffed,
        remarks=(*sheet.remarks, *remarks),
        faults=body.faults,
    )


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
    sample = frame.iloc[:_LOOKED_AT, :500].to_numpy().ravel()
    return [cell for cell in sample if isinstance(cell, str) and len(cell) < 40]


def _is_continental(sheet: Sheet) -> bool:
    """A semicolon between cells leaves the comma to the decimals."""
    return sheet.sniffed.get("delimiter") == "semicolon"


def _words(decimal: str, first: bool | None, header: int) -> dict[str, str]:
    found = {"header": f"row {header}" if header else "none"}
    if decimal:
        found["decimal mark"] = {",": "comma", ".": "point"}.get(decimal, decimal)
    if first is not None:
        found["dates"] = "day first" if first else "month first"
    return found
