"""What many explanations say together: a dot for each case and field, where it lies and how high its value was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from plotly.graph_objects import Figure, Scatter

from charts.layout import finished, room_for, shortened
from charts.palette import AGAINST, FOR, REST

MOST_FIELDS = 12
# Low to high. All three keep 3:1 to light and dark; blue and orange differ for every kind of colour vision.
SCALE = ((0.0, FOR), (0.5, REST), (1.0, AGAINST))
_LETTERS = "ABCDEFGHIJKL"
_BINS, _ROW, _SPREAD = 60, 38, 0.38
_DOT = 6


@dataclass(frozen=True, kw_only=True)
class Swarm:
    """One field: the amount for each case, with either how high its value was (0 to 1, None where unknown) or
    which choice it was; and how far it moves the answer on average, in words."""

    title: str
    amounts: Sequence[float]
    heights: Sequence[float | None] = ()
    choices: Sequence[str] = ()
    words: str = ""

    @property
    def mean(self) -> float:
        """How far the field moves the answer on average."""
        return sum(map(abs, self.amounts)) / max(len(self.amounts), 1)

    @property
    def letters(self) -> dict[str, str]:
        """A letter for each choice, the most frequent first; those beyond twelve share a dot."""
        counts: dict[str, int] = defaultdict(int)
        for choice in self.choices:
            counts[choice] += 1
        often = sorted(counts, key=lambda choice: (-counts[choice], choice))
        return {c: _LETTERS[p] if p < len(_LETTERS) else "·" for p, c in enumerate(often)}


def figure(swarms: Sequence[Swarm], *, axis: str) -> Figure:
    """One row a field, the strongest at the top; `axis` says what lies to the right."""
    shown = strongest(swarms)
    low, high = _reach(shown)
    traces = [_dots(swarm, row, (low, high)) for row, swarm in enumerate(shown)]
    labels = Scatter(
        x=[high + 0.04 * (high - low)] * len(shown), y=list(range(len(shown))), mode="text",
        text=[shortened(swarm.words) for swarm in shown], textposition="middle right",
        hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    drawn = finished(Figure([*traces, labels]), height=_ROW * len(shown) + 70)
    room = room_for(shortened(swarm.words) for swarm in shown)
    whole = 1.07 * (high - low) / (1 - room)
    drawn.update_xaxes(
        range=[low - 0.03 * (high - low), low - 0.03 * (high - low) + whole], title_text=shortened(axis, 90),
        zeroline=True, zerolinecolor=REST, showgrid=False, showticklabels=False,
    )  # fmt: skip
    drawn.update_yaxes(
        tickmode="array", tickvals=list(range(len(shown))), range=[len(shown) - 0.4, -0.6],
        ticktext=[shortened(swarm.title, 26) for swarm in shown], showgrid=False, zeroline=False,
        automargin=True, ticklabelstandoff=8,
    )  # fmt: skip
    return drawn


def alt_text(swarms: Sequence[Swarm]) -> str:
    """The fields and how far each moves the answer, in a sentence."""
    listing = "; ".join(f"{swarm.title} {swarm.words}" for swarm in strongest(swarms))
    cases = max((len(swarm.amounts) for swarm in swarms), default=0)
    return (
        f"Dots of {cases} cases, by field, with how far it moves the answer on average: {listing}."
    )


def strongest(swarms: Sequence[Swarm]) -> list[Swarm]:
    """Those that are drawn, the strongest first."""
    return sorted(swarms, key=lambda swarm: -swarm.mean)[:MOST_FIELDS]


def offsets(amounts: Sequence[float], reach: tuple[float, float]) -> list[float]:
    """How far each dot stands above or below its row, so that equal amounts lie beside each other.

    Without chance: dots of one stretch go up and down by turns, in the order given.
    """
    low, high = reach
    width = (high - low) / _BINS or 1.0
    stretches: dict[int, list[int]] = defaultdict(list)
    for place, amount in enumerate(amounts):
        stretches[int((amount - low) / width)].append(place)
    fullest = max(map(len, stretches.values()), default=1)
    step = min(0.12, 2 * _SPREAD / fullest)
    heights = [0.0] * len(amounts)
    for places in stretches.values():
        for turn, place in enumerate(places):
            heights[place] = ((turn + 1) // 2) * step * (1 if turn % 2 else -1)
    return heights


def _dots(swarm: Swarm, row: int, reach: tuple[float, float]) -> Scatter:
    heights = [row + off for off in offsets(swarm.amounts, reach)]
    if swarm.choices:
        letters = swarm.letters
        return Scatter(
            x=list(swarm.amounts), y=heights, mode="text", hoverinfo="skip",
            text=[letters[choice] for choice in swarm.choices], textfont={"size": 10},
        )  # fmt: skip
    colors = [0.5 if each is None else each for each in swarm.heights] or [0.5] * len(heights)
    marker = {
        "size": _DOT, "color": colors, "colorscale": [list(stop) for stop in SCALE],
        "cmin": 0.0, "cmax": 1.0, "opacity": 0.85,
        "symbol": ["x" if each is None else "circle" for each in swarm.heights] or "circle",
    }  # fmt: skip
    return Scatter(
        x=list(swarm.amounts), y=heights, mode="markers", marker=marker, hoverinfo="skip"
    )


def _reach(swarms: Sequence[Swarm]) -> tuple[float, float]:
    amounts = [amount for swarm in swarms for amount in swarm.amounts] or [0.0]
    low, high = min(0.0, *amounts), max(0.0, *amounts)
    return (low, high) if high > low else (-1.0, 1.0)
