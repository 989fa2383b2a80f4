"""How the answer follows one value: its curve, with where the case is and where somebody is trying."""

from __future__ import annotations

from collections.abc import Callable

from plotly.graph_objects import Figure, Scatter

from charts import curves
from charts.curves import Shape
from charts.layout import CLEAR
from charts.palette import AGAINST, FOR

Mark = tuple[float | str, float]


def figure(
    shape: Shape,
    words: Callable[[float], str],
    *,
    case: Mark,
    now: Mark,
    reach: tuple[float, float] | None = None,
    axis: str = "",
) -> Figure:
    """The curve; a ring for the case, a diamond for what is tried. Of choices, bars whose word of now is bold."""
    drawn = curves.figure(shape, words, reach=reach, axis=axis)
    if shape.has_words:
        names = [
            f"<b>{name}</b>" if place == now[0] else name
            for place, name in zip(shape.places, drawn.layout.yaxis.ticktext, strict=True)
        ]
        return drawn.update_yaxes(ticktext=names)
    drawn.data[-1].mode = "lines"
    for (place, number), color, symbol, fill in (
        (case, FOR, "circle", CLEAR),
        (now, AGAINST, "diamond", AGAINST),
    ):
        drawn.add_trace(
            Scatter(
                x=[place], y=[number], mode="markers", hoverinfo="skip",
                marker={"color": fill, "size": 14, "symbol": symbol, "line": {"color": color, "width": 3}},
            )
        )  # fmt: skip
    return drawn


def alt_text(shape: Shape, words: Callable[[float], str], *, case: Mark, now: Mark) -> str:
    """The curve, and both marks, in words."""
    at = f"This case: {words(case[1])}. Tried: {words(now[1])}."
    return f"{curves.alt_text(shape, words)} {at}"
