"""How probable each class is: bars, the highest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from plotly.graph_objects import Bar, Figure

from charts.layout import finished, in_two_lines, room_for, shortened
from charts.palette import FOR, REST


def figure(probabilities: Mapping[str, float], words: Callable[[float], str]) -> Figure:
    """Horizontal bars in the order given, each with its share in words; the first is the answer."""
    shares, names = list(probabilities.values()), [in_two_lines(name) for name in probabilities]
    bar = Bar(
        x=shares,
        y=list(range(len(names))),
        orientation="h",
        marker_color=[FOR, *[REST] * len(names)][: len(names)],
        text=[shortened(words(share)) for share in shares],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    drawn = finished(Figure(bar), height=34 * len(names) + 20)
    ends = [share / (1 - room_for([words(share)])) for share in shares]
    drawn.update_xaxes(range=[0, max([1.32, *ends])], visible=False)
    drawn.update_yaxes(
        tickmode="array", tickvals=list(range(len(names))), ticktext=names, autorange="reversed",
        showgrid=False, automargin=True, ticklabelstandoff=8,
    )  # fmt: skip
    return drawn


def alt_text(probabilities: Mapping[str, float], words: Callable[[float], str]) -> str:
    """The bars in a sentence."""
    parts = [f"{name} {words(share)}" for name, share in probabilities.items()]
    return f"Bar chart of probabilities: {', '.join(parts)}."
