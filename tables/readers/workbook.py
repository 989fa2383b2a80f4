"""Workbooks of Excel (XLSX, XLS) and OpenDocument (ODS): one sheet, formulas by the values saved with them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from tables import bounds, magic, old_excel, sheet_xml, zipped
from tables.dates import of_value
from tables.errors import Locked, UnreadableFile
from tables.grid import find_table
from tables.header import Sheet
from tables.sheet_xml import SheetScan
from tables.table import Choices, Limits, Percent, Table, letter
from tables.upload import Upload

NAME = "workbook"
TITLE = "Excel or OpenDocument"
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")
ORDER = 10
_PARTS = (b"xl/workbook.xml", b"xl/workbook.bin", b"content.xml")
_PERCENT_UNKNOWN = (
    "Whether cells of this workbook are shown in percent cannot be seen: 12 % was read as 0.12. "
    "Saved as .xlsx it can."
)
_MOST_EXACT = 2**53
_OLD_EXCEL_SIZE = 32 * 2**20


def matches(upload: Upload) -> bool:
    """Whether it is a workbook, or an old or protected file of Office that may be one."""
    if magic.is_ole(upload.head):
        return True
    return upload.head.startswith(zipped.START) and any(part in upload.data for part in _PARTS)


def read(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """The table in the chosen sheet, else in the first that is visible and holds anything.

    Raises UnreadableFile, Locked when the workbook needs a password.
    """
    if magic.is_ole(upload.head):
        _check_old(upload.data)
        scans = _scan_old(upload.data)
    else:
        _refuse_binary(upload.data)
        scans = sheet_xml.scan(upload.data, limits)
    with _workbook(upload.data) as book:
        sheet = _chosen(book, choices.sheet)
        bounds.check(sheet.total_height, sheet.total_width, limits)
        sheet_rows = _laid_out(upload.name, book, sheet, (scans or {}).get(sheet.name))
    if scans is None:
        sheet_rows = replace(sheet_rows, remarks=(*sheet_rows.remarks, _PERCENT_UNKNOWN))
    return find_table(sheet_rows, choices)


def _scan_old(data: bytes) -> dict[str, SheetScan] | None:
    """The scans of the sheets of an XLS; None where it is not laid out as Excel does."""
    try:
        return old_excel.scan(data)
    except old_excel.Unknown:
        return None


def _check_old(data: bytes) -> None:
    """Raises for an OLE container that is protected, no workbook, or too large; its names of parts stand in it
    as UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise _locked()
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise UnreadableFile("This is a document of Office, but no workbook.")
    if len(data) > _OLD_EXCEL_SIZE:
        raise UnreadableFile(
            "The workbook is too large for the old format XLS.",
            advice="Save it as .xlsx and upload that.",
        )


def _refuse_binary(data: bytes) -> None:
    if b"xl/workbook.bin" in data and b"xl/workbook.xml" not in data:
        raise UnreadableFile(
            "This is a binary workbook (XLSB), which is not read here.",
            advice="Save it as .xlsx and upload that.",
        )


def _locked() -> Locked:
    return Locked(
        "The workbook is protected with a password.",
        advice="Open it, save it without a password (File, Info, Protect Workbook) and upload that.",
    )


def _workbook(data: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError as error:
        raise _locked() from error
    except CalamineError as error:
        raise UnreadableFile(
            "The workbook is damaged or cut off.",
            advice="Open it in Excel, save it again and upload that.",
            detail=str(error),
        ) from error


def _chosen(book: CalamineWorkbook, wanted: str) -> CalamineSheet:
    if wanted:
        if wanted not in book.sheet_names:
            known = ", ".join(book.sheet_names[:8])
            raise UnreadableFile(f"There is no sheet called {wanted}.", advice=f"Sheets: {known}.")
        return book.get_sheet_by_name(wanted)
    visible = _sheets(book)
    if not visible:
        raise UnreadableFile("The workbook has no sheet with cells.")
    sheets = [book.get_sheet_by_name(name) for name in visible[:50]]
    return next((sheet for sheet in sheets if sheet.start is not None), sheets[0])


def _sheets(book: CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def _laid_out(
    name: str, book: CalamineWorkbook, sheet: CalamineSheet, scan: SheetScan | None
) -> Sheet:
    """The sheet from its cell A1 on, so that positions are the numbers that a person sees."""
    rows = [[_cell(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    others = [one for one in _sheets(book) if one != sheet.name]
    remarks = [f"The sheet {sheet.name} was read, not {_listed(others)}."] if others else []
    merged = _fill_merged(rows, sheet)
    if merged:
        cells = "1 range of merged cells" if merged == 1 else f"{merged:,} ranges of merged cells"
        remarks.append(
            f"{cells} has its value in each row."
            if merged == 1
            else f"{cells} have their value in each row."
        )
    remarks += _remarks_on_digits(rows)
    if scan:
        _put_errors(rows, scan)
        _put_percents(rows, scan)
        remarks += _remarks_on_formulas(scan)
    return Sheet(
        name=name,
        rows=rows,
        sniffed={"format": TITLE, "sheet": sheet.name},
        remarks=tuple(remarks),
        sheets=tuple(_sheets(book)),
    )


def _fill_merged(rows: list[list[object]], sheet: CalamineSheet) -> int:
    """Copy the value of cells merged over several rows into each of them; returns how many were merged."""
    count = 0
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or []:
        if bottom <= top or top >= len(rows) or left >= len(rows[top]) or rows[top][left] == "":
            continue
        count += 1
        for row in rows[top + 1 : bottom + 1]:
            row[left] = rows[top][left]
    return count


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _cell(cell: object) -> object:
    """Whole numbers as such; dates and times as ISO text, durations in hours, minutes and seconds."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _MOST_EXACT:
        return int(cell)
    if isinstance(cell, date):
        return of_value(cell)
    if isinstance(cell, time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell


def _put_errors(rows: Sequence[list[object]], scan: SheetScan) -> None:
    """Errors such as #DIV/0! back into their cells, so that the conversion can name them."""
    for (row, column), words in scan.errors.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = words or "#ERROR!"


def _put_percents(rows: Sequence[list[object]], scan: SheetScan) -> None:
    """Mark the numbers that the sheet shows in percent: 12 % is stored as 0.12, whatever the heading says."""
    for row, column in scan.shown_in_percent():
        cell = rows[row][column] if row < len(rows) and column < len(rows[row]) else None
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            rows[row][column] = Percent(cell)


def _remarks_on_digits(rows: Sequence[Sequence[object]]) -> list[str]:
    """A spreadsheet keeps the first 15 digits of a number, and zeros for the others."""
    long = [
        cell for row in rows for cell in row if isinstance(cell, float) and abs(cell) >= _MOST_EXACT
    ]
    whole = [cell for cell in long if cell.is_integer()]
    if not whole:
        return []
    numbers = "1 number has" if len(whole) == 1 else f"{len(whole):,} numbers have"
    return [
        f"{numbers} more digits than a spreadsheet keeps, the first is {whole[0]:.0f}: "
        "where all of them matter, have them written as text."
    ]


def _remarks_on_formulas(scan: SheetScan) -> list[str]:
    if not scan.unvalued:
        return []
    row, column = scan.unvalued[0]
    count = len(scan.unvalued)
    cells = "1 cell holds a formula" if count == 1 else f"{count:,} cells hold formulas"
    return [
        f"{cells} without a saved value, the first is {letter(column)}{row + 1}: "
        "read as empty. Open the workbook in Excel and save it, and the values are there."
    ]
