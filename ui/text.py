"""Words from outside, made safe to draw: whatever a server or a file says is shown as plain text."""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])")


def plain(words: str) -> str:
    """Text that Markdown shows as it is: no emphasis, links, pictures, colours, maths or HTML."""
    return _MARKDOWN.sub(r"\\\1", " ".join(words.split()))


def number(value: float) -> str:
    """Three significant digits, without an exponent for everyday sizes."""
    if value == 0 or 0.001 <= abs(value) < 1e6:
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:.3g}"


def percent(share: float) -> str:
    """A share as a person reads it: never 100 % or 0 % for something that is only nearly so."""
    if share > 0.99:
        return "100 %" if share == 1 else "over 99 %"
    if share < 0.01:
        return "0 %" if share == 0 else "under 1 %"
    return f"{share * 100:.0f} %"
