"""Text with one row a line: CSV, TSV and their kin."""

from __future__ import annotations

import re

from tables import bounds, delimiters, encoding, fixed_width
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
_EXCEL_TEXT = re.compile(r'="((?:[^"]|"")*)"')
_QUOTED_FORMULA = re.compile(
    r'(^|[,;\t|])="((?:[^"\n]|"")*[,;\t|](?:[^"\n]|"")*)"(?=[,;\t|]|\r?$)', re.MULTILINE
)
_LIKELY = {".tsv": "\t", ".tab": "\t", ".psv": "|"}


def matches(upload: Upload) -> bool:
    """Whether the bytes are text."""
    return not encoding.is_binary(upload.data)


def read(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """The table, every cell as text. Raises UnreadableFile, with the row where it has one."""
    text, words = encoding.decoded(upload.data, choices.encoding)
    text, remarks = _cleaned(text)
    likely = _LIKELY.get(upload.suffix, "")
    dialect = delimiters.sniffed(text, wanted=choices.delimiter, likely=likely)
    rows = _bounded(_below(text, dialect), dialect, limits)
    inner = _in_quoted_lines(rows, choices.delimiter, likely)
    if inner:
        remarks.append("Each line stands in quotation marks as a whole; they were taken away.")
        text, dialect = inner
        rows = _bounded(text, dialect, limits)
    placed = _in_places(text, rows, choices)
    rows = placed or rows
    remarks += _bare(rows)
    remarks += filter(None, [encoding.remark(upload.data, text, choices.encoding)])
    sheet = Sheet(
        name=upload.name,
        rows=rows,
        sniffed={
            "format": TITLE,
            "encoding": words,
            **({"delimiter": "fixed width"} if placed else _words(rows, dialect)),
        },
        remarks=tuple(remarks),
        is_note=lambda row: delimiters.is_comment([str(cell) for cell in row[:1]]),
    )
    return find_table(sheet, choices)


def _in_quoted_lines(rows: list[list[str]], wanted: str, likely: str) -> tuple[str, Dialect] | None:
    """The lines without the quotes around each, and how their cells are told apart; None where cells are quoted."""
    if any(len(row) > 1 or "\n" in cell for row in rows for cell in row[:1]) or len(rows) < 2:
        return None
    text = "\n".join(row[0] if row else "" for row in rows)
    dialect = delimiters.sniffed(text, wanted=wanted, likely=likely)
    widths = {len(row) for row in delimiters.rows(text, dialect) if row}
    return (text, dialect) if len(widths) == 1 and widths != {1} else None


def _in_places(text: str, rows: list[list[str]], choices: Choices) -> list[list[str]] | None:
    """The rows of lines that have no delimiter, and cells at the same places; else None."""
    if choices.delimiter or any(len(row) > 1 for row in rows) or len(rows) < 2:
        return None
    return fixed_width.cells_in(text)


def _bare(rows: list[list[str]]) -> list[str]:
    """Cells without what makes a spreadsheet take them for text, `="39.1"` or `'39.1`; remarks."""
    formulas = apostrophes = filled = 0
    for row in rows:
        for i, cell in enumerate(row):
            if cell.startswith('="') and (match := _EXCEL_TEXT.fullmatch(cell)):
                row[i] = match[1].replace('""', '"')
                formulas += 1
            filled += cell != ""
            apostrophes += cell.startswith("'") and not cell.endswith("'")
    remarks = []
    if formulas:
        remarks.append(
            f'{formulas:,} cells are written as ="..."; what stands in the quotes was read.'
        )
    if apostrophes > 0.6 * filled:
        for row in rows:
            row[:] = [cell.removeprefix("'") for cell in row]
        remarks.append(
            "Cells begin with an apostrophe, which marks text in a spreadsheet; it was taken away."
        )
    return remarks


def _cleaned(text: str) -> tuple[str, list[str]]:
    text = text.replace("\ufeff", "")  # each of several files that were joined may begin with one
    if '="' in text:  # quotes after a sign do not keep a delimiter in the cell
        text = _QUOTED_FORMULA.sub(r'\1"\2"', text)
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
    rows: list[list[str]] = []
    cells = 0
    for row in delimiters.rows(text, dialect):
        if len(row) > limits.columns:
            raise bounds.too_large("columns", len(row), limits.columns)
        cells += len(row)
        rows.append(row)
        if cells > limits.cells:
            raise bounds.too_large("cells", cells, limits.cells)
        if len(rows) > limits.rows + 1:
            raise bounds.too_large("rows", len(rows), limits.rows)
    if not rows:
        raise UnreadableFile(
            "The file is empty.", advice="Choose a file with a header and at least one row."
        )
    return rows


def _words(rows: list[list[str]], dialect: Dialect) -> dict[str, str]:
    if max(map(len, rows)) < 2:
        return {"delimiter": "none, one column"}
    return {"delimiter": delimiters.NAMES.get(dialect.delimiter, dialect.delimiter)}
