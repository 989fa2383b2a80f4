"""The quiet mark of what the demonstration asked: on a case, in lists, and beside figures that it is part of."""

from __future__ import annotations

import streamlit as st

from cases.queries import CaseView
from health.summary import HISTORY, demonstration_words
from ui import session

WORD = "Demonstration"
WHAT = (
    "Part of the history that the demonstration opens with: a real answer to a question that nobody asked, dated back. Its time is "
    "drawn from those of real requests."
)
_RESET = "[Remove it on *You*](you)"


def draw_badge(case: CaseView) -> None:
    """A badge on a case of the demonstration; nothing on any other."""
    if case.is_demonstration:
        _draw(WHAT)


def draw_figures_badge(count: int) -> None:
    """The same badge on figures that so many cases of the demonstration are in; nothing without any."""
    if count:
        are = "1 case is" if count == 1 else f"{count:,} cases are"
        _draw(f"{are} {HISTORY}")


def _draw(why: str) -> None:
    st.badge(WORD, icon=":material/science:", color="gray", help=why)


def draw_line(count: int, cases: int, again: int = 0) -> None:
    """How many of these cases are the demonstration's, what those are that were asked again, and the way to their removal for who may; nothing without any."""
    words = demonstration_words(count, cases, again)
    if words:
        way = f" {_RESET}." if session.viewer().scope.is_all else ""
        st.markdown(f":material/science: {words}{way}")
