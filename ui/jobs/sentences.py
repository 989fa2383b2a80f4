"""Long sentences in a table: as many lines as they need, up to three; the whole sentence stands where the work is shown."""

from __future__ import annotations

# How wide a column of sentences is, in pixels.
SENTENCE_WIDTH = 400
MOST = 150  # letters of a sentence that is said in full elsewhere
_LETTERS, _LINE = 50, 21


def row_height(letters: int) -> int | None:
    """How high rows are, in pixels, in which so many letters stand whole; None for the usual height."""
    lines = -(-letters // _LETTERS)
    return None if lines < 2 else lines * _LINE + _LINE // 2
