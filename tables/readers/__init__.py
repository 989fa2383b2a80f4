"""The formats of files. Every module beside this one reads a format; so does what an installed package
offers as entry point in the group `mds_workbench.readers`.

A reader has `NAME`, `TITLE` (its name in words), `SUFFIXES` (how such files end), `ORDER` (who is asked
first), `matches(upload)` (whether the bytes are of its format; names may lie) and `read(upload, choices,
limits)`, which returns a `Table` or raises `UnreadableFile`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Protocol, cast

from tables import packed
from tables.table import Choices, Limits, Table
from tables.upload import Upload

GROUP = "mds_workbench.readers"


class Reader(Protocol):
    """What every module in this folder provides."""

    NAME: str
    TITLE: str
    SUFFIXES: tuple[str, ...]
    ORDER: int

    def matches(self, upload: Upload) -> bool:
        """Whether the file is of this format, by its bytes."""

    def read(self, upload: Upload, choices: Choices, limits: Limits) -> Table:
        """The table in the file. Raises UnreadableFile."""


@cache
def readers() -> dict[str, Reader]:
    """Every reader by its name, in the order in which they are asked."""
    ours = [import_module(f"{__name__}.{loaded.name}") for loaded in iter_modules(__path__)]
    theirs = [loaded.load() for loaded in entry_points(group=GROUP)]
    loaded = [cast(Reader, module) for module in (*ours, *theirs)]
    return {reader.NAME: reader for reader in sorted(loaded, key=lambda r: (r.ORDER, r.NAME))}


def suffixes() -> tuple[str, ...]:
    """The ends of all file names that can be read, such as `.csv`; for the file chooser."""
    ends = (end for reader in readers().values() for end in reader.SUFFIXES)
    return tuple(dict.fromkeys((*ends, *packed.SUFFIXES)))


def table_suffixes() -> tuple[str, ...]:
    """The same, without single pictures and sounds, which hold no rows."""
    single = readers()["picture"].SUFFIXES
    return tuple(end for end in suffixes() if end not in single)
