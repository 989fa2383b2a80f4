"""Files for the tests, made in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

import openpyxl


def workbook(
    rows: Sequence[Sequence[object]],
    change: Callable[[openpyxl.Workbook], None] | None = None,
    **more: Sequence[Sequence[object]],
) -> bytes:
    """An XLSX workbook with these rows in its first sheet, and more sheets by name."""
    book = openpyxl.Workbook()
    for name, lines in {"Sheet": rows, **more}.items():
        sheet = book[name] if name in book else book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    if change:
        change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def archive(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP with these entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return stream.getvalue()


def repacked(data: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    """A ZIP with some of its entries changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    return archive({name: changes.get(name, bytes)(content) for name, content in files.items()})
