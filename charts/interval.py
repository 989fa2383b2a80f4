"""A number between its bounds, on a line."""

from __future__ import annotations

from plotly.graph_objects import Figure, Scatter

from charts.layout import finished
from charts.palette import FOR, REST


def figure(number: float, low: float, high: float) -> Figure:
    """The bounds as a bar, the number as a mark on it."""
    bounds = Scatter(
        x=[low, high], y=[0, 0], mode="lines+markers", line={"color": REST, "width": 8},
        marker={"symbol": "line-ns-open", "size": 18, "color": REST}, hoverinfo="skip",
    )  # fmt: skip
    mark = Scatter(
        x=[number],
        y=[0],
        mode="markers",
        marker={"size": 16, "color": FOR, "symbol": "diamond"},
        hoverinfo="skip",
    )
    drawn = finished(Figure([bounds, mark]), height=90)
    room = (max(high, number) - min(low, number)) * 0.08 or 1.0
    drawn.update_xaxes(range=[min(low, number) - room, max(high, number) + room], nticks=6)
    drawn.update_yaxes(visible=False, range=[-1, 1])
    return drawn


def alt_text(number: str, low: str, high: str) -> str:
    """The line in a sentence."""
    return f"{number} on a line from {low} to {high}."
