"""A picture that the model made."""

from __future__ import annotations

import streamlit as st

from mds_client.prediction import Answer
from mds_client.signature import Signature, Values
from ui.media import preview

KINDS = ("image",)


def draw(answer: Answer, _values: Values, _signature: Signature) -> None:
    """A small copy of the picture, and the whole of it to keep."""
    st.header(answer.headline, anchor=False)
    picture = preview(answer.picture) if answer.picture else None
    if picture is None:
        st.markdown("It is too large to be shown, or damaged; the raw answer is under Technical.")
        return
    st.image(
        picture, alt="The picture that the model answered", width=min(max(picture.width, 240), 640)
    )
    st.download_button(
        "Download the picture",
        answer.picture,
        file_name="answer.png" if answer.picture.startswith(b"\x89PNG") else "answer",
        icon=":material/download:",
        on_click="ignore",
    )
