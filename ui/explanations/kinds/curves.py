"""How the answer changes with each field: a picture a field, all on one scale, and the numbers in a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from charts import curves
from explanations.behaviour import summary
from explanations.contract import Curve, Explanation
from explanations.formatting import percent
from mds_client.signature import Values
from ui.figure import draw_figure
from ui.text import plain

KINDS = ("curves",)
_COLUMNS = 2


def draw(explanation: Explanation, _values: Values) -> None:
    """The fields that move the answer, two abreast; the others are named."""
    moving = [c for c in explanation.curves if not summary.is_flat(explanation.target, c)]
    shapes = [_shape(curve) for curve in moving]
    if shapes:
        reach = (min(s.reach[0] for s in shapes), max(s.reach[1] for s in shapes))
        for start in range(0, len(moving), _COLUMNS):
            for place, column in zip(range(start, len(moving)), st.columns(_COLUMNS), strict=False):
                with column:
                    _draw(explanation, moving[place], shapes[place], reach)
        st.caption(_legend(explanation, shapes))
    flat = [curve.title for curve in explanation.curves if curve not in moving]
    if flat:
        st.caption(plain(f"No visible effect: {', '.join(flat)}."))
    with st.expander("As a table"):
        st.dataframe(
            table(explanation), hide_index=True, placeholder="", alt="The numbers of all curves"
        )


def table(explanation: Explanation) -> pd.DataFrame:
    """One line a place of a field."""
    show = explanation.target.value_text
    return pd.DataFrame(
        [
            {
                "Field": curve.title,
                "Place": _place(curve, place),
                "Answer": show(number),
                "95 % range": f"{show(curve.low[at])} to {show(curve.high[at])}"
                if curve.low
                else "",
                "Rows near it": percent(curve.shares[at]) if curve.shares else "",
            }
            for curve in explanation.curves
            for at, (place, number) in enumerate(zip(curve.places, curve.numbers, strict=True))
        ]
    )


def _draw(
    explanation: Explanation, curve: Curve, shape: curves.Shape, reach: tuple[float, float]
) -> None:
    show = explanation.target.value_text
    st.markdown(f"**{plain(curve.title)}**")
    drawn = curves.figure(shape, show, reach=reach, base=explanation.base, axis=curve.unit)
    draw_figure(drawn, curves.alt_text(shape, show))


def _shape(curve: Curve) -> curves.Shape:
    return curves.Shape(
        title=curve.title,
        places=curve.places,
        numbers=curve.numbers,
        low=curve.low,
        high=curve.high,
        least=curve.least,
        most=curve.most,
        shares=curve.shares,
    )


def _legend(explanation: Explanation, shapes: list[curves.Shape]) -> str:
    """What the marks mean, of those that are there."""
    lines = [shape for shape in shapes if not shape.has_words]
    parts = [
        "dark band: the mean lies there with 95 % certainty" if any(s.low for s in lines) else "",
        "light band: nine of ten single rows" if any(s.least for s in lines) else "",
        "grey bars: where the rows lie" if lines else "",
        "in brackets: the share of rows" if len(lines) < len(shapes) else "",
    ]
    if lines and explanation.base is not None:
        parts.append(f"dotted: the mean answer, {explanation.target.value_text(explanation.base)}")
    sentence = "; ".join(filter(None, parts))
    return plain(f"{sentence[0].upper()}{sentence[1:]}.") if sentence else ""


def _place(curve: Curve, place: float | str) -> str:
    return summary.at(curve, curve.places.index(place)).partition(" ")[2]
