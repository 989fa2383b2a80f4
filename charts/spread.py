"""How the values of a field are spread, before and now: two bars for each value or range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plotly.graph_objects import Bar, Figure

from charts.layout import finished, in_two_lines, whole_percent
from charts.palette import FOR, REST


@dataclass(frozen=True, kw_only=True)
class Part:
    """A value or a range in words, and which share of the cases has it."""

    words: str
    before: float
    now: float


def figure(parts: Sequence[Part]) -> Figure:
    """Horizontal bars in the order given: grey before, blue now."""
    names = [in_two_lines(part.words) for part in parts]
    places = [str(place) for place in range(len(parts))]
    drawn = Figure(
        [
            Bar(
                x=[getattr(part, side) for part in parts],
                y=list(range(len(parts))),
                orientation="h",
                name=words,
                marker_color=color,
                text=[whole_percent(getattr(part, side)) for part in parts],
                textposition="outside",
                cliponaxis=False,
                customdata=places,
                hoverinfo="none",
            )
            for side, words, color in (("before", "before", REST), ("now", "now", FOR))
        ]
    )
    finished(drawn, height=max(180, 52 * len(parts) + 50), barmode="group")
    drawn.update_layout(
        bargap=0.25,
        showlegend=True,
        legend={"orientation": "h", "y": 1.05, "x": 0, "yanchor": "bottom", "font": {"size": 14}},
    )
    most = max((max(part.before, part.now) for part in parts), default=1.0)
    drawn.update_xaxes(range=[0, most * 1.2 or 1.0], showticklabels=False, showgrid=False)
    drawn.update_yaxes(
        tickmode="array", tickvals=list(range(len(parts))), ticktext=names, autorange="reversed",
        automargin=True, tickfont_size=14,
    )  # fmt: skip
    return drawn


def alt_text(parts: Sequence[Part], title: str) -> str:
    """The bars in a sentence."""
    listed = "; ".join(
        f"{p.words} {whole_percent(p.before)} before, {whole_percent(p.now)} now" for p in parts
    )
    return f"Bar chart of {title}: {listed}."
