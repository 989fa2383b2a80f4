"""Files that are packed with gzip, such as `rows.csv.gz`: what is inside, never more of it than allowed."""

from __future__ import annotations

import zlib
from dataclasses import replace

from tables.errors import TooLarge, UnreadableFile
from tables.table import Limits
from tables.upload import Upload

SUFFIXES = (".gz",)
_START = b"\x1f\x8b\x08"
_GZIP = 16 + zlib.MAX_WBITS
_TAR = (".tgz", ".tar.gz", ".taz")


def unpacked(upload: Upload, limits: Limits) -> Upload:
    """The file inside, under its name; any other file as it is. What is packed twice is unpacked once.

    Raises TooLarge above `limits.unpacked`, UnreadableFile where it is damaged.
    """
    if not upload.data.startswith(_START) or upload.name.lower().endswith(_TAR):
        return upload
    name = upload.name[:-3] if upload.suffix in SUFFIXES else upload.name
    return replace(upload, name=name, data=_inflated(upload.data, limits.unpacked))


def _inflated(data: bytes, most: int) -> bytes:
    """What one member after the other holds."""
    parts: list[bytes] = []
    left = most
    while data.startswith(_START):
        member = zlib.decompressobj(_GZIP)
        try:
            part = member.decompress(data, left + 1)
        except zlib.error as error:
            raise _damaged(str(error)) from error
        if len(part) > left:
            raise TooLarge(
                f"The file is too large: unpacked it has more than {most / 2**20:,.0f} MB.",
                advice="Split the table, or leave out the columns that the model does not need.",
            )
        if not member.eof:
            raise _damaged("the end is missing")
        left -= len(part)
        parts.append(part)
        data = member.unused_data
    return b"".join(parts)


def _damaged(detail: str) -> UnreadableFile:
    return UnreadableFile(
        "The file is packed with gzip, but it is damaged or cut off.",
        advice="Pack it again, or upload the file without packing it.",
        detail=detail,
    )
