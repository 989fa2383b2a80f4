"""Fill the form from a row that was copied elsewhere."""

from __future__ import annotations

import streamlit as st

from mds_client.signature import Signature
from tables.errors import UnreadableFile
from tables.pasting import pasted
from ui import predict_form
from ui.text import plain


def draw(form: predict_form.Form, signature: Signature) -> None:
    """A box to paste a row into; nothing for a form of one field."""
    if not signature.is_tabular or len(signature.inputs) < 2:
        return
    with st.popover("Paste a row", icon=":material/content_paste:", key="predict_paste"):
        text = st.text_area(
            "A row from a spreadsheet, with or without its headings",
            key=f"pasted_{form.model}_{form.generation}",
            height=120,
        )
        if st.button("Fill the form", key="predict_paste_take", disabled=not text.strip()):
            _fill(form, signature, text)


def _fill(form: predict_form.Form, signature: Signature, text: str) -> None:
    try:
        values = pasted(text, signature)
    except UnreadableFile as error:
        st.error(f"{plain(error.sentence)}  \n{plain(error.advice)}")
        return
    predict_form.open_with(form, {**form.opened_with, **values})
    st.rerun()
