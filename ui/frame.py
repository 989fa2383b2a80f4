"""What every page shares: the mark and name of the product, the styles, and what the tab of the browser is called."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import session

PRODUCT = "MDS Workbench"
_FOLDER = Path(__file__).resolve().parent
# A Material icon would be fetched from its maker.
MARK = str(_FOLDER / "icon.png")
_STYLE = _FOLDER / "style.css"


def draw() -> None:
    """The mark with the name beside it, and the styles; before anything else of a page."""
    st.set_page_config(page_title=PRODUCT, page_icon=MARK, layout="wide")
    st.logo(MARK, size="large")
    st.html(_STYLE)


def open_page(title: str) -> None:
    """Call the tab after the page, and remember the page for `name_tab`."""
    if st.session_state.get(session.PAGE) != title:
        st.session_state.pop(session.LINKED, None)
    st.session_state[session.PAGE] = title
    st.set_page_config(page_title=f"{title} · {PRODUCT}")


def name_tab(subject: str) -> None:
    """Call the tab after what the page is about: Penguins · Predict."""
    st.set_page_config(page_title=f"{subject} · {st.session_state.get(session.PAGE, PRODUCT)}")
