"""How far inputs lie from the nearest earlier one, held against how far these lie from each other.

The distance to the nearest neighbour is the measure of strangeness; its rank among those of the earlier inputs, each from all
others, is a conformal p-value (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005; with neighbours:
Laxhammar and Falkman, 2011):

    p = (1 + number of earlier scores that are at least as high) / (n + 1)

Of inputs that come like the earlier ones at most a share `a` has p <= a, whatever their distribution. That the earlier
scores leave the new input out changes nothing: it could only bring an earlier score down to the new one's own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def nearest(known: Floats, rows: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """The distance of each row (m, d) to the nearest of the known ones (n, d), and which that is."""
    squares = _squares(rows, known)
    places = squares.argmin(axis=1)
    return np.sqrt(squares[np.arange(len(rows)), places]), places


def from_each_other(known: Floats) -> Floats:
    """The distance of each known row (n, d) to the nearest of the others."""
    squares = _squares(known, known)
    np.fill_diagonal(squares, np.inf)
    found: Floats = np.sqrt(squares.min(axis=1))
    return found


def p_values(scores: Floats, earlier: Floats) -> Floats:
    """The conformal p-value of each score (m,) among the earlier ones (n,), which are in rising order."""
    at_least = len(earlier) - np.searchsorted(earlier, scores, side="left")
    return (1.0 + at_least) / (len(earlier) + 1.0)


def _squares(left: Floats, right: Floats) -> Floats:
    """Squared Euclidean distances (m, n) by the product of matrices, which is quick and never below 0."""
    lengths = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)[None, :]
    found: Floats = np.maximum(lengths - 2.0 * left @ right.T, 0.0)
    return found
