"""What a deployed explainer was sent and what it answered, exactly."""

from __future__ import annotations

import streamlit as st

from explanations.contract import Wire
from ui.text import plain


def draw_wire(wire: Wire) -> None:
    """Address, status, time and both bodies, behind a button."""
    with st.expander("What the explainer was sent and answered", icon=":material/code:"):
        status = "no answer" if wire.status is None else f"HTTP status {wire.status}"
        time = f"{wire.seconds * 1000:,.0f} ms"
        st.caption(plain(f"{status} after {time} · request id {wire.request_id}"))
        st.code(wire.url, language=None, wrap_lines=True)
        st.code(wire.sent, language="json", wrap_lines=True)
        st.code(wire.received, language="json", wrap_lines=True)
