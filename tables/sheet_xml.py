"""Scans a workbook before it is read: how far its cells reach, which formulas have no value.

The reader of workbooks lays a sheet out in full, up to its last cell: one cell at the far end of an empty sheet
would fill the memory. It also gives nothing for a formula without a value and for an error.
"""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from tables import bounds, zipped
from tables.errors import TooLarge, UnreadableFile
from tables.table import Limits

# Only tags are matched, never from one to its end: a file without ends would take for ever.
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^<>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^<>]*)>")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^<>]*)>")
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])([^<>]*)>")
_VALUE = re.compile(rb"<(?:\w+:)?v[^<>/]*>([^<]*)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_STYLE = re.compile(rb"\bs=[\"']([0-9]{1,6})[\"']")
_TYPE = re.compile(rb"\bt=[\"'](?!n[\"'])")
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b([^<>]*)>")
_CELL_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b[^<>]*>")
_CELL_FORMAT = re.compile(rb"<(?:\w+:)?xf\b([^<>]*)>")
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
PERCENT_FORMATS = {"9", "10"}  # 0% and 0.00%, which every workbook has
_ODS_PERCENT = re.compile(rb"office:value-type=[\"']percentage[\"']")
_MOST_REPEATED = 10_000
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_NUMBER = re.compile(rb"\br=[\"']([0-9]{1,7})[\"']")
_STRING = re.compile(rb"<(?:\w+:)?si(?=[\s/>])()[^<>]*>")
_ODS_ROW = re.compile(rb"<table:table-row\b([^<>]*)>")
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^<>]*)>")
_ODS_ROWS = re.compile(rb"table:number-rows-repeated=[\"']([0-9]{1,9})[\"']")
_ODS_CELLS = re.compile(rb"table:number-columns-repeated=[\"']([0-9]{1,9})[\"']")


@dataclass(kw_only=True)
class SheetScan:
    """What was seen of one sheet. Places are (row, column), both from 0."""

    rows: int = 0
    columns: int = 0
    unvalued: list[tuple[int, int]] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    text: int = 0
    percents: array[int] = field(default_factory=lambda: array("q"))

    def add_percent(self, row: int, column: int) -> None:
        """Note a number that is shown in percent."""
        self.percents.append(row << 20 | column)

    def shown_in_percent(self) -> Iterator[tuple[int, int]]:
        """The places of the numbers that are shown in percent."""
        return ((place >> 20, place & 0xFFFFF) for place in self.percents)


def scan(data: bytes, limits: Limits) -> dict[str, SheetScan]:
    """Every sheet of an XLSX or ODS workbook by its name, once all are within the limits.

    Raises TooLarge, Locked, and UnreadableFile where it is damaged or defines entities.
    """
    archive = zipped.opened(data, limits)
    names = archive.namelist()
    for name in names:
        if name.endswith((".xml", ".rels")):
            _refuse_entities(archive, name)
    if "content.xml" in names:
        return _of_ods(zipped.content(archive, "content.xml", limits.unpacked), limits)
    return _of_xlsx(archive, limits)


def _refuse_entities(archive: zipfile.ZipFile, name: str) -> None:
    """XML that defines entities of its own can grow without bound; no workbook needs them."""
    try:
        with archive.open(name) as stream:
            head = stream.read(4096)
    except Exception as error:
        raise zipped.damaged(error) from error
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise UnreadableFile(
            "The workbook holds definitions that no spreadsheet program writes; it is not opened.",
            advice="Save the table as CSV and upload that.",
            detail=f"{name} has a document type definition",
        )


def _of_xlsx(archive: zipfile.ZipFile, limits: Limits) -> dict[str, SheetScan]:
    """Every part that holds cells is looked at, also one that no sheet names."""
    lengths = _string_lengths(archive, limits)
    titles, in_percent = _titles(archive, limits), _percent_styles(archive, limits)
    sheets: dict[str, SheetScan] = {}
    for part in archive.namelist():
        if "sheets/" in part and part.endswith(".xml"):
            sheet = _scanned(zipped.content(archive, part, limits.unpacked), lengths, in_percent)
            bounds.check(sheet.rows, sheet.columns, limits)
            _check_text(sheet.text, limits)
            sheets[titles.get(part, part)] = sheet
    return sheets


def _string_lengths(archive: zipfile.ZipFile, limits: Limits) -> list[int]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    text = zipped.content(archive, "xl/sharedStrings.xml", limits.unpacked)
    return [end - start for _, start, end in _parts(_STRING, text, 0, len(text))]


def is_percent(number_format: str) -> bool:
    """Whether a number format shows percent: a `%` in it that is not quoted."""
    return "%" in _QUOTED.sub("", number_format)


def _percent_styles(archive: zipfile.ZipFile, limits: Limits) -> frozenset[bytes]:
    """The numbers of the cell styles that show a number in percent."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    xml = zipped.content(archive, "xl/styles.xml", limits.entry)
    formats = PERCENT_FORMATS | {
        _attribute(one[1], b"numFmtId")
        for one in _FORMAT.finditer(xml)
        if is_percent(_attribute(one[1], b"formatCode"))
    }
    begin = _CELL_FORMATS.search(xml)
    if begin is None:
        return frozenset()
    end = xml.find(b"cellXfs>", begin.end())
    styles = _CELL_FORMAT.finditer(xml, begin.end(), end if end >= 0 else len(xml))
    return frozenset(
        b"%d" % number
        for number, style in enumerate(styles)
        if _attribute(style[1], b"numFmtId") in formats
    )


def _check_text(size: int, limits: Limits) -> None:
    if size > limits.unpacked:
        raise TooLarge(
            "The workbook holds too much text: the same long text stands in very many cells.",
            advice="Split the file, or leave out the columns that the model does not need.",
        )


def _titles(archive: zipfile.ZipFile, limits: Limits) -> dict[str, str]:
    """The names of the sheets by the parts of the archive that hold them."""
    names = archive.namelist()
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return {}
    relations = zipped.content(archive, "xl/_rels/workbook.xml.rels", limits.entry)
    targets = {
        _attribute(one[1], b"Id"): _attribute(one[1], b"Target")
        for one in _RELATION.finditer(relations)
    }
    book = zipped.content(archive, "xl/workbook.xml", limits.entry)
    titles = {}
    for one in _SHEET.finditer(book):
        target = targets.get(_attribute(one[1], rb"\w+:id"), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        titles[part] = _attribute(one[1], b"name")
    return titles


def _attribute(tag: bytes, name: bytes) -> str:
    match = re.search(rb"(?:^|\s)" + name + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", tag)
    return unescape((match[1] or match[2] or b"").decode("utf-8", "replace")) if match else ""


def _scanned(xml: bytes, lengths: list[int], in_percent: frozenset[bytes]) -> SheetScan:
    result = SheetScan()
    row = -1
    for attributes, start, end in _parts(_ROW, xml, 0, len(xml)):
        given = _NUMBER.search(attributes)
        row = int(given[1]) - 1 if given else row + 1
        column = -1
        for cell, begin, stop in _parts(_CELL, xml, start, end):
            place = _PLACE.search(cell)
            at, column = (int(place[2]) - 1, _column(place[1])) if place else (row, column + 1)
            result.rows, result.columns = max(result.rows, at + 1), max(result.columns, column + 1)
            _scan_cells(result, (at, column), cell, xml[begin:stop], lengths)
            style = _STYLE.search(cell) if in_percent else None
            if style and style[1] in in_percent and not _TYPE.search(cell):
                result.add_percent(at, column)
    return result


def _parts(
    tag: re.Pattern[bytes], xml: bytes, start: int, end: int
) -> Iterator[tuple[bytes, int, int]]:
    """The attributes of each such tag, and where what belongs to it begins and ends: at the next tag."""
    before: re.Match[bytes] | None = None
    for match in tag.finditer(xml, start, end):
        if before is not None:
            yield before[1], before.end(), match.start()
        before = match
    if before is not None:
        yield before[1], before.end(), end


def _scan_cells(
    result: SheetScan, place: tuple[int, int], attributes: bytes, body: bytes, lengths: list[int]
) -> None:
    value = _VALUE.search(body)
    words = value[1] if value else b""
    if b't="s"' in attributes:
        index = int(words) if words.isdigit() else len(lengths)
        result.text += lengths[index] if index < len(lengths) else 0
    elif b't="e"' in attributes:
        result.errors[place] = words.decode("utf-8", "replace")
    elif not words and b"<" in body and _FORMULA.search(body) and b't="str"' not in attributes:
        result.unvalued.append(place)


def _column(letters: bytes) -> int:
    number = 0
    for one in letters:
        number = number * 26 + one - ord("A") + 1
    return number - 1


def _of_ods(xml: bytes, limits: Limits) -> dict[str, SheetScan]:
    """Rows and cells say how often they are repeated; the last that holds something counts."""
    sheets: dict[str, SheetScan] = {}
    for sheet in xml.split(b"<table:table ")[1:]:
        head = sheet[: sheet.find(b">")]
        sheet_scan = sheets.setdefault(_attribute(head, b"table:name"), SheetScan())
        rows = columns = text = row_count = 0
        for attributes, start, end in _parts(_ODS_ROW, sheet, 0, len(sheet)):
            times = _times(_ODS_ROWS, attributes)
            _note_percents(sheet_scan, sheet[start:end], range(row_count, row_count + times))
            row_count += times
            width, size = _ods_width(sheet, start, end)
            if width:
                rows, columns, text = row_count, max(columns, width), text + size * times
            bounds.check(rows, columns, limits)
            _check_text(text, limits)
    return sheets


def _note_percents(sheet_scan: SheetScan, row: bytes, numbers: range) -> None:
    if b"percentage" not in row:
        return
    column = 0
    for attributes, _, _ in _parts(_ODS_CELL, row, 0, len(row)):
        times = _times(_ODS_CELLS, attributes)
        if _ODS_PERCENT.search(attributes):
            for number in numbers[:_MOST_REPEATED]:
                for place in range(column, column + min(times, _MOST_REPEATED)):
                    sheet_scan.add_percent(number, place)
        column += times


def _ods_width(xml: bytes, start: int, end: int) -> tuple[int, int]:
    """Cells up to the last that holds something, and the bytes of all."""
    width = last = size = 0
    for attributes, begin, stop in _parts(_ODS_CELL, xml, start, end):
        times = _times(_ODS_CELLS, attributes)
        width += times
        if b"office:" in attributes or xml.find(b"<text:", begin, stop) >= 0:
            last, size = width, size + (stop - begin) * times
    return last, size


def _times(rule: re.Pattern[bytes], attributes: bytes) -> int:
    match = rule.search(attributes)
    return int(match[1]) if match else 1
