"""How a number changes with one field: a line over its places or a bar for each choice, and where the rows lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

from plotly.graph_objects import Bar, Figure, Scatter

from charts.layout import CLEAR, finished, room_for, shortened
from charts.palette import FAINT, FOR, REST

HEIGHT = 260
_BAND, _RANGE = "rgba(59, 130, 246, 0.16)", "rgba(59, 130, 246, 0.32)"
# The bars that say where the rows lie take the lowest sixth of the picture.
_SKYLINE = 6


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One curve: numbers at places (all numbers, or all words), their 95 % ranges, between what nine of ten
    single rows go, and the share of rows near each place. What is not known is empty."""

    title: str
    places: Sequence[float | str]
    numbers: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    least: Sequence[float] = ()
    most: Sequence[float] = ()
    shares: Sequence[float] = ()

    @property
    def has_words(self) -> bool:
        """Whether its places are choices."""
        return any(isinstance(place, str) for place in self.places)

    @property
    def reach(self) -> tuple[float, float]:
        """The lowest and the highest number drawn."""
        drawn = [*self.numbers, *self.low, *self.high]
        if not self.has_words:
            drawn += [*self.least, *self.most]
        return min(drawn), max(drawn)


def figure(
    shape: Shape,
    words: Callable[[float], str],
    *,
    reach: tuple[float, float] | None = None,
    base: float | None = None,
    axis: str = "",
) -> Figure:
    """The curve. `reach` is the range of numbers to draw, the same for curves that stand together; `base` a
    line to compare with; `axis` what stands under the places."""
    low, high = reach or shape.reach
    if shape.has_words:
        return _bars(shape, words, (min(low, 0.0), max(high, 0.0)))
    return _line(shape, words, (low, high), base, axis)


def alt_text(shape: Shape, words: Callable[[float], str]) -> str:
    """The ends and the turning points of the curve, or every bar, in a sentence."""
    if shape.has_words:
        pairs = zip(shape.places, shape.numbers, strict=True)
        return f"Bars, {shape.title}: {', '.join(f'{p} {words(n)}' for p, n in pairs)}."
    numbers = list(shape.numbers)
    ends = {0, len(numbers) - 1, numbers.index(min(numbers)), numbers.index(max(numbers))}
    listing = [f"{words(numbers[p])} at {float(shape.places[p]):.4g}" for p in sorted(ends)]
    return f"Curve, {shape.title}: {', '.join(listing)}."


def _line(
    shape: Shape,
    words: Callable[[float], str],
    reach: tuple[float, float],
    base: float | None,
    axis: str,
) -> Figure:
    places = [float(place) for place in shape.places]
    traces = [*_band(places, shape.least, shape.most, _BAND)]
    traces += _band(places, shape.low, shape.high, _RANGE)
    traces.append(
        Scatter(
            x=places, y=list(shape.numbers), mode="lines+markers", hoverinfo="skip",
            line={"color": FOR, "width": 2.5}, marker={"color": FOR, "size": 5},
        )
    )  # fmt: skip
    drawn = Figure([*_skyline(places, shape.shares), *traces])
    finished(drawn, height=HEIGHT)
    low, high = reach
    room = (high - low or abs(high) or 1.0) * 0.06
    ticks = steps(low, high)
    drawn.update_yaxes(
        range=[low - 3 * room, high + room], tickmode="array", tickvals=ticks,
        ticktext=[shortened(words(tick)) for tick in ticks], automargin=True, zeroline=False,
    )  # fmt: skip
    drawn.update_xaxes(
        title_text=shortened(axis), showgrid=False, zeroline=False, automargin=True, nticks=7
    )
    drawn.update_layout(
        yaxis2={
            "overlaying": "y", "side": "right", "visible": False, "fixedrange": True,
            "range": [0, _SKYLINE],
        }
    )  # fmt: skip
    if base is not None:
        drawn.add_hline(y=base, line={"color": REST, "width": 1, "dash": "dot"})
    return drawn


def _band(
    places: Sequence[float], low: Sequence[float], high: Sequence[float], color: str
) -> list[Scatter]:
    if not low or not high:
        return []
    around = [*places, *reversed(places)]
    edge = [*high, *reversed(low)]
    return [
        Scatter(
            x=around, y=edge, fill="toself", fillcolor=color, mode="lines",
            line={"color": CLEAR, "width": 0}, hoverinfo="skip",
        )
    ]  # fmt: skip


def _skyline(places: Sequence[float], shares: Sequence[float]) -> list[Bar]:
    """Where the rows lie: a bar a place as wide as its stretch, as high as the rows there are dense."""
    if not shares or len(places) < 2:
        return []
    middles = [(before + after) / 2 for before, after in pairwise(places)]
    edges = [2 * places[0] - middles[0], *middles, 2 * places[-1] - middles[-1]]
    widths = [after - before for before, after in pairwise(edges)]
    heights = [share / width for share, width in zip(shares, widths, strict=True)]
    highest = max(heights) or 1.0
    return [
        Bar(
            x=[(before + after) / 2 for before, after in pairwise(edges)],
            y=[height / highest for height in heights], yaxis="y2",
            width=[width * 0.94 for width in widths], marker_color=FAINT, hoverinfo="skip",
        )
    ]  # fmt: skip


def _bars(shape: Shape, words: Callable[[float], str], reach: tuple[float, float]) -> Figure:
    rows = list(range(len(shape.places)))
    names = [shortened(str(place), 24) for place in shape.places]
    if shape.shares:
        names = [
            f"{name} ({share * 100:.0f}\N{NO-BREAK SPACE}%)"
            for name, share in zip(names, shape.shares, strict=True)
        ]
    ends = shape.high or shape.numbers
    bar = Bar(
        x=list(shape.numbers), y=rows, orientation="h", marker_color=FOR, hoverinfo="skip",
        error_x=_whiskers(shape) if shape.low else None,
    )  # fmt: skip
    labels = Scatter(
        x=[max(end, 0.0) for end in ends], y=rows, mode="text", hoverinfo="skip", cliponaxis=False,
        text=[f"  {shortened(words(number))}" for number in shape.numbers],
        textposition="middle right",
    )  # fmt: skip
    drawn = finished(Figure([bar, labels]), height=max(34 * len(rows) + 30, 120))
    low, high = reach
    room = room_for(f"  {words(number)}" for number in shape.numbers)
    drawn.update_xaxes(range=[low, low + (high - low or 1.0) / (1 - room)], visible=False)
    drawn.update_yaxes(
        tickmode="array", tickvals=rows, ticktext=names, autorange="reversed", showgrid=False,
        automargin=True, ticklabelstandoff=8,
    )  # fmt: skip
    return drawn


def _whiskers(shape: Shape) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [h - n for h, n in zip(shape.high, shape.numbers, strict=True)],
        "arrayminus": [n - low for low, n in zip(shape.low, shape.numbers, strict=True)],
        "color": REST,
        "thickness": 1.5,
        "width": 4,
    }


def steps(low: float, high: float) -> list[float]:
    """Three to six round numbers between two, each 1, 2 or 5 times a power of ten apart."""
    width = high - low
    if width <= 0:
        return [low]
    power = 10.0 ** floor(log10(width / 5))
    step = next(s * power for s in (1, 2, 5, 10) if width / (s * power) <= 6)
    first = floor(low / step) + (low % step > 0)
    return [round(k * step, 12) for k in range(first, floor(high / step) + 1)]
