"""A file as it came: its name and its bytes, never more of them than allowed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tables.errors import TooLarge, UnreadableFile
from tables.table import Limits

Given = bytes | str | os.PathLike[str] | BinaryIO


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file in memory. `inside` when it came out of an archive: that is not done twice."""

    name: str
    data: bytes
    inside: bool = False

    @property
    def suffix(self) -> str:
        """The end of the name in small letters, with its dot."""
        return Path(self.name).suffix.lower()

    @property
    def head(self) -> bytes:
        """The first 4 kB."""
        return self.data[:4096]


def taken(given: Given, name: str, limits: Limits) -> Upload:
    """The bytes of a path or an open file. The size is looked at before anything is read.

    Raises UnreadableFile where the file cannot be opened, TooLarge above `limits.size`.
    """
    if isinstance(given, bytes):
        _check_size(len(given), limits)
        return Upload(name=name, data=given)
    try:
        return _opened(given, name, limits)
    except OSError as error:
        raise UnreadableFile(
            "The file could not be opened.", advice="Upload it again.", detail=str(error)
        ) from error


def _opened(given: str | os.PathLike[str] | BinaryIO, name: str, limits: Limits) -> Upload:
    if isinstance(given, str | os.PathLike):
        _check_size(Path(given).stat().st_size, limits)
        with Path(given).open("rb") as stream:
            return Upload(name=name or Path(given).name, data=_read(stream, limits))
    if given.seekable():
        _check_size(given.seek(0, os.SEEK_END), limits)
        given.seek(0)
    return Upload(name=name or str(getattr(given, "name", "")), data=_read(given, limits))


def _read(stream: BinaryIO, limits: Limits) -> bytes:
    data = bytes(stream.read(limits.size + 1))
    _check_size(len(data), limits)
    return data


def _check_size(size: int, limits: Limits) -> None:
    if size > limits.size:
        raise TooLarge(
            f"The file is too large: {size / 2**20:,.0f} MB, and at most "
            f"{limits.size / 2**20:,.0f} MB are read at once.",
            advice="Split the file, leave out the columns that the model does not need, "
            "or save it as Parquet.",
        )
