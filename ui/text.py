"""Words from outside, made safe to draw: whatever a server or a file says is shown as plain text."""

from __future__ import annotations

import re

from explanations.wording import number, percent

__all__ = ["number", "percent", "plain"]

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])")


def plain(words: str) -> str:
    """Text that Markdown shows as it is: no emphasis, links, pictures, colours, maths or HTML."""
    return _MARKDOWN.sub(r"\\\1", " ".join(words.split()))
