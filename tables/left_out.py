"""Why rows of a file are not sent, row by row, in words that may be kept: they have nothing of what the cells hold."""

from __future__ import annotations

from tables.converting import Converted
from tables.table import Table


def left_out(found: Converted, table: Table) -> tuple[int, list[tuple[str, str]]]:
    """How many rows are not sent, totals of others among them; and of those with a problem their places and the first
    problem of each."""
    why: dict[int, str] = {}
    for problem in found.problems:
        cell = problem.cell.strip()
        words = problem.sentence.replace(cell, "…") if cell else problem.sentence
        why.setdefault(problem.row, words)
    rows = [(f"{table.row_word} {number}", words) for number, words in why.items()]
    if found.totals:
        rows.append(("totals", f"{found.totals:,} rows are totals of others."))
    return found.left_out + found.totals, rows
