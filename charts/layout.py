"""What all figures share: no background, little margin, words instead of legends."""

from __future__ import annotations

from typing import Any

from plotly.graph_objects import Figure

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
    plain = " ".join(words.split()).replace("&", "&amp;").replace("<", "&lt;")
    return plain if len(words) <= most else plain[: most - 1] + "…"
