"""From the cells of one column to the values of one field, kind by kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from mds_client.signature import NUMERIC_KINDS, Field
from mds_client.signature.checks import INTEGER_LIMITS
from tables import categories, dates, numbers, quantities
from tables.kind_readers import READERS
from tables.source_column import SAMPLE, Array, Cells, whole_number

_MOST_EXACT = 2**53  # of whole numbers that a float holds
_YEAR = re.compile(r"(?i)(?:.*[\W_])?(?:year|jahr|année|annee|año|anno|ano|rok)")


@dataclass(kw_only=True)
class ConvertedColumn:
    """The values of one field, aligned with the cells; a sentence for each cell that has none."""

    values: Array
    sentences: dict[int, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def values(source: Cells, wanted: Field) -> ConvertedColumn:
    """The values that the field takes. Empty cells, and words such as NA, are unknown."""
    if wanted.kind not in ("tensor", "json"):
        source = replace(source, cells=_without_lists_of_one(source.cells))
    missing = _missing(source.cells, wanted)
    if wanted.kind in NUMERIC_KINDS:
        column = _numbers(source, wanted, missing)
    else:
        column = _one_by_one(source, wanted, missing)
    if wanted.required and missing.any():
        sentence = f"{wanted.title} is needed, and the cell is empty."
        column.sentences |= {int(i): sentence for i in np.flatnonzero(missing)}
    return column


def _without_lists_of_one(cells: Array) -> Array:
    """The cells, where a list holds one value that value: so are columns of a request to a model written."""
    lists = [
        i for i, cell in enumerate(cells) if isinstance(cell, list | np.ndarray) and len(cell) == 1
    ]
    if not lists:
        return cells
    plain = cells.copy()
    for i in lists:
        inner = cells[i].tolist() if isinstance(cells[i], np.ndarray) else cells[i]
        plain[i] = cells[i] if isinstance(inner[0], list | dict) else inner[0]
    return plain


def _missing(cells: Array, wanted: Field) -> Array:
    """Which cells say nothing. A choice called None, and any word in a text, says something."""
    choices = categories.known(wanted.choices)
    words = wanted.kind not in ("text", "json")

    def says_nothing(cell: object) -> bool:
        if isinstance(cell, str):
            plain = not cell.strip()
            return plain or (
                words and numbers.is_missing_word(cell) and categories.plain(cell) not in choices
            )
        return cell is None or (isinstance(cell, float | np.floating) and bool(np.isnan(cell)))

    return np.fromiter(map(says_nothing, cells), dtype=bool, count=len(cells))


def _numbers(source: Cells, wanted: Field, missing: Array) -> ConvertedColumn:
    source, remarks = _years(source, wanted)
    quantity = quantities.read(source.cells, ~missing, source.decimal, source.unit, source.to_unit)
    read = quantity.values
    amounts = np.round(read, 9) if source.unit and wanted.kind == "integer" else read
    column = ConvertedColumn(values=amounts, remarks=[*remarks, *quantity.remarks])
    for i in np.flatnonzero(np.isnan(amounts) & ~missing):
        column.sentences[int(i)] = _no_number(source, wanted, source.cells[i])
    for i in np.flatnonzero(_is_outside(amounts, wanted)):
        problem = wanted.check(float(amounts[i]))
        if problem:
            cell_text = (
                ""
                if _says_the_number(source.cells[i]) and not source.unit
                else f" The cell says {source.cells[i]} {source.unit}".rstrip() + "."
            )
            column.sentences[int(i)] = problem.sentence + cell_text
    if wanted.kind == "integer":
        column.values = _integers(source, wanted, amounts, column.sentences)
    column.remarks += _remarks_on_thousands(source, missing)
    return column


def _years(source: Cells, wanted: Field) -> tuple[Cells, list[str]]:
    """Dates in a field that is called year, by their year, and what is said of that."""
    if not _YEAR.fullmatch(wanted.name) and not _YEAR.fullmatch(wanted.label):
        return source, []
    cells, example = source.cells.copy(), ""
    for i, cell in enumerate(cells):
        if moment := _date_of(cell):
            example = example or f"“{moment}” was read as the year {moment[:4]}."
            cells[i] = int(moment[:4])
    return (replace(source, cells=cells), [example]) if example else (source, [])


def _date_of(cell: object) -> str:
    """The date that a cell holds in ISO form; empty for anything else, a mere number too."""
    if isinstance(cell, date):
        return "" if cell != cell else dates.of_value(cell)  # pandas' NaT is a date
    is_text = isinstance(cell, str) and not numbers.is_number(cell) and dates.is_date(cell)
    return (dates.moment(str(cell), day_first=True) or "") if is_text else ""


def _says_the_number(cell: object) -> bool:
    return not isinstance(cell, str) or numbers.is_number(cell)


def _is_outside(amounts: Array, wanted: Field) -> Array:
    """Which numbers the field's own check would refuse, for all of them at once."""
    low, high = INTEGER_LIMITS.get(wanted.datatype, (-np.inf, np.inf))
    if wanted.kind != "integer":
        low, high = -np.inf, np.inf
    low = max(low, -np.inf if wanted.minimum is None else wanted.minimum)
    high = min(high, np.inf if wanted.maximum is None else wanted.maximum)
    with np.errstate(invalid="ignore"):
        bad: Array = np.isinf(amounts) | (amounts < low) | (amounts > high)
        if wanted.kind == "integer":
            bad |= (amounts != np.floor(amounts)) & ~np.isnan(amounts)
    return bad


def _integers(source: Cells, wanted: Field, amounts: Array, sentences: dict[int, str]) -> Array:
    """Whole numbers as such: an array of them, or objects with None where a cell is unknown."""
    is_good = np.isfinite(amounts)
    is_good[list(sentences)] = False
    if is_good.all() and len(amounts) and np.abs(amounts).max() < _MOST_EXACT:
        return amounts.astype(np.int64)
    integers = np.full(len(amounts), None, dtype=object)
    for i in np.flatnonzero(is_good):
        number = _exactly(source, i, float(amounts[i]))
        problem = wanted.check(number) if abs(number) >= _MOST_EXACT else None
        if problem:
            sentences[int(i)] = problem.sentence
        else:
            integers[i] = number
    return integers


def _exactly(source: Cells, index: int, number: float) -> int:
    """The whole number in the cell, read without a float, which would change its last digits beyond 2**53."""
    exact = None
    if abs(number) >= _MOST_EXACT and not source.unit:
        exact = whole_number(source.cells[index], source.decimal)
    return int(number) if exact is None else exact


def _no_number(source: Cells, wanted: Field, cell: object) -> str:
    if isinstance(cell, str) and cell in numbers.ERRORS:
        return f"The spreadsheet says {cell} in place of a value for {wanted.title}."
    problem = wanted.check(cell)
    sentence = problem.sentence if problem else f"{wanted.title} must be a number."
    if (
        isinstance(cell, str)
        and numbers.number(cell, source.decimal) is not None
        and "%" not in cell
    ):
        return f"“{cell}” has no % and other cells of the column have one: is {cell} % meant?"
    if isinstance(cell, str) and cell.rstrip().endswith("%"):
        return f"“{cell}” is a share, and nothing says whether {wanted.title} is meant in percent or as a fraction: give the field a unit under Signature, % or fraction."
    if _date_of(cell):
        return f"{wanted.title} must be a number, and “{cell}” is a date: choose another column, or take the number out of it."
    if isinstance(cell, str) and numbers.is_number(cell):
        mark = {",": "comma", ".": "point"}[source.decimal]
        sentence += f" The other numbers have a decimal {mark}."
    return sentence


def _remarks_on_thousands(source: Cells, missing: Array) -> list[str]:
    """A remark where 1.234 could be a thousand or a fraction, and no other cell of the column decides it."""
    texts = [cell for cell in source.cells[~missing][:SAMPLE] if isinstance(cell, str)]
    example = next((text for text in texts if numbers.is_ambiguous(text)), "")
    if not example or numbers.decimal_of(texts):
        return []
    number = numbers.number(example, source.decimal)
    return [] if number is None else [f"“{example}” was read as {number:g}."]


def _one_by_one(source: Cells, wanted: Field, missing: Array) -> ConvertedColumn:
    """One value after the other; equal texts are looked at once."""
    convert = READERS[wanted.kind](source, wanted)
    out = np.full(len(source.cells), None, dtype=object)
    column = ConvertedColumn(values=out)
    known: dict[str, tuple[object, str]] = {}
    for i in np.flatnonzero(~missing):
        cell = source.cells[i]
        if isinstance(cell, str) and cell in known:
            value, sentence = known[cell]
        else:
            value, sentence = _checked(convert, wanted, cell)
            if isinstance(cell, str):
                known[cell] = value, sentence
        out[i] = value
        if sentence:
            column.sentences[int(i)] = sentence
    if wanted.kind == "datetime":
        column.remarks += _remarks_on_days(source)
        _ask_for_order(source, column)
        column.remarks += _put_into_format(column.values, wanted)
    return column


def _checked(
    convert: Callable[[object], object], wanted: Field, cell: object
) -> tuple[object, str]:
    """The value with an empty sentence, or None with what the field says of the cell."""
    if isinstance(cell, str) and cell in numbers.ERRORS:
        return None, f"The spreadsheet says {cell} in place of a value for {wanted.title}."
    value = convert(cell)
    problem = wanted.check(cell if value is None else value)
    if value is None and problem is None:
        return None, f"{wanted.title} cannot be read from “{str(cell)[:40]}”."
    return (None, problem.sentence) if problem else (value, "")


def _ask_for_order(source: Cells, column: ConvertedColumn) -> None:
    """Refuse dates that custom alone tells apart, where others of the column have the day first and the month first."""
    texts = {i: cell for i, cell in enumerate(source.cells) if isinstance(cell, str)}
    if not dates.contradict(texts.values()):
        return
    for i, text in texts.items():
        if dates.is_ambiguous(text):
            column.values[i] = None
            column.sentences[i] = (
                f"“{text[:40]}”: day or month first? Other dates of the column have either. Write it as 2024-12-31."
            )


def _put_into_format(values: Array, wanted: Field) -> list[str]:
    """Writes moments as dates, or dates as moments, where the field is the other; a remark on the first.

    The day is that which is written, whatever offset from UTC stands behind it: nothing is moved to another day.
    """
    if wanted.format not in ("date", "date-time"):
        return []
    example = ""
    for i, value in enumerate(values):
        if not isinstance(value, str) or (len(value) > 10) is (wanted.format == "date-time"):
            continue
        values[i] = value[:10] if wanted.format == "date" else f"{value}T00:00:00"
        example = (
            example or f"“{value}” was read as {values[i]}: {wanted.title} is a {wanted.format}."
        )
    return [example] if example else []


def _remarks_on_days(source: Cells) -> list[str]:
    texts = [cell for cell in source.cells[: 4 * SAMPLE] if isinstance(cell, str)]
    example = next((text for text in texts if dates.is_ambiguous(text)), "")
    if not example or source.day_first is not None:
        return []
    read = dates.moment(example, day_first=True)
    return [f"“{example}” was read as {read}, the day first; no other cell tells."]
