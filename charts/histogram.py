"""How numbers are spread: bars over equal steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from plotly.graph_objects import Bar, Figure

from charts.layout import finished, shortened
from charts.palette import FOR

MOST_BARS = 30


def figure(values: Sequence[float], title: str) -> Figure:
    """Bars over at most 30 equal steps from the least to the most; `values` are finite."""
    counts, edges = np.histogram(values, bins=_bins(values))
    drawn = Figure(
        Bar(
            x=((edges[:-1] + edges[1:]) / 2).tolist(),
            y=counts.tolist(),
            width=np.diff(edges).tolist(),
            marker_color=FOR,
            customdata=np.stack([edges[:-1], edges[1:]], axis=1).tolist(),
            hovertemplate="%{customdata[0]:.4g} to %{customdata[1]:.4g}: %{y}<extra></extra>",
        )
    )
    finished(drawn, height=220)
    drawn.update_layout(bargap=0.05)
    drawn.update_xaxes(title=shortened(title), automargin=True)
    drawn.update_yaxes(title="rows", rangemode="tozero", tickformat=",d")
    return drawn


def alt_text(values: Sequence[float], title: str) -> str:
    """The spread in a sentence."""
    low, middle, high = np.percentile(values, (0, 50, 100))
    return f"Histogram of {title}: {len(values):,} rows from {low:.4g} to {high:.4g}, half below {middle:.4g}."


def _bins(values: Sequence[float]) -> int:
    """Sturges' rule, and no more bars than there are different numbers."""
    return max(1, min(MOST_BARS, int(np.log2(max(len(values), 1))) + 1, len(set(values))))
