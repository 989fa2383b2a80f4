"""HTML in which everything is escaped unless it was made here: what a model or a person says can only be text."""

from __future__ import annotations

from html import escape

_EMPTY = {"meta", "img", "br"}


class Html(str):
    """Text that is HTML already. Only `tag` and `joined` make it."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str) -> Html:
    """An element with children and attributes, all escaped but what is Html; `class_` stands for `class`, `_` for `-`."""
    attributes_text = "".join(
        f' {key.strip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    if name in _EMPTY:
        return Html(f"<{name}{attributes_text}>")
    return Html(f"<{name}{attributes_text}>{joined(*children)}</{name}>")


def joined(*children: str) -> Html:
    """Children one after the other, escaped but what is Html."""
    return Html("".join(c if isinstance(c, Html) else escape(_printable(c)) for c in children))


def _printable(text: str) -> str:
    """Without control characters, which no HTML may hold; line breaks and tabs stay."""
    return "".join(c if c >= " " or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
