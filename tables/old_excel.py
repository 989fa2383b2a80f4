"""Which cells of an old workbook (XLS) are shown in percent: the reader of workbooks gives their numbers alone.

The file is a container of streams ([MS-CFB]); the stream called Workbook, or Book before Excel 97, is a list of records
([MS-XLS]): number formats, cell styles that name one, where each sheet begins, and cells that name a style.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tables.sheet_xml import PERCENT_FORMATS, SheetScan, is_percent

_SECTOR_END = 0xFFFFFFFA  # and above: no sector
_SMALL = 4096  # a stream below this size lies elsewhere; Excel writes none so small
_BOF, _EOF, _FORMAT, _XF, _SHEET = 0x0809, 0x000A, 0x041E, 0x00E0, 0x0085
_NUMBER, _RK, _MULTIPLE_RK, _FORMULA = 0x0203, 0x027E, 0x00BD, 0x0006
_EXCEL_97 = 0x0600


class Unknown(ValueError):
    """It is not laid out as such a file is."""


def scan(data: bytes) -> dict[str, SheetScan]:
    """The cells in percent of each sheet, by its name. Raises Unknown."""
    try:
        stream = _stream(data)
        book = _Book.of(stream)
        return {
            name: _scanned(stream, start, book.in_percent) for name, start in book.sheets.items()
        }
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise Unknown(str(error)) from error


@dataclass(frozen=True, kw_only=True)
class _Book:
    """Where sheets begin, by their names, and the numbers of the styles that show percent."""

    sheets: Mapping[str, int]
    in_percent: frozenset[int]

    @classmethod
    def of(cls, stream: bytes) -> _Book:
        is_new, formats, styles = True, {int(number) for number in PERCENT_FORMATS}, list[int]()
        sheets: dict[str, int] = {}
        for kind, body in _records(stream, 0):
            if kind == _BOF:
                is_new = struct.unpack_from("<H", body)[0] >= _EXCEL_97
            elif kind == _FORMAT and is_percent(_text(body, 2, is_new, wide_count=is_new)):
                formats.add(struct.unpack_from("<H", body)[0])
            elif kind == _XF:
                styles.append(struct.unpack_from("<H", body, 2)[0])
            elif kind == _SHEET:
                sheets[_text(body, 6, is_new, wide_count=False)] = struct.unpack_from("<I", body)[0]
        in_percent = frozenset(i for i, number in enumerate(styles) if number in formats)
        return cls(sheets=sheets, in_percent=in_percent)


def _text(body: bytes, at: int, is_new: bool, *, wide_count: bool) -> str:
    """A text after its length; since Excel 97 with a byte that says how wide its characters are."""
    count = struct.unpack_from("<H" if wide_count else "<B", body, at)[0]
    at += 2 if wide_count else 1
    if not is_new:
        return body[at : at + count].decode("cp1252", "replace")
    is_wide = body[at] & 1
    text = body[at + 1 : at + 1 + count * (2 if is_wide else 1)]
    return text.decode("utf-16-le" if is_wide else "latin-1", "replace")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from a place on, up to the end of what begins there; what lies within, such as a chart, is left out."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _scanned(stream: bytes, start: int, in_percent: frozenset[int]) -> SheetScan:
    result = SheetScan()
    for kind, body in _records(stream, start):
        if kind in (_NUMBER, _RK, _FORMULA):
            row, column, style = struct.unpack_from("<HHH", body)
            if style in in_percent:
                result.add_percent(row, column)
        elif kind == _MULTIPLE_RK:
            row, first = struct.unpack_from("<HH", body)
            for place in range((len(body) - 6) // 6):
                if struct.unpack_from("<H", body, 4 + 6 * place)[0] in in_percent:
                    result.add_percent(row, first + place)
    return result


@dataclass(kw_only=True)
class _Container:
    """The sectors of a file, and which follows which."""

    data: bytes
    size: int
    follows: list[int] = field(default_factory=list)

    def chain(self, first: int) -> bytes:
        """The content of the sectors from one on."""
        return b"".join(self.data[(s + 1) * self.size :][: self.size] for s in self.numbers(first))

    def numbers(self, first: int) -> Iterator[int]:
        """The sectors from one on. Raises Unknown for a ring."""
        for _ in range(len(self.follows) + 1):
            if first >= _SECTOR_END:
                return
            yield first
            first = self.follows[first]
        raise Unknown("sectors in a ring")


def _stream(data: bytes) -> bytes:
    """The records of the workbook."""
    container = _container(data)
    directory = container.chain(struct.unpack_from("<I", data, 48)[0])
    entries = {_name(directory, at): at for at in range(0, len(directory) - 127, 128)}
    at = entries.get("Workbook", entries.get("Book"))
    if at is None:
        raise Unknown("no workbook in it")
    first, size = struct.unpack_from("<II", directory, at + 116)
    if size < _SMALL:
        raise Unknown("the workbook lies in small sectors")
    return container.chain(first)[:size]


def _name(directory: bytes, at: int) -> str:
    size = struct.unpack_from("<H", directory, at + 64)[0]
    return directory[at : at + max(size - 2, 0)].decode("utf-16-le", "replace")


def _container(data: bytes) -> _Container:
    shift, table_sectors = struct.unpack_from("<H", data, 30)[0], list[int]()
    if shift not in (9, 12):
        raise Unknown(f"sectors of 2 to the {shift}")
    container = _Container(data=data, size=1 << shift)
    table_sectors += struct.unpack_from("<109I", data, 76)
    next_sector, each = struct.unpack_from("<I", data, 68)[0], container.size // 4
    for _ in range(len(data) // container.size):
        if next_sector >= _SECTOR_END:
            break
        numbers = struct.unpack_from(f"<{each}I", data, (next_sector + 1) * container.size)
        table_sectors += numbers[:-1]
        next_sector = numbers[-1]
    used = [sector for sector in table_sectors if sector < _SECTOR_END]
    if len(used) > len(data) // container.size // each + 2:
        raise Unknown("more sectors than the file has")
    for sector in used:
        container.follows += struct.unpack_from(f"<{each}I", data, (sector + 1) * container.size)
    return container
