"""Whether a probability means what it says: what was said against the share that is right, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plotly.graph_objects import Figure, Scatter

from charts.layout import finished, whole_percent
from charts.palette import FOR, REST


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """Answers of about one probability: what was said, and the share that is right of `n`."""

    said: float
    right: float
    low: float
    high: float
    n: int


def figure(bins: Sequence[Reliability]) -> Figure:
    """Points with bars beside the line on which they would all be."""
    drawn = Figure(
        Scatter(x=[0, 1], y=[0, 1], mode="lines", hoverinfo="skip", line={"color": REST, "dash": "dash", "width": 1.5})
    )  # fmt: skip
    drawn.add_trace(
        Scatter(
            x=[each.said for each in bins],
            y=[each.right for each in bins],
            mode="markers",
            marker={"color": FOR, "size": 12},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [each.high - each.right for each in bins],
                "arrayminus": [each.right - each.low for each in bins],
                "color": FOR,
                "thickness": 2.5,
                "width": 6,
            },
            hovertext=[
                f"said {whole_percent(e.said)}, right {whole_percent(e.right)} of {e.n}"
                for e in bins
            ],
            hoverinfo="text",
            customdata=[str(place) for place in range(len(bins))],
        )
    )
    finished(drawn, height=320)
    shares = [0, 0.25, 0.5, 0.75, 1]
    axis = {
        "range": [-0.02, 1.04], "tickmode": "array", "tickvals": shares,
        "ticktext": [whole_percent(each) for each in shares], "tickfont_size": 14,
    }  # fmt: skip
    drawn.update_xaxes(title="said by the model", **axis)
    drawn.update_yaxes(title="right", **axis)
    return drawn


def alt_text(bins: Sequence[Reliability]) -> str:
    """The points in words."""
    listed = "; ".join(
        f"said {whole_percent(e.said)}, right {whole_percent(e.right)} of {e.n}" for e in bins
    )
    return f"Chart of probabilities against the share that is right: {listed}."
