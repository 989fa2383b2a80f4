"""The number that goes with an answer, in the model's own words."""

from __future__ import annotations

import streamlit as st

from mds_client.prediction import Answer
from mds_client.signature import Signature
from ui.text import amount, plain


def draw_score(answer: Answer, signature: Signature) -> None:
    """The score with its name and meaning; nothing where the model gives none."""
    if answer.score is None:
        return
    output = signature.output("score")
    own = answer.score_name.replace("_", " ").replace("-", " ").strip().capitalize() or "Score"
    name, meaning, unit = (
        (output.title, output.description, output.unit) if output else (own, "", "")
    )
    st.markdown(
        f"{plain(name)}: **{plain(amount(answer.score, unit))}**"
        + (f"  \n{plain(meaning)}" if meaning else "")
    )
