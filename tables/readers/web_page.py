"""Tables of web pages, also under the name of a workbook: many programs export HTML as `.xls`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tables import bounds, encoding
from tables.errors import TooLarge, UnreadableFile
from tables.grid import find_table
from tables.header import Sheet
from tables.table import Choices, Limits, Table
from tables.upload import Upload

NAME = "web_page"
TITLE = "HTML"
SUFFIXES = (".html", ".htm")
ORDER = 900  # before CSV, which any text may be
_MOST_BYTES = 20 * 2**20
_MOST_SPANNED = 1_000
_MOST_NAME = 60
_ROW = re.compile(rb"<tr[\s>]", re.IGNORECASE)
_CHARSET = re.compile(rb"charset=[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_SILENT = ("script", "style", "template")


def matches(upload: Upload) -> bool:
    """Whether it is markup with the rows of a table in it."""
    start = upload.head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
    return start == b"<" and bool(_ROW.search(upload.data.replace(b"\x00", b"")))


def read(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """The table in the page; of several the largest, unless another is chosen. Raises UnreadableFile."""
    if len(upload.data) > _MOST_BYTES:
        raise TooLarge(
            f"The web page is too large: at most {_MOST_BYTES // 2**20} MB are read.",
            advice="Open it in Excel, save it as a workbook (.xlsx) and upload that.",
        )
    text, words = encoding.decoded(upload.data, choices.encoding or _declared(upload.head))
    tables = _tables_in(text, limits)
    if not tables:
        raise UnreadableFile("This is a web page, and no table with rows is in it.")
    names = tuple(tables)
    if choices.sheet and choices.sheet not in tables:
        raise UnreadableFile(
            f"The web page has no table {choices.sheet}.",
            advice=f"Choose one of: {', '.join(names[:8])}.",
            sheets=names,
        )
    name = choices.sheet or max(tables, key=lambda one: sum(map(len, tables[one])))
    sheet = Sheet(
        name=upload.name,
        rows=tables[name],
        sniffed={"format": TITLE, "encoding": words, "sheet": name},
        sheets=names if len(names) > 1 else (),
    )
    return find_table(sheet, choices)


def _declared(head: bytes) -> str:
    """The encoding that the page itself says, where it is one."""
    match = _CHARSET.search(head)
    name = match[1].decode("ascii") if match else ""
    try:
        "".encode(name or "utf-8")
    except LookupError:
        return ""
    return name


def _tables_in(text: str, limits: Limits) -> dict[str, list[list[str]]]:
    """The rows of each table by its caption, or its number."""
    reader = _Reader(limits)
    reader.feed(text)
    reader.close()
    found: dict[str, list[list[str]]] = {}
    for number, table in enumerate((t for t in reader.tables if t.is_filled), start=1):
        name = " ".join(table.caption.split())[:_MOST_NAME]
        found[name if name and name not in found else f"Table {number}"] = table.rows
    return found


@dataclass
class _Table:
    """A table while it is read: `pending` has the cells that reach down, by column, with the rows left."""

    rows: list[list[str]] = field(default_factory=list)
    caption: str = ""
    pending: dict[int, tuple[int, str]] = field(default_factory=dict)
    spans: tuple[int, int] = (1, 1)
    cell: list[str] | None = None
    in_caption: bool = False

    @property
    def is_filled(self) -> bool:
        return len(self.rows) > 1 and any(cell for row in self.rows for cell in row)


class _Reader(HTMLParser):
    """Collects the tables; those within others are tables of their own."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._limits, self._cells, self._silent = limits, 0, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self._open.append(_Table())
            self.tables.append(self._open[-1])
        elif self._open:
            self._begin(tag, self._open[-1], {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif self._open:
            table = self._open[-1]
            if tag in ("td", "th", "tr", "table"):
                self._end_cell(table)
            if tag == "caption":
                table.in_caption = False
            if tag == "table":
                self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._open or self._silent:
            return
        table = self._open[-1]
        if table.in_caption:
            table.caption += data
        elif table.cell is not None:
            table.cell.append(data)

    def _begin(self, tag: str, table: _Table, attributes: dict[str, str]) -> None:
        if tag == "br" and table.cell is not None:
            table.cell.append(" ")
        elif tag == "caption":
            table.in_caption = True
        elif tag in ("tr", "td", "th"):
            self._end_cell(table)
            if tag == "tr" or not table.rows:
                self._begin_row(table)
            if tag != "tr":
                table.cell = []
                table.spans = (_span(attributes, "colspan"), _span(attributes, "rowspan"))

    def _begin_row(self, table: _Table) -> None:
        if len(table.rows) > self._limits.rows:
            raise bounds.too_large("rows", len(table.rows), self._limits.rows)
        table.rows.append([])
        self._reach_down(table)

    def _end_cell(self, table: _Table) -> None:
        if table.cell is None:
            return
        text, (wide, high) = " ".join("".join(table.cell).split()), table.spans
        table.cell = None
        row = table.rows[-1]
        for _ in range(wide):
            if high > 1:
                table.pending[len(row)] = (high - 1, text)
            row.append(text)
            self._count(row)
        self._reach_down(table)

    def _reach_down(self, table: _Table) -> None:
        """Fill in the cells from rows above that reach into this one."""
        row = table.rows[-1]
        while len(row) in table.pending and table.pending[len(row)][0]:
            left, text = table.pending[len(row)]
            table.pending[len(row)] = (left - 1, text)
            row.append(text)
            self._count(row)

    def _count(self, row: list[str]) -> None:
        self._cells += 1
        if len(row) > self._limits.columns:
            raise bounds.too_large("columns", len(row), self._limits.columns)
        if self._cells > self._limits.cells:
            raise bounds.too_large("cells", self._cells, self._limits.cells)


def _span(attributes: dict[str, str], name: str) -> int:
    """Over how many columns or rows a cell reaches, as far as that is believed."""
    digits = attributes.get(name, "").strip()
    is_told = digits.isdecimal() and len(digits) < 6
    return min(max(int(digits), 1), _MOST_SPANNED) if is_told else 1
