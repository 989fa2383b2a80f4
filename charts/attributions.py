"""How much each field speaks for or against an answer: bars to the right and to the left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plotly.graph_objects import Bar, Figure

from charts.layout import finished, shortened
from charts.palette import AGAINST, FOR, REST

MOST_BARS = 10


@dataclass(frozen=True, kw_only=True)
class Part:
    """One bar: what it is, how much it moved the answer, and that amount in words."""

    title: str
    amount: float
    words: str


def figure(parts: Sequence[Part], *, in_order: bool = False) -> Figure:
    """Horizontal bars; the largest first, unless `in_order` keeps the order given (as of words)."""
    shown = list(parts) if in_order else sorted(parts, key=lambda part: -abs(part.amount))
    places, amounts = list(range(len(shown))), [part.amount for part in shown]
    bar = Bar(
        x=amounts,
        y=places,
        orientation="h",
        marker_color=[_color(amount) for amount in amounts],
        text=[shortened(part.words) for part in shown],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    drawn = finished(Figure(bar), height=30 * len(shown) + 30)
    low, high = min([0.0, *amounts]), max([0.0, *amounts])
    room = (high - low or 1.0) * 0.28
    drawn.update_xaxes(
        range=[low - (room if low < 0 else 0), high + room],
        showticklabels=False, showgrid=False, zeroline=True, zerolinecolor=REST,
    )  # fmt: skip
    drawn.update_yaxes(
        tickmode="array", tickvals=places, ticktext=[shortened(part.title) for part in shown],
        autorange="reversed", showgrid=False, zeroline=False, automargin=True, ticklabelstandoff=8,
    )  # fmt: skip
    return drawn


def alt_text(parts: Sequence[Part], target: str) -> str:
    """The bars in a sentence."""
    ordered = sorted(parts, key=lambda part: -abs(part.amount))
    said = "; ".join(f"{part.title} {part.words}" for part in ordered)
    return f"Bar chart of what moved the {target}: {said}."


def _color(amount: float) -> str:
    return FOR if amount > 0 else AGAINST if amount < 0 else REST
