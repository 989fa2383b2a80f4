"""How the cells of a text file are told apart: delimiter, quotation mark, escape."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from tables import dates, numbers
from tables.errors import UnreadableFile

NAMES = {
    ",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", "~": "tilde", "^": "caret",
    ":": "colon", " ": "space",
}  # fmt: skip
COMMENTS = ("#", "//", "%")
NONE = "\x1f"  # stands in no text: every line is one cell
_LIKELY = ",;\t|"
_DECIMAL = re.compile(r"\s*[+-]?\d+[.,]\d+\s*", re.ASCII)
_SAMPLE_ROWS = 100
_SAMPLE_TEXT = 200_000
_LONGEST_SAMPLE = 10 * 2**20
_LINE = re.compile(r"[^\r\n]+(?:\r\n|\r|\n)?|\r\n|\r|\n")
_LONGEST_CELL = 10 * 2**20
_SEP = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How the cells of a text file are told apart. `declared` where Excel's line `sep=;` says so."""

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    declared: bool = False


def sniffed(text: str, *, wanted: str = "", likely: str = "") -> Dialect:
    """The dialect under which the rows look most like a table.

    `wanted` is a delimiter that a person chose; `likely` one that the name of the file speaks for.
    """
    sample = _sample(text)
    quote, escape = _quote(sample), "\\" if re.search(r'[^\\]\\"', sample) else None
    declared = _SEP.match(sample)
    if declared and not wanted:
        return Dialect(delimiter=declared[1], quote=quote, escape=escape, declared=True)
    if wanted:
        return Dialect(delimiter=wanted, quote=quote, escape=escape, declared=bool(declared))
    marks = [NONE, *(mark for mark in NAMES if mark in sample)]
    candidates = [Dialect(delimiter=mark, quote=quote, escape=escape) for mark in marks]
    return max(candidates, key=lambda one: _score(sample, one, likely))


def _sample(text: str) -> str:
    """The beginning of the text, and at least two of its lines where they are long."""
    end = _SAMPLE_TEXT
    for line in islice(_LINE.finditer(text[:_LONGEST_SAMPLE]), 3):
        end = max(end, line.end())
    return text[:end]


def rows(text: str, dialect: Dialect) -> Iterator[list[str]]:
    """The rows with their cells; a blank line is an empty list, a line break in quotes is no row.

    Raises UnreadableFile with the row where a quotation mark is never closed.
    """
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(
        _lines(text),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        escapechar=dialect.escape,
        skipinitialspace=dialect.delimiter != " ",
    )
    number, row = 0, [""]
    try:
        for row in reader:
            number += 1
            yield row
    except csv.Error as error:
        raise _endless(number + 1, str(error)) from error
    if row and "\n" in row[-1] and text.count(dialect.quote) % 2:
        raise _endless(number, "a quotation mark is never closed")


def is_comment(row: list[str]) -> bool:
    """Whether the row is a remark of whoever wrote the file, such as `# exported on Monday`."""
    return bool(row) and row[0].lstrip().startswith(COMMENTS)


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends, one at a time: StringIO would hold four bytes a letter."""
    return (line[0] for line in _LINE.finditer(text))


def _endless(number: int, detail: str) -> UnreadableFile:
    return UnreadableFile(
        f"Row {number} cannot be read: a cell does not end.",
        advice="Look there for a quotation mark that is opened and not closed.",
        detail=detail,
        row=number,
    )


def _quote(sample: str) -> str:
    """The single quotation mark only where it encloses cells and the double one never occurs."""
    enclosed = re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|]|\r?$)", sample, re.MULTILINE)
    return "'" if len(enclosed) > 1 and '"' not in sample else '"'


def _score(sample: str, dialect: Dialect, likely: str) -> tuple[float, bool, int, float]:
    """How much the rows look like a table: same width in every row, cells that mean something."""
    sample_rows = _sample_rows(sample, dialect)
    if not sample_rows:
        return (0.0, False, 0, 0.0)
    width, count = Counter(map(len, sample_rows)).most_common(1)[0]
    if width < 2 or _is_one_column(sample, sample_rows, dialect):
        return (0.25, False, int(dialect.delimiter == NONE), 0.0)
    cells = [cell for row in sample_rows if len(row) == width for cell in row]
    clean = sum(_is_clean(cell, dialect) for cell in cells) / len(cells)
    usual = 1.0 if dialect.delimiter in _LIKELY or dialect.delimiter == likely else 0.55
    rank = -list(NAMES).index(dialect.delimiter) if dialect.delimiter in NAMES else 0
    alike = count / len(sample_rows)
    return (round(usual * alike * clean**2, 2), dialect.delimiter == likely, rank, float(width))


def _is_one_column(sample: str, sample_rows: list[list[str]], dialect: Dialect) -> bool:
    """Whether the rows are one column whose cells happen to hold the delimiter: prose, decimals or addresses
    below a name without it."""
    if dialect.delimiter == " " and not _has_values(sample_rows, len(sample_rows[0])):
        return True
    if len(sample_rows[0]) > 1 or len(sample_rows) < 2:
        return False
    if dialect.delimiter not in _LIKELY:
        return True
    lines = [line for line in sample.splitlines()[1:] if dialect.delimiter in line]
    prose = re.compile(re.escape(dialect.delimiter) + r" +[^\W\d]")
    spoken = sum(bool(_DECIMAL.fullmatch(line) or prose.search(line)) for line in lines)
    return spoken > 0.5 * len(lines)


def _has_values(sample_rows: list[list[str]], width: int) -> bool:
    """Whether a column below the first row is nothing but numbers or dates; blanks between words make none."""
    below = [row for row in sample_rows[1:] if len(row) == width]
    columns = zip(*below, strict=True)
    return any(all(numbers.is_number(c) or dates.is_date(c) for c in column) for column in columns)


def _sample_rows(sample: str, dialect: Dialect) -> list[list[str]]:
    read: list[list[str]] = []
    with suppress(UnreadableFile):  # said later, when the whole text is read
        read.extend(islice(rows(sample, dialect), _SAMPLE_ROWS + 20))
    if len(sample) >= _SAMPLE_TEXT:
        read = read[:-1]  # the last row of the sample is cut off
    kept = [row for row in read if any(cell.strip() for cell in row) and not is_comment(row)]
    return kept[:_SAMPLE_ROWS]


def _is_clean(cell: str, dialect: Dialect) -> float:
    """1 for a number, a date, a word; less for what holds other delimiters or stray quotes."""
    plain = cell.strip()
    if not plain or numbers.is_number(plain) or dates.is_date(plain):
        return 1.0
    if any(mark in plain for mark in _LIKELY) or plain.count('"') % 2:
        return 0.5
    return 0.9 if plain[0].isalnum() else 0.8
