"""A share over weeks: a point with its interval for each, and a band for all of them together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plotly.graph_objects import Figure, Scatter

from charts.layout import finished, whole_percent
from charts.palette import AGAINST, FAINT, FOR

# So many dates stand beside each other on a telephone.
_MOST_TICKS = 6


@dataclass(frozen=True, kw_only=True)
class Point:
    """A week from `start` on; without a value there is no point. `words` stand under its date."""

    start: date
    value: float | None
    low: float
    high: float
    words: str
    is_worse: bool = False


def figure(points: Sequence[Point], band: tuple[float, float] | None = None) -> Figure:
    """Points with bars; those that are worse are orange diamonds. The axis begins below the lowest bar, and says so."""
    drawn = Figure()
    known = [(place, point) for place, point in enumerate(points) if point.value is not None]
    if band:
        drawn.add_hrect(y0=band[0], y1=band[1], fillcolor=FAINT, line_width=0, layer="below")
    for is_worse, color, symbol in ((False, FOR, "circle"), (True, AGAINST, "diamond")):
        some = [(place, point) for place, point in known if point.is_worse is is_worse]
        drawn.add_trace(_trace(some, color, symbol))
    finished(drawn, height=340)
    floor = lowest(points, band)
    shares = _shares(floor)
    drawn.update_yaxes(
        range=[floor, 1.02], tickmode="array", tickvals=shares, ticktext=[whole_percent(each) for each in shares],
        zeroline=False, tickfont_size=14,
    )  # fmt: skip
    ticks = _ticks(points)
    drawn.update_xaxes(
        tickmode="array", tickvals=ticks, ticktext=[f"{points[t].start:%-d %b}<br>{points[t].words}" for t in ticks],
        tickfont_size=14, range=[-0.6, len(points) - 0.4], showgrid=False, zeroline=False, tickangle=0,
    )  # fmt: skip
    return drawn


def lowest(points: Sequence[Point], band: tuple[float, float] | None = None) -> float:
    """Where the axis begins: a step of 5 % below everything that is drawn."""
    ends = [point.low for point in points if point.value is not None]
    ends += [band[0]] if band else []
    return max(0.0, math.floor((min(ends, default=0.0) - 0.03) * 20) / 20)


def _shares(floor: float) -> list[float]:
    """What stands beside the axis: steps of 10 %, of 5 % where the axis is short."""
    step = 10 if floor < 0.75 else 5
    return [each / 100 for each in range(100, math.ceil(floor * 100) - 1, -step)]


def alt_text(points: Sequence[Point]) -> str:
    """Each week in words."""
    listed = "; ".join(
        f"{point.start:%-d %B} {whole_percent(point.value)} ({point.words})"
        for point in points
        if point.value is not None
    )
    return f"Chart of right answers by week: {listed}." if listed else "No week has checked cases."


def _trace(some: Sequence[tuple[int, Point]], color: str, symbol: str) -> Scatter:
    values = [point.value or 0.0 for _, point in some]
    return Scatter(
        x=[place for place, _ in some],
        y=values,
        mode="markers",
        marker={"color": color, "size": 13, "symbol": symbol, "line": {"color": "white", "width": 1.5}},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [point.high - value for (_, point), value in zip(some, values, strict=True)],
            "arrayminus": [value - point.low for (_, point), value in zip(some, values, strict=True)],
            "color": color,
            "thickness": 2.5,
            "width": 6,
        },
        customdata=[point.start.isoformat() for _, point in some],
        hovertext=[
            f"{point.start:%-d %B}: {whole_percent(value)} ({whole_percent(point.low)} to {whole_percent(point.high)}), {point.words}"
            for (_, point), value in zip(some, values, strict=True)
        ],
        hoverinfo="text",
    )  # fmt: skip


def _ticks(points: Sequence[Point]) -> list[int]:
    """Every week, or every so many that their words do not touch."""
    step = max(1, math.ceil(len(points) / _MOST_TICKS))
    return list(range((len(points) - 1) % step, len(points), step)) if points else []
