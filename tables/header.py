"""Where the header of a sheet is, which rows it takes, and what the columns are called."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tables import dates, numbers, units
from tables.errors import UnreadableFile
from tables.table import Choices

Row = Sequence[object]
LOOKED_AT = 200  # rows that are looked at to see what a table is like
_NOTES_AT_MOST = 60
_MOST_LEVELS = 3  # rows of names above or below the first one that was found
_LINES = frozenset("-=_:+|. ")
_NO_UNIT = frozenset({"", "-", "–", "—", "1", "none", "n/a", "na", "unitless", "[-]", "(-)"})
_FILLED_IN = re.compile(r"Unnamed: \d+(_level_\d+)?")  # pandas, in place of no name


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


@dataclass(frozen=True, kw_only=True)
class Header:
    """The rows of a header by their positions, none where there is no header; the first row below it.

    `names` has a name for each column that was named, `short` what it is called without the uppermost rows of
    several. `start` is where the table begins, `body` the first row below the header.
    """

    start: int
    body: int
    rows: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    short: tuple[tuple[str, ...], ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Which rows it takes, such as `row 1` or `rows 1 to 3`."""
        if not self.rows:
            return "none"
        first, last = self.rows[0] + 1, self.rows[-1] + 1
        return f"row {first}" if first == last else f"rows {first} to {last}"


def is_blank(cell: object) -> bool:
    """Whether nothing stands in the cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_value(cell: object) -> bool:
    """Whether the cell holds a number or a date, and no word."""
    if isinstance(cell, str):
        plain = cell.strip().rstrip("%").strip()
        return numbers.is_number(plain) or dates.is_date(plain)
    return not is_blank(cell)


def title(cell: object) -> str:
    """A name on one line, without the mark of a remark before it."""
    text = "" if is_blank(cell) else str(cell)
    if isinstance(cell, float) and cell.is_integer():
        text = str(int(cell))
    return " ".join(text.replace("\ufeff", "").split()).removeprefix("# ").removeprefix("#")


def find_header(sheet: Sheet, filled: list[int], choices: Choices) -> Header:
    """The header among the rows that hold anything. Raises UnreadableFile where the chosen row is not there."""
    start, has_header = _first_row(sheet, filled, choices)
    if not has_header:
        return Header(start=start, body=start)
    is_chosen = choices.header_row is not None
    above = [] if is_chosen else _rows_above(sheet, filled, start)
    return _completed(sheet, filled, [*above, start])


def _completed(sheet: Sheet, filled: list[int], levels: list[int]) -> Header:
    """The header with the rows that belong to it below: more names, units, lines, descriptions."""
    name_rows = [_names_in(sheet, levels[-1])]
    unit_texts: list[str] = []
    remarks: list[str] = []
    last = levels[-1]
    for i in filled[bisect_right(filled, levels[-1]) :][:_MOST_LEVELS]:
        below = _below(sheet, filled, i)
        if _is_rule(sheet.rows[i]):
            remarks.append(f"Row {i + 1} is a line below the header and was left out.")
        elif not unit_texts and _is_units(sheet.rows[i], below):
            unit_texts = [_unit_text(cell) for cell in sheet.rows[i]]
            remarks.append(f"Row {i + 1} was taken as the units of the columns.")
        elif not _is_words_above_values(sheet.rows[i], _past_units(below)):
            break
        elif _is_incomplete(name_rows[-1]):
            levels.append(i)
            name_rows.append(_names_in(sheet, i))
        else:
            remarks.append(f"Row {i + 1} describes the columns and was left out: it has words where all other rows have numbers.")  # fmt: skip
        last = i
    rows = tuple(range(levels[0], last + 1)) if last > levels[-1] else tuple(levels)
    return _named(sheet, levels, unit_texts, rows, remarks)


def _named(
    sheet: Sheet,
    levels: list[int],
    unit_texts: list[str],
    rows: tuple[int, ...],
    remarks: list[str],
) -> Header:
    width = max(len(sheet.rows[i]) for i in levels)
    table = [_filled_right(_names_in(sheet, i), width) for i in levels[:-1]]
    lowest = _padded(_names_in(sheet, levels[-1]), width)
    units_of = _padded(unit_texts, width)
    called = [
        tuple(
            _with_unit(_joined([*(row[i] for row in table[top:]), lowest[i]]), units_of[i])
            for top in range(len(levels))
        )
        for i in range(width)
    ]
    if len(levels) > 1:
        numbers_of = [str(i + 1) for i in levels]
        remarks.insert(0, f"Rows {', '.join(numbers_of[:-1])} and {numbers_of[-1]} were joined to the names of the columns.")  # fmt: skip
    return Header(
        start=levels[0],
        body=rows[-1] + 1,
        rows=rows,
        names=tuple(name for name, *_ in called),
        short=tuple(tuple(more) for _, *more in called),
        remarks=tuple(remarks),
    )  # fmt: skip


def _names_in(sheet: Sheet, index: int) -> list[str]:
    return list(map(title, sheet.rows[index]))


def _padded(texts: Sequence[str], width: int) -> list[str]:
    return [*texts[:width], *[""] * (width - len(texts))]


def _filled_right(names: list[str], width: int) -> list[str]:
    """The names of groups: each stands over its first column, and holds until the next."""
    filled: list[str] = []
    for name in _padded(names, width):
        filled.append(name or (filled[-1] if filled else ""))
    return filled


def _joined(parts: list[str]) -> str:
    """The parts of a name put together: `Bill` above `length (mm)` is `Bill length (mm)`. A repeated part
    appears once."""
    names = [part for part in parts if part and not _FILLED_IN.fullmatch(part)]
    return " ".join(dict.fromkeys(names)) or parts[-1]


def _with_unit(name: str, unit: str) -> str:
    """The name with its unit behind it, unless it says so already."""
    if not unit or not name:
        return name
    own_unit = units.unit(units.parted(name)[1])
    return name if own_unit and own_unit == units.unit(unit) else f"{name} ({unit})"


# Which row is the first of the names.


def _first_row(sheet: Sheet, filled: list[int], choices: Choices) -> tuple[int, bool]:
    """Position of the first full row of the table, and whether that row holds names."""
    if choices.header_row is not None and choices.header_row > 0:
        return _chosen(sheet, choices.header_row), True
    start = _start(sheet, filled)
    if choices.header_row == 0:
        return start, False
    return start, _is_header(sheet, start, filled[bisect_right(filled, start) :])


def _chosen(sheet: Sheet, number: int) -> int:
    if number > len(sheet.rows):
        raise UnreadableFile(
            f"There is no row {number} for the header.",
            advice=f"Choose a row from 1 to {len(sheet.rows):,}.",
            row=number,
        )
    return number - 1


def _start(sheet: Sheet, filled: list[int]) -> int:
    """The first row that is about as full, and as wide, as the rows of the table are."""
    plain = [i for i in filled if not sheet.is_note(sheet.rows[i])]
    if not plain:
        return filled[-1]  # nothing but notes: the last may be a header behind its mark
    sample = plain[:LOOKED_AT]
    width = Counter(len(sheet.rows[i]) for i in sample).most_common(1)[0][0]
    if _is_short_header(sheet, sample, width):
        return sample[0]
    first = _first_full(sheet, sample, width)
    marked = _behind_a_mark(sheet, filled, first)
    return first if marked is None else marked


def _first_full(sheet: Sheet, sample: list[int], width: int) -> int:
    full = {i: _count(sheet.rows[i]) for i in sample}
    usual = sorted(full.values())[3 * len(sample) // 4]  # notes and totals are less full
    near = [i for i in sample[:_NOTES_AT_MOST] if len(sheet.rows[i]) >= width - 1 or usual < 2]
    return next((i for i in near if full[i] >= 0.8 * usual), sample[0])


def _is_short_header(sheet: Sheet, sample: list[int], width: int) -> bool:
    """Names right above values, though some lack: one for the numbers of the rows, as R writes."""
    if len(sample) < 2:
        return False
    first, second = sheet.rows[sample[0]], sheet.rows[sample[1]]
    if any(map(is_value, first)) or not any(map(is_value, second)) or len(second) != width:
        return False
    return _count(first) >= (0.6 * width if len(first) == width else width - 1)


def _behind_a_mark(sheet: Sheet, filled: list[int], start: int) -> int | None:
    """The position of a header that is written as a remark, `#id,size`, above rows without such a mark."""
    before = filled[: bisect_left(filled, start)]
    if not before or not sheet.is_note(sheet.rows[before[-1]]):
        return None
    row, first = sheet.rows[before[-1]], sheet.rows[start]
    same = len(row) == len(first) > 1 and not any(is_value(cell) for cell in row)
    return before[-1] if same and any(is_value(cell) for cell in first) else None


def _is_header(sheet: Sheet, start: int, below: list[int]) -> bool:
    """Whether the cells of the row differ from those below as names do from values."""
    row = sheet.rows[start]
    cells = [cell for cell in row if not is_blank(cell)]
    rest = [sheet.rows[i] for i in below[:LOOKED_AT]]
    if rest and _are_years(cells) and not _are_years(_filled_cells(rest[0])):
        return True
    votes = sum(_vote(cell, i, rest) for i, cell in enumerate(row) if not is_blank(cell))
    return votes > 0 if votes else not any(is_value(cell) for cell in cells)


def _filled_cells(row: Row) -> list[object]:
    return [cell for cell in row if not is_blank(cell)]


def _are_years(cells: list[object]) -> bool:
    """Two years or more, each one after the last, among words: names of columns."""
    years = [int(str(cell)) for cell in cells if re.fullmatch(r"(19|20)\d\d", str(cell).strip())]
    values = sum(map(is_value, cells))
    return len(years) == values > 1 and all(b - a == 1 for a, b in pairwise(years))


def _vote(cell: object, index: int, rest: list[Row]) -> int:
    """1 for a name above values, -1 for a value above values or a word that recurs below."""
    below = _column(rest, index)
    if not below:
        return 0
    if sum(map(is_value, below)) > 0.5 * len(below):
        return -1 if is_value(cell) else 1
    return -1 if _recurs(cell, below) else 0


def _recurs(cell: object, below: list[object]) -> bool:
    """Whether a word stands among few different ones, again and again: a category."""
    return cell in below and len(set(map(str, below))) <= max(2, len(below) // 2)


def _count(row: Row) -> int:
    return sum(not is_blank(cell) for cell in row)


# Which rows above and below belong to it.


def _rows_above(sheet: Sheet, filled: list[int], start: int) -> list[int]:
    """The rows right above that name groups of columns."""
    above: list[int] = []
    i = start - 1
    known = frozenset(filled[: bisect_right(filled, start)])
    while i in known and len(above) < _MOST_LEVELS and _names_groups(sheet, i, start):
        above.insert(0, i)
        i -= 1
    return above


def _names_groups(sheet: Sheet, index: int, start: int) -> bool:
    """Whether the row has words over some of the columns, spread over the table; a title stands at its left
    end."""
    row, names = sheet.rows[index], sheet.rows[start]
    places = [i for i, cell in enumerate(row) if not is_blank(cell)]
    if sheet.is_note(row) or any(map(is_value, row)) or len(row) > len(names):
        return False
    if len(places) == 1:
        return places[0] > 0
    spread = len(places) > 2 or (len(places) > 1 and places[-1] >= len(names) / 2)
    return bool(places) and (spread or _is_incomplete(list(map(title, names))))


def _is_incomplete(names: list[str]) -> bool:
    """Whether a name lacks or stands twice, so that another row may tell the columns apart."""
    return len(set(names)) < len(names) or "" in names


def _below(sheet: Sheet, filled: list[int], index: int) -> list[Row]:
    first = bisect_right(filled, index)
    rows = [sheet.rows[i] for i in filled[first : first + LOOKED_AT]]
    return rows if rows and not _is_rule(rows[0]) else rows[1:]


def _past_units(below: list[Row]) -> list[Row]:
    """The rows without the one of units that may follow the last row of names."""
    return below[1:] if below and _is_units(below[0], below[1:]) else below


def _column(rows: list[Row], index: int) -> list[object]:
    return [row[index] for row in rows if index < len(row) and not is_blank(row[index])]


def _is_rule(row: Row) -> bool:
    """Whether the row is a line of dashes, under each name or across all of them."""
    cells = [str(cell) for cell in row if not is_blank(cell)]
    return bool(cells) and all(map(_is_line, cells))


def _is_line(text: str) -> bool:
    return set(text) <= _LINES and any(mark in text for mark in ("---", "===", "___", ":-", "-:"))


def _is_units(row: Row, below: list[Row]) -> bool:
    """Whether the row holds units, and no values: most of its cells are known units over columns of numbers."""
    texts = [(i, _unit_text(cell)) for i, cell in enumerate(row) if not is_blank(cell)]
    if not below or any(map(_is_no_unit, (text for _, text in texts))):
        return False
    known = [i for i, text in texts if units.unit(text)]
    over = [i for i in known if _are_mostly_values(_column(below, i))]
    return len(over) > 0 and len(known) >= 0.5 * sum(text != "" for _, text in texts)


def _is_no_unit(text: str) -> bool:
    return len(text) > 12 or is_value(text)


def _unit_text(cell: object) -> str:
    """A unit without the brackets around it; nothing for a dash."""
    text = re.sub(r"^[(\[{]?\s*(?:in\s+)?|\s*[)\]}]$", "", title(cell)).strip()
    return "" if text.casefold() in _NO_UNIT else text


def _is_words_above_values(row: Row, below: list[Row]) -> bool:
    """No number in it, and words over two columns or more that hold nothing but numbers below."""
    if not below or any(is_value(cell) for cell in row if not is_blank(cell)):
        return False
    words = [
        i
        for i, cell in enumerate(row)
        if not is_blank(cell) and not numbers.is_missing_word(str(cell))
    ]
    over = [i for i in words if _are_mostly_values(_column(below, i))]
    recurs = any(_recurs(row[i], _column(below, i)) for i in words)
    return len(over) >= 2 and not recurs


def _are_mostly_values(cells: list[object]) -> bool:
    return len(cells) > 0 and sum(map(is_value, cells)) >= 0.9 * len(cells)
