"""A text with its words tinted where they stand, as HTML in which nothing of the text is HTML."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import streamlit as st

# The blue and the orange of the charts; words keep the page's own colour, light or dark.
_FOR, _AGAINST = "59,130,246", "234,115,23"
_STRONGEST, _FAINTEST = 0.6, 0.06
MOST_DRAWN = 100_000
_BOX = (
    "white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate;max-height:22rem;overflow:auto;"
    "line-height:1.9;padding:0.5rem 0.75rem;border-radius:8px;background:rgba(128,140,160,0.08)"
)
_WORD = "border-radius:4px;padding:0.1em 0.12em;box-decoration-break:clone"
# A sign beside the word, so that nobody needs colours; it is not copied with the text.
_SIGN = "user-select:none;font-weight:700;padding:0 0.1em"
_UNSEEN = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Characters `start` to `end` of a text: tinted by `strength` from -1 to 1, `words` beside the pointer.

    Where it `is_signed` a plus or a minus stands beside it.
    """

    start: int
    end: int
    strength: float
    words: str
    is_signed: bool = False


def draw(text: str, marks: Sequence[Mark], label: str) -> None:
    """The text with its marks, in reading order; `label` says for screen readers what they show."""
    st.html(marked(text, marks, label))
    if len(text) > MOST_DRAWN:
        st.caption(f"The first {MOST_DRAWN:,} of {len(text):,} characters.")


def marked(text: str, marks: Sequence[Mark], label: str) -> str:
    """The HTML of `draw`. Every character of the text is escaped; what steers the direction of writing
    or cannot be seen is shown as one sign, so that it reorders nothing around it."""
    body = "".join(_pieces(text[:MOST_DRAWN], marks))
    named = f'role="group" aria-label="{html.escape(_visible(label))}"'
    return f'<div {named} tabindex="0" dir="auto" data-testid="marked" style="{_BOX}">{body}</div>'


def _pieces(text: str, marks: Sequence[Mark]) -> Iterator[str]:
    place = 0
    for mark in marks:
        if mark.end > len(text) or mark.start < place:
            continue
        yield _escaped(text[place : mark.start])
        yield _tinted(mark, _escaped(text[mark.start : mark.end]))
        place = mark.end
    yield _escaped(text[place:])


def _tinted(mark: Mark, words: str) -> str:
    size = abs(mark.strength)
    if size < _FAINTEST:
        return words
    is_for = mark.strength > 0
    style = f"{_WORD};background:rgba({_FOR if is_for else _AGAINST},{_STRONGEST * size:.2f})"
    sign = f'<sup style="{_SIGN}">{"+" if is_for else "−"}</sup>' if mark.is_signed else ""
    title = html.escape(_visible(mark.words))
    return f'<span style="{style}" title="{title}">{words}{sign}</span>'


def _escaped(text: str) -> str:
    return html.escape(_visible(text))


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char
        if char in "\n\t" or unicodedata.category(char)[0] != "C" or char in "\u200d\u200c"
        else _UNSEEN
        for char in text.replace("\r\n", "\n").replace("\r", "\n")
    )
