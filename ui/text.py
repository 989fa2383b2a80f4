"""Words from outside, made safe to draw: whatever a server or a file says is shown as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from explanations.formatting import amount, number, percent

__all__ = ["amount", "exact", "number", "percent", "plain"]

_MOST_EXACT = 2**53  # of whole numbers that a browser holds

# What means something inside a line, and what does so only at its beginning. Nothing more is escaped:
# labels are read aloud as they are written, backslashes included.
_INLINE = re.compile(r"([\\`*\[\]<$~&]|(?<!\w)_|_(?!\w)|:(?=[A-Za-z/])|(?<=\bwww)\.)")
_BLOCK = re.compile(r"^([#>+\-=]|\d+(?=[.)]))")


def plain(words: str) -> str:
    """Text that Markdown shows as it is: no emphasis, links, pictures, colours, maths or HTML."""
    line = _INLINE.sub(r"\\\1", " ".join(words.split()))
    return _BLOCK.sub(_escaped_start, line)


def many(count: int, one: str) -> str:
    """ "1 row", "1,234 rows": a number with its noun, whose plural takes an s."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def exact(value: object) -> object:
    """JSON whose long whole numbers are texts: a browser reads numbers as floats and drops their last digits."""
    if isinstance(value, Mapping):
        return {name: exact(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [exact(member) for member in value]
    is_long = isinstance(value, int) and abs(value) > _MOST_EXACT
    return str(value) if is_long else value


def _escaped_start(match: re.Match[str]) -> str:
    start = match.group(1)
    return f"{start}\\" if start.isdigit() else f"\\{start}"
