"""A table where there is room for it; on a phone, where a table cannot be read, the same rows as lines below each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row for a phone: its `head`, what stands under it, and where a touch leads; empty for nowhere."""

    head: str
    more: Sequence[str]
    address: str = ""


def draw(name: str, table: Callable[[], None], lines: Sequence[Line]) -> None:
    """Both, of which the browser shows one by its width (ui/style.css); `name` tells this list from others of the page."""
    with st.container(key=f"wide_{name}"):
        table()
    with st.container(key=f"narrow_{name}"):
        st.html(html(lines))


def html(lines: Sequence[Line]) -> str:
    """The lines as HTML, every word of them escaped."""
    return f'<div class="mds-lines">{"".join(map(_line, lines))}</div>'


def _line(line: Line) -> str:
    more = "".join(f"<span>{escape(each)}</span>" for each in line.more if each)
    inside = f"<b>{escape(line.head)}</b>{more}"
    if not line.address:
        return f"<div>{inside}</div>"
    return f'<a href="{escape(line.address)}" target="_self">{inside}</a>'
