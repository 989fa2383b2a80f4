"""How probable each class is: bars, the highest first."""

from __future__ import annotations

from collections.abc import Mapping

from plotly.graph_objects import Bar, Figure

from charts.layout import finished, shortened
from charts.palette import FOR, REST


def figure(probabilities: Mapping[str, float]) -> Figure:
    """Horizontal bars in the order given; the first is the answer."""
    shares, names = list(probabilities.values()), [shortened(name) for name in probabilities]
    bar = Bar(
        x=shares,
        y=list(range(len(names))),
        orientation="h",
        marker_color=[FOR, *[REST] * len(names)][: len(names)],
        text=[_percent(share) for share in shares],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    drawn = finished(Figure(bar), height=34 * len(names) + 20)
    drawn.update_xaxes(range=[0, 1.18], visible=False)
    drawn.update_yaxes(
        tickmode="array", tickvals=list(range(len(names))), ticktext=names, autorange="reversed",
        showgrid=False, automargin=True, ticklabelstandoff=8,
    )  # fmt: skip
    return drawn


def alt_text(probabilities: Mapping[str, float]) -> str:
    """The bars in a sentence."""
    parts = [f"{name} {_percent(share)}" for name, share in probabilities.items()]
    return f"Bar chart of probabilities: {', '.join(parts)}."


def _percent(share: float) -> str:
    return (
        f"{share * 100:.1f} %"
        if 0.001 <= share <= 0.999
        else "< 0.1 %"
        if share < 0.5
        else "> 99.9 %"
    )
