"""Which patches of a picture speak for an answer: colour over the picture."""

from __future__ import annotations

from collections.abc import Sequence

from PIL.Image import Image
from plotly.graph_objects import Figure, Heatmap

from charts.layout import finished
from charts.palette import AGAINST, FOR

_SIDE = 360


def figure(amounts: Sequence[Sequence[float]], picture: Image) -> Figure:
    """A heat map over the picture; blue patches speak for the answer, orange ones against it."""
    rows, columns = len(amounts), len(amounts[0])
    most = max((abs(value) for row in amounts for value in row), default=0.0) or 1.0
    heat = Heatmap(
        z=amounts, x0=0.5, dx=1, y0=0.5, dy=1, zmin=-most, zmax=most, opacity=0.6, showscale=False,
        colorscale=[[0, AGAINST], [0.5, "rgba(255, 255, 255, 0)"], [1, FOR]], hoverinfo="skip",
    )  # fmt: skip
    drawn = finished(Figure(heat), height=_SIDE)
    drawn.add_layout_image(
        source=picture, xref="x", yref="y", x=0, y=0, sizex=columns, sizey=rows,
        sizing="stretch", layer="below", yanchor="top",
    )  # fmt: skip
    drawn.update_xaxes(range=[0, columns], visible=False, constrain="domain")
    scale = picture.height * columns / (picture.width * rows)
    drawn.update_yaxes(range=[rows, 0], visible=False, scaleanchor="x", scaleratio=scale)
    return drawn


def alt_text(amounts: Sequence[Sequence[float]], target: str) -> str:
    """Where the strongest patch lies, in words."""
    best = max(
        (
            (value, row, column)
            for row, line in enumerate(amounts)
            for column, value in enumerate(line)
        ),
        default=(0.0, 0, 0),
    )
    where = f"{_third(best[1], len(amounts), 'top', 'middle', 'bottom')} {_third(best[2], len(amounts[0]), 'left', 'centre', 'right')}"
    return f"The picture with patches coloured by how much they speak for the {target}; most of all the {where}."


def _third(place: int, of: int, first: str, second: str, third: str) -> str:
    return (first, second, third)[min(int(3 * (place + 0.5) / max(of, 1)), 2)]
