"""Many numbers without names: one thin bar each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from plotly.graph_objects import Bar, Figure

from charts.layout import finished
from charts.palette import AGAINST, FOR

_MOST_BARS = 512


def figure(values: Sequence[float]) -> Figure:
    """Blue above zero, orange below; of very many numbers the means of neighbours."""
    heights = _means(values)
    starts = np.linspace(0, len(values), len(heights), endpoint=False)
    colours = [FOR if height >= 0 else AGAINST for height in heights]
    bar = Bar(x=starts, y=heights, marker_color=colours, marker_line_width=0, hoverinfo="skip")
    drawn = finished(Figure(bar), height=150)
    drawn.update_layout(bargap=0)
    drawn.update_xaxes(title="position", showgrid=False)
    return drawn


def alt_text(values: Sequence[float]) -> str:
    """The bars in a sentence."""
    return f"Bar chart of {len(values):,} numbers from {min(values):.3g} to {max(values):.3g}."


def _means(values: Sequence[float]) -> list[float]:
    parts = np.array_split(np.asarray(values, dtype=float), min(len(values), _MOST_BARS))
    return [float(part.mean()) for part in parts]
