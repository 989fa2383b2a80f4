"""A file that the browser refused for its size or kind: said beside its form, which is not sent meanwhile."""

from __future__ import annotations

import streamlit as st

from ui import scripts

# The box names one limit, that of the field; Streamlit's own names that of every upload.
_ONE_LIMIT = """<style>
[data-testid="stForm"] [data-testid="stFileUploaderDropzoneInstructions"] { display: none; }
</style>"""
_STYLE = "output:not(:empty) { display: block; font-weight: 600; padding-bottom: .25rem; }"


def draw(key: str) -> None:
    """To be drawn within the form of that key."""
    st.html(_ONE_LIMIT)
    scripts.run("refused", f"refused_{key}", {}, style=_STYLE)
