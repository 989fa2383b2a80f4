"""Which parts of a picture speak for an answer: colour over the picture."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL.Image import Image
from plotly.graph_objects import Figure, Heatmap

from charts.layout import finished, shortened
from charts.palette import AGAINST, FOR

_SIDE = 360
STRENGTH = 0.6


@dataclass(frozen=True, kw_only=True)
class Label:
    """A word or sign on the picture, at a row and a column of the grid."""

    row: float
    column: float
    words: str


def figure(
    amounts: Sequence[Sequence[float]],
    picture: Image,
    *,
    strength: float = STRENGTH,
    labels: Sequence[Label] = (),
    words: Sequence[Sequence[str]] = (),
) -> Figure:
    """A heat map over the picture; blue parts speak for the answer, orange ones against it.

    `strength` from 0 to 1 is how much the colours cover; `words` are what each cell says beside the pointer.
    """
    rows, columns = len(amounts), len(amounts[0])
    most = max((abs(value) for row in amounts for value in row), default=0.0) or 1.0
    heat = Heatmap(
        z=amounts, x0=0.5, dx=1, y0=0.5, dy=1, zmin=-most, zmax=most, opacity=strength, showscale=False,
        colorscale=[[0, AGAINST], [0.5, "rgba(255, 255, 255, 0)"], [1, FOR]],
        text=[[shortened(text, 80) for text in line] for line in words] or None,
        hovertemplate="%{text}<extra></extra>" if words else None, hoverinfo="none" if words else "skip",
    )  # fmt: skip
    drawn = finished(Figure(heat), height=_SIDE)
    drawn.add_layout_image(
        source=_source(picture), xref="x", yref="y", x=0, y=0, sizex=columns, sizey=rows,
        sizing="stretch", layer="below", yanchor="top",
    )  # fmt: skip
    for label in labels:
        drawn.add_annotation(
            x=label.column, y=label.row, text=shortened(label.words), showarrow=False, borderpad=2,
            bgcolor="rgba(15, 20, 29, 0.8)", font={"color": "#ffffff", "size": 14},
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


def _source(picture: Image) -> str:
    """The picture as a small address of its own: as PNG a photograph would be sent in ten times the bytes."""
    data = io.BytesIO()
    picture.convert("RGB").save(data, "JPEG", quality=88)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"


def _third(place: int, of: int, first: str, second: str, third: str) -> str:
    return (first, second, third)[min(int(3 * (place + 0.5) / max(of, 1)), 2)]
