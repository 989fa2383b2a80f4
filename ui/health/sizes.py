"""How far numbers are from the truth, and which truths are far from anything that the model answers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from health.details import FarTruth, Sizes
from health.error_sizes import (
    MOST_NAMED,
    at_least_words,
    far_advice,
    far_head,
    figure_names,
    others_words,
)
from health.weighted import Mean
from ui.text import number, plain


def draw(found: Sizes, unit: str) -> None:
    """The mean, the median, the root of the mean square and the bias, each with its interval; with and without the truths that are far."""
    if found.near is not None:
        st.markdown(_far_words(found.far))
    st.table(_columns(found))
    words = f"In {plain(unit)}. " if unit else ""
    st.caption(f"{words}{at_least_words(found)}".strip() or "Every truth was given.")


def _far_words(far: Sequence[FarTruth]) -> str:
    """How many truths are far, with the way to each of the first."""
    links = ", ".join(
        f"[{_words(each.truth)} where {_words(each.answer)} is answered](case?id={each.case_id})"
        for each in far[:MOST_NAMED]
    )
    return f"**{far_head(far)}**: {links}{others_words(far)}. {far_advice(far)}"


def _words(value: float) -> str:
    return number(value) if math.isfinite(value) else "an infinite number"


def _columns(sizes: Sizes) -> dict[str, dict[str, str]]:
    shown = {f"All, n={sizes.all.n:,}": sizes.all}
    if sizes.near:
        shown[f"Without what is far, n={sizes.near.n:,}"] = sizes.near
    return {
        head: {
            name: mean_words(getattr(found, field)) for name, field in figure_names(sizes).items()
        }
        for head, found in shown.items()
    }


def mean_words(found: Mean) -> str:
    """`1.2 (1 to 1.4)`."""
    if found.value is None:
        return "–"
    if not math.isfinite(found.high - found.low):
        return f"{number(found.value)} (too few for an interval)"
    return f"{number(found.value)} ({number(found.low)} to {number(found.high)})"
