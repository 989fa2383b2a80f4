"""Cells of a file that are read as empty, since a word in them says nothing: counted as they are written, and told by column."""

from __future__ import annotations

from collections.abc import Mapping

MOST_WORDS = 20
OTHERS = "…"
_MOST_SHOWN = 3

Counts = Mapping[str, int]


def added(before: Counts, more: Counts) -> dict[str, int]:
    """Both together; of very many different words the rarer ones under one name."""
    together = dict(before)
    for word, count in more.items():
        known = word in together or len(together) < MOST_WORDS
        name = word if known else OTHERS
        together[name] = together.get(name, 0) + count
    return together


def in_words(column: str, counts: Counts) -> str:
    """As in `age: 14 cells read as empty: NA, n/a`."""
    count = sum(counts.values())
    spelt = dict.fromkeys(
        word.strip() for word, _ in sorted(counts.items(), key=lambda each: -each[1])
    )
    shown = [word for word in spelt if word != OTHERS]
    if OTHERS in spelt or len(shown) > _MOST_SHOWN + 1:  # one more takes no more room than the dots
        shown = [*shown[:_MOST_SHOWN], OTHERS]
    cells = "1 cell" if count == 1 else f"{count:,} cells"
    return f"{column}: {cells} read as empty: {', '.join(shown)}"
