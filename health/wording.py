"""Shares in words: each with its 95 % interval and how many cases it is of."""

from __future__ import annotations

import math

from health.estimates import Rate
from health.status import share_words
from health.weighted import Share


def percent(share: float, *, is_up: bool = False) -> str:
    """A share with two decimals at most, rounded down: a service that failed once is never at 100 %."""
    hundredths = round(share * 1e4, 6)
    return f"{(math.ceil(hundredths) if is_up else math.floor(hundredths)) / 100:g} %"


def value_words(found: Rate) -> str:
    """`1.46 %`, with as many decimals as the ends of its interval; 100 and 0 are for what is exactly so."""
    if found.value is None:
        return "–"
    hundredths = round(found.value * 1e4)
    if 0 < found.value < 1:
        hundredths = min(max(hundredths, 1), 9_999)
    return f"{hundredths / 100:g} %"


def rate_words(found: Rate) -> str:
    """`99.78 % (99.55 to 99.9 %) of 4,210`."""
    if found.value is None:
        return "nothing known"
    ends = f"{percent(found.low)[:-2]} to {percent(found.high, is_up=True)}"
    return f"{percent(found.value)} ({ends}) of {found.n:,}"


def ends_words(found: Rate) -> str:
    """`99.55–99.9 %`, the interval alone."""
    return f"{percent(found.low)[:-2]}–{percent(found.high, is_up=True)}"


def counted_words(found: Rate) -> str:
    """`5 of 204 (1.05–5.61 %)`: how many, with the interval of their share."""
    ends = f" ({ends_words(found)})" if found.n else ""
    return f"{found.count:,} of {found.n:,}{ends}"


def share_text(found: Share, of: str = "") -> str:
    """`86 % (80–91 %), n=142`; `of` says of what, such as right."""
    if found.value is None:
        return "not known, n=0"
    ends = f"{found.low * 100:.0f}–{found.high * 100:.0f} %"
    return f"{share_words(found.value)}{of and ' '}{of} ({ends}), n={found.n:,}"
