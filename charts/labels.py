"""How probable each of several independent labels is: bars, with a line where a label begins to hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from plotly.graph_objects import Figure

from charts import probabilities
from charts.palette import FOR, REST

HOLDS = 0.5


def figure(shares: Mapping[str, float], words: Callable[[float], str]) -> Figure:
    """Horizontal bars in the order given; what holds is coloured, and right of the line."""
    drawn = probabilities.figure(shares, words)
    drawn.data[0].marker.color = [FOR if share >= HOLDS else REST for share in shares.values()]
    drawn.add_vline(x=HOLDS, line={"color": REST, "width": 1, "dash": "dot"})
    return drawn


def alt_text(shares: Mapping[str, float], words: Callable[[float], str]) -> str:
    """The bars in a sentence."""
    parts = [f"{name} {words(share)}" for name, share in shares.items()]
    return f"Bar chart of labels, each by itself: {', '.join(parts)}."
