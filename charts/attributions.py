"""How much each field speaks for or against an answer: bars to the right and to the left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plotly.graph_objects import Bar, Figure, Scatter

from charts.layout import finished, in_two_lines, room_for, shortened
from charts.palette import AGAINST, FOR, REST

MOST_BARS = 10
_LEAST_ROOM, _MOST_ROOM = 0.1, 0.7  # of the plot, for the words beside the bars


@dataclass(frozen=True, kw_only=True)
class Part:
    """One bar: what it is, how much it moved the answer, and that amount in words.

    The amount may lie between `low` and `high`, drawn as a whisker; grey where it `is_clear` to no side.
    """

    title: str
    amount: float
    words: str
    low: float | None = None
    high: float | None = None
    is_clear: bool = True

    @property
    def ends(self) -> tuple[float, float]:
        """How far bar and whisker reach to the left and to the right of zero."""
        reach = (0.0, self.amount, self.low or 0.0, self.high or 0.0)
        return min(reach), max(reach)


def figure(parts: Sequence[Part], *, in_order: bool = False) -> Figure:
    """Horizontal bars; the largest first, unless `in_order` keeps the order given (as of words)."""
    shown = list(parts) if in_order else largest_first(parts)
    names = [in_two_lines(part.title) for part in shown]
    line = 36 if any("<br>" in name for name in names) else 30
    drawn = finished(Figure(_traces(shown)), height=line * len(shown) + 30)
    drawn.update_xaxes(
        range=_reach(shown),
        showticklabels=False, showgrid=False, zeroline=True, zerolinecolor=REST,
    )  # fmt: skip
    drawn.update_yaxes(
        tickmode="array", tickvals=list(range(len(shown))),
        ticktext=names,
        autorange="reversed", showgrid=False, zeroline=False, automargin=True, ticklabelstandoff=8,
    )  # fmt: skip
    return drawn


def largest_first(parts: Sequence[Part]) -> list[Part]:
    """By the size of the amount, whatever its sign; equals in the order given."""
    return sorted(parts, key=lambda part: -abs(part.amount))


def _has_ranges(parts: Sequence[Part]) -> bool:
    return any(part.low is not None for part in parts)


def _traces(parts: Sequence[Part]) -> list[Bar | Scatter]:
    has_ranges = _has_ranges(parts)
    bars = _bars(parts, has_ranges=has_ranges)
    return [bars, _words(parts)] if has_ranges else [bars]


def _bars(parts: Sequence[Part], *, has_ranges: bool) -> Bar:
    return Bar(
        x=[part.amount for part in parts],
        y=list(range(len(parts))),
        orientation="h",
        marker_color=[_color(part) for part in parts],
        text=[shortened(part.words) for part in parts],
        textposition="none" if has_ranges else "outside",
        error_x=_whiskers(parts) if has_ranges else None,
        cliponaxis=False,
        hoverinfo="skip",
    )


def _reach(parts: Sequence[Part]) -> list[float]:
    """The ends of the axis: all bars and whiskers, and room for the words beyond them on both sides."""
    low = min([0.0, *(part.ends[0] for part in parts)])
    high = max([0.0, *(part.ends[1] for part in parts)])
    left = room_for(part.words for part in parts if part.amount < 0)
    right = max(room_for(part.words for part in parts if part.amount >= 0), _LEAST_ROOM)
    left, right = (side * min(1.0, _MOST_ROOM / (left + right)) for side in (left, right))
    whole = (high - low or 1.0) / (1 - left - right)
    return [low - left * whole, high + right * whole]


def alt_text(parts: Sequence[Part], target: str) -> str:
    """The bars in a sentence."""
    listing = "; ".join(f"{part.title} {part.words}" for part in largest_first(parts))
    return f"Bar chart of what moved the {target}: {listing}."


def _whiskers(parts: Sequence[Part]) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [None if part.high is None else part.high - part.amount for part in parts],
        "arrayminus": [None if part.low is None else part.amount - part.low for part in parts],
        "color": REST,
        "thickness": 1.5,
        "width": 4,
    }


def _words(parts: Sequence[Part]) -> Scatter:
    """The amounts beyond the whiskers: beside the bars themselves they would lie under them."""
    is_left = [part.amount < 0 for part in parts]
    return Scatter(
        x=[
            part.ends[0] if left else part.ends[1]
            for part, left in zip(parts, is_left, strict=True)
        ],
        y=list(range(len(parts))),
        mode="text",
        text=[f" {shortened(part.words)} " for part in parts],
        textposition=["middle left" if left else "middle right" for left in is_left],
        cliponaxis=False,
        hoverinfo="skip",
    )


def _color(part: Part) -> str:
    if not part.is_clear:
        return REST
    return FOR if part.amount > 0 else AGAINST if part.amount < 0 else REST
