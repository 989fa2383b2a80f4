"""Probabilities of one whole in words that add up to a hundred, as far as that is honest."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from explanations.formatting import GAP
from ui.text import percent

_SUM = 1e-3


def words_for(shares: Sequence[float]) -> Callable[[float], str]:
    """The words for each of these shares, the highest first: that is the answer, and keeps the words that it has in
    every sentence.

    Where they are parts of one whole, all are rounded to the step of the first, and what is left of the hundred goes
    to the largest remainders (Hamilton's method). Where equal shares would get different numbers, or a smaller one more
    than a larger one, each is rounded by itself.
    """
    first = percent(shares[0]) if shares else ""
    if len(shares) < 3 or "than" in first or abs(math.fsum(shares) - 1) > _SUM:
        return percent
    steps = 10 if "." in first else 1  # to a percent
    counts = _counts(shares, round(float(first.removesuffix(f"{GAP}%")) * steps), steps)
    if not counts or not _is_honest(shares, counts):
        return percent
    words = {
        share: _in_words(share, count, steps) for share, count in zip(shares, counts, strict=True)
    }
    return lambda share: words.get(share) or percent(share)


def _counts(shares: Sequence[float], first: int, steps: int) -> list[int]:
    """How many steps each gets, the first as given; nothing where they do not add up."""
    exact = [round(share * 100 * steps, 9) for share in shares[1:]]
    floors = [math.floor(each) for each in exact]
    left = 100 * steps - first - sum(floors)
    if not 0 <= left <= len(floors):
        return []
    by_remainder = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for place in by_remainder[:left]:
        floors[place] += 1
    return [first, *floors]


def _is_honest(shares: Sequence[float], counts: Sequence[int]) -> bool:
    pairs = pairwise(zip(shares, counts, strict=True))
    return all(
        one >= other and (share > lower or one == other) for (share, one), (lower, other) in pairs
    )


def _in_words(share: float, count: int, steps: int) -> str:
    if not count and share > 0:
        return f"less than {1 / steps:g}{GAP}%"
    return f"{count / steps:g}{GAP}%"
