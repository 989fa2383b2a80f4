"""What is inside a ZIP, and a workbook is one: never more than allowed, nothing written to disk."""

from __future__ import annotations

import io
import zipfile

from tables.errors import Locked, TooLarge, UnreadableFile
from tables.table import Limits

START = b"PK\x03\x04"


def opened(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """The archive, once what it says of itself is within the limits.

    Raises Locked when an entry needs a password, TooLarge, UnreadableFile when it is damaged.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise damaged(error) from error
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise TooLarge(
            f"The archive holds {len(entries):,} files, and at most {limits.entries:,} are read.",
            advice="Split it into several archives.",
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise Locked(
            "The archive is protected with a password.", advice="Pack it without a password."
        )
    _check_unpacked(sum(entry.file_size for entry in entries), limits)
    return archive


def content(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """The bytes of one entry. Raises TooLarge above `most` bytes, UnreadableFile when damaged."""
    try:
        with archive.open(name) as stream:
            data = stream.read(most + 1)
    except Exception as error:  # zlib, lzma and bz2 each have an error of their own
        raise damaged(error) from error
    if len(data) > most:
        raise TooLarge(
            f"A file in the archive is too large: more than {most / 2**20:,.0f} MB.",
            advice="Leave it out, or make it smaller.",
        )
    return data


def damaged(error: Exception) -> UnreadableFile:
    """The error for an archive that cannot be unpacked."""
    return UnreadableFile(
        "The file cannot be unpacked: it is damaged or cut off.",
        advice="Open it where it comes from, save it again and upload that.",
        detail=f"{type(error).__name__}: {error}",
    )


def _check_unpacked(size: int, limits: Limits) -> None:
    if size > limits.unpacked:
        raise TooLarge(
            f"The file unpacks to {size / 2**20:,.0f} MB, and at most "
            f"{limits.unpacked / 2**20:,.0f} MB are read at once.",
            advice="Split the file, or leave out what the model does not need.",
        )
