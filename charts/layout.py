"""What all figures share: no background, little margin, words instead of legends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plotly.graph_objects import Figure

_LINE = 20  # letters
_LETTER, _GAP = 7.2, 8  # pixels of a letter, and between a bar and its words
_NARROW = 230  # pixels that names leave for bars on a telephone
_MOST_ROOM = 0.6
CLEAR = "rgba(0, 0, 0, 0)"


def finished(figure: Figure, *, height: int, **layout: Any) -> Figure:
    """The figure with the common look, `height` pixels high."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        showlegend=False,
        dragmode=False,
        bargap=0.35,
        **layout,
    )
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(fixedrange=True)
    return figure


def shortened(words: str, most: int = 38) -> str:
    """Words that fit beside a bar, with nothing in them that Plotly would read as HTML."""
    plain = " ".join(words.split())
    return _escaped(plain if len(plain) <= most else plain[: most - 1] + "…")


def whole_percent(share: float) -> str:
    """A share on an axis or in a picture's description: `60 %`."""
    return f"{share * 100:.0f} %"


def room_for(words: Iterable[str]) -> float:
    """Which share of a plot the longest of these words need beyond their bars, on a telephone."""
    longest = max((len(each) for each in words), default=0)
    return min((_LETTER * longest + _GAP) / _NARROW, _MOST_ROOM) if longest else 0.0


def in_two_lines(words: str, most: int = 38) -> str:
    """As `shortened`, long words in two lines: beside a bar on a telephone there is room for half of them."""
    plain = " ".join(words.split())
    plain = plain if len(plain) <= most else plain[: most - 1] + "…"
    if len(plain) <= _LINE:
        return _escaped(plain)
    blanks = [place for place, sign in enumerate(plain) if sign == " "]
    middle = min(blanks, key=lambda place: abs(place - len(plain) / 2), default=-1)
    if not len(plain) - _LINE <= middle + 1 <= _LINE + 1:
        return f"{_escaped(plain[:_LINE])}<br>{_escaped(plain[_LINE:])}"
    return f"{_escaped(plain[:middle])}<br>{_escaped(plain[middle + 1 :])}"


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")
