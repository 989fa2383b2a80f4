"""Long sentences in a table: as many lines as they need."""

from __future__ import annotations

# How wide a column of sentences is, in pixels.
SENTENCE_WIDTH = 420
_LETTERS, _LINE = 52, 21


def row_height(letters: int) -> int | None:
    """How high rows are, in pixels, in which so many letters stand whole; None for the usual height."""
    lines = -(-letters // _LETTERS)
    return None if lines < 2 else lines * _LINE + _LINE // 2
