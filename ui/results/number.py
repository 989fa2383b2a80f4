"""A number with its unit."""

from __future__ import annotations

import streamlit as st

from mds_client.prediction import Answer
from mds_client.signature import Signature, Values
from ui.text import plain

KINDS = ("number",)


def draw(answer: Answer, _values: Values, signature: Signature) -> None:
    """The number in one big line, and what it means."""
    st.header(plain(answer.headline), anchor=False)
    output = signature.output("number")
    if output and output.description:
        st.markdown(plain(output.description))
