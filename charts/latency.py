"""How long models take: the middle, and what the slowest one in twenty takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plotly.graph_objects import Figure, Scatter

from charts.layout import finished, shortened
from charts.palette import AGAINST, FOR, REST


@dataclass(frozen=True, kw_only=True)
class Speed:
    """One model's seconds to answer."""

    title: str
    p50: float
    p95: float


def figure(speeds: Sequence[Speed]) -> Figure:
    """A line from the median (blue) to the 95th percentile (orange) for each model; milliseconds."""
    drawn = Figure()
    places = list(range(len(speeds)))
    for place, speed in zip(places, speeds, strict=True):
        drawn.add_trace(
            Scatter(x=[speed.p50 * 1e3, speed.p95 * 1e3], y=[place, place], mode="lines",
                    line={"color": REST, "width": 3}, hoverinfo="skip", showlegend=False)
        )  # fmt: skip
    for name, color, get in (
        ("half are faster", FOR, "p50"),
        ("19 of 20 are faster", AGAINST, "p95"),
    ):
        drawn.add_trace(
            Scatter(x=[getattr(s, get) * 1e3 for s in speeds], y=places, mode="markers", name=name,
                    marker={"color": color, "size": 11})
        )  # fmt: skip
    finished(drawn, height=34 * len(speeds) + 120)
    drawn.update_layout(
        showlegend=True, legend={"orientation": "h", "y": 1.12, "x": 0, "yanchor": "bottom"}
    )
    drawn.update_xaxes(title={"text": "milliseconds", "standoff": 12}, type="log", automargin=True)
    drawn.update_yaxes(
        tickmode="array", tickvals=places, ticktext=[shortened(s.title) for s in speeds],
        autorange="reversed", automargin=True,
    )  # fmt: skip
    return drawn


def alt_text(speeds: Sequence[Speed]) -> str:
    """The medians in a sentence."""
    listing = ", ".join(
        f"{s.title} half faster than {s.p50 * 1e3:.0f} ms, 19 of 20 faster than {s.p95 * 1e3:.0f} ms"
        for s in speeds
    )
    return f"Chart of the time to answer: {listing}."
