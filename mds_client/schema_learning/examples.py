"""Examples: whole rows that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from mds_client.schema_learning.cells import Cells
from mds_client.schema_learning.columns import Column

EXAMPLES = 10
_MOST_CANDIDATES = 200
_MOST_COMPARED = 100


def varied(columns: Sequence[Column]) -> list[int]:
    """Up to ten rows of the sample, each chosen to differ most from those chosen before."""
    compared = columns[:: -(-len(columns) // _MOST_COMPARED)]
    rows = list({_content(compared, row): row for row in reversed(_candidates(columns))}.values())
    rows.sort()
    graded = [_graded([column.values[row] for row in rows]) for column in compared]
    marks = {row: [(i, g[place]) for i, g in enumerate(graded)] for place, row in enumerate(rows)}
    chosen: list[int] = []
    shown: Counter[tuple[int, object]] = Counter()
    while rows and len(chosen) < EXAMPLES:
        best = min(rows, key=lambda row: (sum(shown[mark] for mark in marks[row]), row))
        rows.remove(best)
        chosen.append(best)
        shown.update(marks[best])
    return chosen


def _content(columns: Sequence[Column], row: int) -> str:
    return repr([str(column.values[row])[:100] for column in columns])


def _candidates(columns: Sequence[Column]) -> list[int]:
    """Rows with the fewest gaps, from everywhere in the sample."""
    gaps = np.zeros(len(columns[0].values), dtype=int)
    for column in columns:
        gaps += [value is None for value in column.values]
    if gaps.min() == len(columns):
        return []
    rows = np.flatnonzero(gaps == gaps.min())
    if len(rows) < EXAMPLES:
        rows = np.sort(np.argsort(gaps, kind="stable")[:EXAMPLES])
    spread = np.linspace(0, len(rows) - 1, min(len(rows), _MOST_CANDIDATES)).astype(int)
    return list(map(int, rows[spread]))


def _graded(values: Cells) -> list[object]:
    """Numbers as their quartile, anything else as its text."""
    numbers = [value for value in values if isinstance(value, int | float)]
    edges = np.percentile(np.asarray(numbers or [0], dtype=np.float64), [25, 50, 75])
    return [
        int(np.searchsorted(edges, value)) if isinstance(value, int | float) else str(value)[:100]
        for value in values
    ]
