"""An address at which there is no page: the first page stands there, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import session
from ui.text import plain

if TYPE_CHECKING:
    from ui.shell import PageHeader

_LONGEST = 40


def note() -> None:
    """Notice that the browser asked for a page that there is not; to be called before the navigation is drawn.

    Streamlit 1.67 would draw the first page and lay a notice of its own over it, with words for who wrote the app.
    """
    from ui.shell import page_headers

    context = get_script_run_ctx(suppress_warning=True)
    if context is None or context.pages_manager.intended_page_script_hash:
        return
    name = context.pages_manager.intended_page_name or ""
    if name not in {"", *(header.url_path for header in page_headers())}:
        st.session_state[session.NO_PAGE] = name
        context.pages_manager.set_script_intent("", "")


def draw(current: PageHeader, pages: Sequence[PageHeader]) -> None:
    """A sentence with links to the `pages`, for as long as the first page stands there instead."""
    asked = st.session_state.get(session.NO_PAGE, "")
    if not asked:
        return
    if current.order or not urlsplit(st.context.url or "").path.endswith(f"/{asked}"):
        del st.session_state[session.NO_PAGE]  # somebody went on
        return
    with st.container(key="no_page"):
        words = f"There is no page at this address (“{asked[:_LONGEST]}”). These are the pages:"
        st.warning(plain(words), icon=":material/link_off:")
        with st.container(horizontal=True, gap="small"):
            for page in pages:
                st.page_link(str(page.path), label=page.title, icon=page.icon, width="content")
