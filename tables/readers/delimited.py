"""Text with one row a line: CSV, TSV and their kin."""

from __future__ import annotations

import re

from tables import bounds, delimiters, encoding
from tables.delimiters import Dialect
from tables.errors import UnreadableFile
from tables.grid import find_table
from tables.header import Sheet
from tables.table import Choices, Limits, Table
from tables.upload import Upload

NAME = "delimited"
TITLE = "CSV"
SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".psv", ".dat")
ORDER = 1000  # any text may be a table: asked last
_LIKELY = {".tsv": "\t", ".tab": "\t", ".psv": "|"}


def matches(upload: Upload) -> bool:
    """Whether the bytes are text."""
    return not encoding.is_binary(upload.data)


def read(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """The table, every cell as text. Raises UnreadableFile, with the row where it has one."""
    text, words = encoding.decoded(upload.data, choices.encoding)
    text, remarks = _cleaned(text)
    dialect = delimiters.sniffed(
        text, wanted=choices.delimiter, likely=_LIKELY.get(upload.suffix, "")
    )
    rows = _bounded(_below(text, dialect), dialect, limits)
    sheet = Sheet(
        name=upload.name,
        rows=rows,
        sniffed={"format": TITLE, "encoding": words, **_words(rows, dialect)},
        remarks=tuple(remarks),
        is_note=lambda row: delimiters.is_comment([str(cell) for cell in row[:1]]),
    )
    return find_table(sheet, choices)


def _cleaned(text: str) -> tuple[str, list[str]]:
    text = text.removeprefix("\ufeff")
    if "\x00" not in text:
        return text, []
    count = text.count("\x00")
    return text.replace("\x00", ""), [
        f"{count:,} zero characters were left out: the file may have been damaged on its way."
    ]


def _below(text: str, dialect: Dialect) -> str:
    """The text without the line `sep=;`, which a spreadsheet does not show either."""
    if not dialect.declared:
        return text
    return re.split(r"\r\n|\n|\r", text, maxsplit=1)[1:][0] if re.search(r"[\r\n]", text) else ""


def _bounded(text: str, dialect: Dialect, limits: Limits) -> list[list[str]]:
    found: list[list[str]] = []
    cells = 0
    for row in delimiters.rows(text, dialect):
        if len(row) > limits.columns:
            raise bounds.too_large("columns", len(row), limits.columns)
        cells += len(row)
        found.append(row)
        if cells > limits.cells:
            raise bounds.too_large("cells", cells, limits.cells)
        if len(found) > limits.rows + 1:
            raise bounds.too_large("rows", len(found), limits.rows)
    if not found:
        raise UnreadableFile(
            "The file is empty.", advice="Choose a file with a header and at least one row."
        )
    return found


def _words(rows: list[list[str]], dialect: Dialect) -> dict[str, str]:
    if max(map(len, rows)) < 2:
        return {"delimiter": "none, one column"}
    return {"delimiter": delimiters.NAMES.get(dialect.delimiter, dialect.delimiter)}
