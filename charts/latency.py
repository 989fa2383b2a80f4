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
    # Where both are the same, the open diamond stands around the dot.
    for name, color, get, symbol, size in (
        ("half are faster", FOR, "p50", "circle", 10),
        ("19 of 20 are faster", AGAINST, "p95", "diamond-open", 16),
    ):
        drawn.add_trace(
            Scatter(x=[getattr(s, get) * 1e3 for s in speeds], y=places, mode="markers", name=name,
                    customdata=[str(place) for place in places],
                    marker={"color": color, "size": size, "symbol": symbol, "line": {"width": 2.5}})
        )  # fmt: skip
    finished(drawn, height=34 * len(speeds) + 120)
    drawn.update_layout(
        showlegend=True,
        legend={"orientation": "h", "y": 1.12, "x": 0, "font": {"size": 14}, "yanchor": "bottom"},
    )
    most = max((speed.p95 * 1e3 for speed in speeds), default=1.0)
    drawn.update_xaxes(
        title={"text": "milliseconds", "standoff": 12}, range=[0, most * 1.06], tickformat=",d", nticks=6,
        rangemode="tozero", automargin=True, tickfont_size=14,
    )  # fmt: skip
    drawn.update_yaxes(
        tickfont_size=14, tickmode="array", tickvals=places, ticktext=[shortened(s.title) for s in speeds],
        autorange="reversed", automargin=True,
    )  # fmt: skip
    return drawn


def alt_text(speeds: Sequence[Speed]) -> str:
    """The medians in a sentence."""
    listing = ", ".join(
        f"{s.title} half faster than {s.p50 * 1e3:,.0f} ms, 19 of 20 faster than {s.p95 * 1e3:,.0f} ms"
        for s in speeds
    )
    return f"Chart of the time to answer: {listing}."
