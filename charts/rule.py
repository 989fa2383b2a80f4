"""How far a rule can be trusted: how often it holds, and to how many cases it applies."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from plotly.graph_objects import Bar, Figure

from charts.layout import finished
from charts.palette import FAINT, FOR

_WORDS = {
    "holds": "How often the rule holds",
    "without": "How often the answer stays without it",
    "applies": "Share of cases it applies to",
}


def figure(shares: Mapping[str, float], words: Callable[[float], str]) -> Figure:
    """One bar for each share, out of a full bar; `words` writes a share as the sentence does."""
    names, values = [_WORDS[name] for name in shares], list(shares.values())
    drawn = Figure([
        Bar(x=[1.0] * len(names), y=names, orientation="h", marker_color=FAINT, hoverinfo="skip"),
        Bar(x=values, y=names, orientation="h", marker_color=FOR, hoverinfo="skip",
            text=[words(value) for value in values], textposition="outside", cliponaxis=False),
    ])  # fmt: skip
    finished(drawn, height=38 * len(names) + 20, barmode="overlay")
    drawn.update_xaxes(range=[0, 1.15], visible=False)
    drawn.update_yaxes(autorange="reversed", automargin=True, showgrid=False, ticklabelstandoff=8)
    return drawn


def alt_text(shares: Mapping[str, float], words: Callable[[float], str]) -> str:
    """The shares in a sentence."""
    listing = ", ".join(f"{_WORDS[name].lower()}: {words(value)}" for name, value in shares.items())
    return f"Bar chart: {listing}."
