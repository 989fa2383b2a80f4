"""The figures of a test run: what is taken for what, each class, or how far numbers are off, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from charts import confusion
from health.weighted import Share
from ui.figure import draw_figure
from ui.health.parts import share_words
from ui.text import number

_ERRORS = {
    "mae": "Mean absolute error",
    "rmse": "Root mean squared error",
    "bias": "Bias (above 0: answers are too high)",
}


def draw(figures: Mapping[str, Any], whose: str = "") -> None:
    """What is known of one version; `whose` says which, where there are two."""
    of = f" of {whose}" if whose else ""
    table = figures.get("confusion")
    if table and table["labels"]:
        labels, counts = table["labels"], table["counts"]
        st.markdown(f"**Right and wrong answers by class**{of}")
        draw_figure(confusion.figure(labels, counts), confusion.alt_text(labels, counts))
    if classes := figures.get("classes"):
        _draw_classes(classes, of)
    if errors := figures.get("errors"):
        _draw_errors(errors, of)


def _draw_classes(classes: Sequence[Mapping[str, Any]], of: str) -> None:
    st.markdown(f"**Each class**{of}, with 95 % intervals")
    st.dataframe(
        [
            {
                "Class": each["label"],
                "Precision": share_words(Share(**each["precision"])),
                "Recall": share_words(Share(**each["recall"])),
                "F1": share_words(Share(**each["f1"])),
            }
            for each in classes
        ],
        hide_index=True,
        alt="Precision, recall and F1 of each class",
    )


def _draw_errors(errors: Mapping[str, Any], of: str) -> None:
    st.markdown(f"**How far numbers are off**{of}, in the unit of the answer")
    st.dataframe(
        [
            {
                "Error": title,
                "Value": _number(errors[name]["value"]),
                "95 % interval": _ends(errors[name]),
                "Rows": f"{errors[name]['n']:,}",
            }
            for name, title in _ERRORS.items()
        ],
        hide_index=True,
        alt="Mean absolute error, root mean squared error and bias",
    )


def _ends(found: Mapping[str, Any]) -> str:
    if found["low"] is None or found["high"] is None:
        return "not known of so few rows"
    return f"{number(found['low'])} to {number(found['high'])}"


def _number(value: float | None) -> str:
    return "–" if value is None else number(value)
