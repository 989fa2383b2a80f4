"""How far numbers are from the truth, and which truths are far from anything that the model answers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from health.details import FarTruth, Sizes
from health.error_sizes import (
    AT_LEAST,
    MOST_NAMED,
    NAMED,
    far_advice,
    far_head,
    others_words,
)
from health.regression import NumberErrors
from health.weighted import Mean
from ui.text import number


def draw(found: Sizes) -> None:
    """The mean, the median, the root of the mean square and the bias; with and without the truths that are far."""
    if not found.all.n:
        st.caption("No checked case has a number as the truth.")
        return
    if found.near is None:
        st.markdown(_sentence(found.all))
    else:
        st.markdown(_far_words(found.far))
        st.table(_columns(found.all, found.near))
    st.caption(AT_LEAST)


def _sentence(found: NumberErrors) -> str:
    return (
        f"Mean absolute error **at least {mean_words(found.mae)}**, median **{mean_words(found.median)}**; root of the mean "
        f"squared error {mean_words(found.rmse)}; bias {mean_words(found.bias)}; n={found.n:,}."
    )


def _far_words(far: Sequence[FarTruth]) -> str:
    """How many truths are far, with the way to each of the first."""
    links = ", ".join(
        f"[{_words(each.truth)} where {_words(each.answer)} is answered](case?id={each.case_id})"
        for each in far[:MOST_NAMED]
    )
    return f"**{far_head(far)}**: {links}{others_words(far)}. {far_advice(far)}"


def _words(value: float) -> str:
    return number(value) if math.isfinite(value) else "an infinite number"


def _columns(every: NumberErrors, near: NumberErrors) -> dict[str, dict[str, str]]:
    return {
        head: {name: mean_words(getattr(found, field)) for name, field in NAMED.items()}
        for head, found in (
            (f"All, n={every.n:,}", every),
            (f"Without what is far, n={near.n:,}", near),
        )
    }


def mean_words(found: Mean) -> str:
    """`1.2 (1 to 1.4)`."""
    if found.value is None:
        return "–"
    if not math.isfinite(found.high - found.low):
        return f"{number(found.value)} (too few for an interval)"
    return f"{number(found.value)} ({number(found.low)} to {number(found.high)})"
