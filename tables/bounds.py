"""Limits on rows, columns and cells, checked before a table fills the memory."""

from __future__ import annotations

from tables.errors import TooLarge
from tables.table import Limits


def check(rows: int, columns: int, limits: Limits) -> None:
    """Raises TooLarge where a table of this extent goes beyond the limits."""
    for word, count, most in (
        ("rows", rows, limits.rows),
        ("columns", columns, limits.columns),
        ("cells", rows * columns, limits.cells),
    ):
        if count > most:
            raise too_large(word, count, most)


def too_large(word: str, count: int, most: int) -> TooLarge:
    """The error for so many rows, columns or cells."""
    return TooLarge(
        f"The table is too large: {count:,} {word}, and at most {most:,} are read at once.",
        advice="Split the file, or leave out the columns that the model does not need.",
    )
