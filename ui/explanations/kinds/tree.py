"""What a deployed explainer answered and nobody can draw: its JSON, to be opened branch by branch."""

from __future__ import annotations

import json

import streamlit as st

from explanations.contract import Explanation
from mds_client.signature import Values

KINDS = ("tree",)


def draw(explanation: Explanation, _values: Values) -> None:
    """The first two levels are open."""
    if explanation.tree:
        st.json(json.loads(explanation.tree), expanded=2)
