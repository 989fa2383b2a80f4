"""Notes below a table: where they come from, what a mark means, how many rows there are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tables.header import Row, is_blank, is_value

_MOST = 50  # rows at the end that are looked at
_COMPARED = 500
_NOTE = re.compile(
    r"(?:notes?|sources?|quellen?|fuentes?|fonte|anmerkung|hinweis|fu(?:ß|ss)note|legende?|remarks?|stand|"
    r"updated|last updated?|extracted|generated|exported|downloaded|data (?:from|as of)|end of)\b.*"
    r"|[*†‡§©¹²³].*|\(?\d{1,2}\)\s*\D.*|[a-z]\)\s.*|\[[a-z0-9]{1,2}\]\s.*"
    r"|\(?\d[\d,. ]*\s+(?:rows?|records?|zeilen?|lignes?|filas?)\b.*",
    re.IGNORECASE | re.DOTALL,
)


def notes_below(rows: Sequence[Row], width: int) -> int:
    """How many of the last rows are notes: one cell of words each, where the table has several columns."""
    count = 0
    if width < 2:
        return 0
    for row in reversed(rows[-_MOST:]):
        if count >= len(rows) - 1 or not _is_note(row, rows[: -count - 1], width):
            break
        count += 1
    return count


def _is_note(row: Row, above: Sequence[Row], width: int) -> bool:
    places = [i for i, cell in enumerate(row) if not is_blank(cell)]
    if len(places) != 1 or is_value(row[places[0]]):
        return False
    text = str(row[places[0]]).strip()
    if _NOTE.fullmatch(text):
        return True
    sample = above[-_COMPARED:]
    others = [r[places[0]] for r in sample if places[0] < len(r) and not is_blank(r[places[0]])]
    if width < 3 or not others:
        return False
    return sum(map(is_value, others)) > 0.8 * len(others) or _is_prose(text, others)


def _is_prose(text: str, others: Sequence[object]) -> bool:
    longest = max(len(str(cell)) for cell in others)
    return len(text.split()) >= 4 and len(text) > 2 * longest
