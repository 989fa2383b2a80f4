"""The file that a person chose, kept while its box is not drawn: they may look at one case, or another version, between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from ui import file_box, session
from ui.text import plain


@dataclass(frozen=True, kw_only=True)
class KeptUpload:
    """A file and its id in this session; `is_in_box` says that the box on the page holds it."""

    id: str
    name: str
    content: bytes
    is_in_box: bool = True


def choose(label: str, key: str, endings: Sequence[str], words: str) -> KeptUpload | None:
    """Draw the box; the file in it, else the one that was chosen before and not taken away since."""
    is_anew = (
        key not in st.session_state
    )  # a box that was not drawn last is empty, and that takes nothing away
    uploaded = file_box.choose(label, key, endings, words=words)
    kept: KeptUpload | None = st.session_state.get(session.UPLOAD)
    if uploaded is not None:
        if kept is None or kept.id != uploaded.file_id:
            kept = KeptUpload(id=uploaded.file_id, name=uploaded.name, content=uploaded.getvalue())
    elif kept and is_anew:
        kept = replace(kept, is_in_box=False)
    elif kept and kept.is_in_box:
        kept = None
    st.session_state[session.UPLOAD] = kept
    return _draw_kept(kept) if kept and not kept.is_in_box else kept


def _draw_kept(kept: KeptUpload) -> KeptUpload | None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/draft: {plain(kept.name)} is still here.")
        if st.button("Remove the file", icon=":material/close:", key="rows_file_away"):
            st.session_state[session.UPLOAD] = None
            st.rerun()
    return kept
