"""What every page shares: the mark and name of the product, the styles, and what the tab of the browser is called."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from ui import history, scripts, session

PRODUCT = "MDS Workbench"
_FOLDER = Path(__file__).resolve().parent
# A Material icon would be fetched from its maker.
MARK = str(_FOLDER / "icon.png")
_STYLE = _FOLDER / "style.css"
# A page alone, as in another page's frame: no navigation, and no choice of another model.
_ALONE = """<style>[data-testid="stHeader"], .st-key-model_bar { display: none; }
[data-testid="stMainBlockContainer"] { padding-top: var(--space-4); }</style>"""


def draw() -> None:
    """The mark with the name beside it, the styles, and what shows the page once it stands; before anything else of a page."""
    st.set_page_config(page_title=PRODUCT, page_icon=MARK, layout="wide")
    st.logo(MARK, size="large")
    st.html(_STYLE)
    scripts.run("outline", "frame_outline", {})
    if is_alone():
        st.html(_ALONE)


def is_alone() -> bool:
    """Whether the address asks for the page alone (`embed=true`)."""
    return bool(st.context.is_embedded)


def draw_way_out() -> None:
    """Where a page stands alone: what this is, and the same with everything around it in a tab of its own."""
    if is_alone():
        address = f"?{urlencode(st.query_params.to_dict())}"
        words = f"Open in {PRODUCT}"
        st.html(f'<a class="mds-way-out" href="{escape(address)}" target="_blank">{words}</a>')


def open_page(title: str) -> None:
    """Call the tab after the page, and remember the page for `name_tab`."""
    history.note(title)
    if st.session_state.get(session.PAGE) != title:
        for of_address in (session.LINKED, session.NAMED):
            st.session_state.pop(of_address, None)
    st.session_state[session.PAGE] = title
    st.set_page_config(page_title=f"{title} · {PRODUCT}")


def name_tab(subject: str) -> None:
    """Call the tab after what the page is about: Penguins · Predict."""
    st.set_page_config(page_title=f"{subject} · {st.session_state.get(session.PAGE, PRODUCT)}")
