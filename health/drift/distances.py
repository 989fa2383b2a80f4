"""How different two distributions are, and how surprising that is.

PSI = sum((p - q) ln(p / q)), the population stability index (Lewis, 1994; the symmetrised divergence of Kullback and Leibler);
the Jensen-Shannon distance, the root of the divergence (Lin, 1991) to base 2, from 0 to 1; the two-sample test of Kolmogorov and
Smirnov with its limiting distribution; and Pearson's chi-squared test of homogeneity.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, kolmogorov

Floats = NDArray[np.float64]
# PSI has no value for an empty cell: half a case is added to each (Jeffreys).
_ADDED = 0.5
# Pearson's test wants this many expected cases in a cell; rarer categories are counted together, as many as that takes.
LEAST_EXPECTED = 5.0


def psi(before: ArrayLike, after: ArrayLike) -> float:
    """PSI of two rows of counts (k,); half a case is added to each cell."""
    p, q = _shares(before, _ADDED), _shares(after, _ADDED)
    return float(np.sum((q - p) * np.log(q / p)))


def jensen_shannon(before: ArrayLike, after: ArrayLike) -> float:
    """The Jensen-Shannon distance of two rows of counts (k,), from 0 to 1."""
    p, q = _shares(before), _shares(after)
    middle = (p + q) / 2
    divergence = (_kullback_leibler(p, middle) + _kullback_leibler(q, middle)) / 2
    return math.sqrt(max(0.0, divergence))


def kolmogorov_smirnov(before: ArrayLike, after: ArrayLike) -> tuple[float, float]:
    """The largest gap of the two empirical distributions of numbers (n,) and (m,), and its chance without a change."""
    first, second = np.sort(np.asarray(before, float)), np.sort(np.asarray(after, float))
    both = np.concatenate([first, second])
    gaps = np.searchsorted(first, both, side="right") / len(first) - np.searchsorted(
        second, both, side="right"
    ) / len(second)
    gap = float(np.max(np.abs(gaps)))
    return gap, smirnov_chance(gap, len(first), len(second))


def smirnov_chance(gap: float, n: int, m: int) -> float:
    """The chance of so large a gap between the empirical distributions of n and m numbers without a change."""
    return float(kolmogorov(math.sqrt(n * m / (n + m)) * gap))


def chi_squared(before: ArrayLike, after: ArrayLike) -> float:
    """The chance of two rows of counts (k,) this different without a change; 1 where there is nothing to compare."""
    table = np.vstack([np.asarray(before, float), np.asarray(after, float)])
    table = _without_rare(table[:, table.sum(axis=0) > 0])
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return 1.0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    statistic = float(np.sum((table - expected) ** 2 / expected))
    return float(chdtrc(table.shape[1] - 1, statistic))


def _without_rare(table: Floats) -> Floats:
    """The columns of which too few cases are expected in a row, together with those after them until there are enough: in the
    given order, which must not tell the rows apart. All of them as one would hide that one half took the place of the other."""
    rows = table.sum(axis=1)
    least = rows.min() / rows.sum() * table.sum(axis=0) if rows.sum() else table.sum(axis=0)
    is_rare = least < LEAST_EXPECTED
    if is_rare.sum() < 2:
        return table
    groups: list[list[int]] = [[]]
    for place in np.flatnonzero(is_rare):
        groups[-1].append(int(place))
        if least[groups[-1]].sum() >= LEAST_EXPECTED:
            groups.append([])
    rest = groups.pop()
    if groups:
        groups[-1] += rest
    together = [table[:, places].sum(axis=1) for places in groups or [rest]]
    return np.column_stack([table[:, ~is_rare], *together])


def _shares(counts: ArrayLike, added: float = 0.0) -> Floats:
    given = np.asarray(counts, dtype=float) + added
    total = given.sum()
    return given / total if total else given


def _kullback_leibler(p: Floats, q: Floats) -> float:
    there = p > 0
    return float(np.sum(p[there] * np.log2(p[there] / q[there])))
