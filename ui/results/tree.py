"""Anything else, as a readable tree."""

from __future__ import annotations

import streamlit as st

from mds_client.prediction import Answer
from mds_client.prediction.output_parsing import parsed
from mds_client.signature import Signature, Values
from ui.text import exact

KINDS = ("tree",)
_DEPTH = 2


def draw(answer: Answer, _values: Values, _signature: Signature) -> None:
    """The outputs by name, JSON in them read; deeper branches are closed."""
    st.subheader("The model answered in a form of its own", anchor=False)
    st.json({name: _read(value) for name, value in answer.details.items()}, expanded=_DEPTH)


def _read(value: object) -> object:
    document = parsed(value)
    return exact(value if document is None else document)
