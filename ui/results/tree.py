"""Anything else, as a readable tree."""

from __future__ import annotations

import streamlit as st

from mds_client.prediction import Answer
from mds_client.signature import Signature, Values

KINDS = ("tree",)


def draw(answer: Answer, _values: Values, _signature: Signature) -> None:
    """The outputs by name."""
    st.subheader("The model answered in a form of its own", anchor=False)
    st.json(dict(answer.details))
