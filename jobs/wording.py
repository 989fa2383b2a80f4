"""What jobs say that ask about many rows, short files and large ones alike."""

from __future__ import annotations


def answered_in_words(answered: int, missing: int) -> str:
    """What came of rows: `99,997 rows were answered, 3 were not`."""
    rows = "1 row was" if answered == 1 else f"{answered:,} rows were"
    others = f", {missing:,} {'was' if missing == 1 else 'were'} not" if missing else ""
    return f"{rows} answered{others}"
