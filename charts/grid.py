"""Which parts of a picture speak for an answer: colour over the picture."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL.Image import Image
from plotly.graph_objects import Figure, Heatmap

from charts.layout import finished, shortened
from charts.palette import AGAINST, FOR, REST

_SIDE = 360
# Shares of the picture: room beside it for labels, their distance from it, and from one to the next.
_MARGIN, _GAP, _APART = 0.14, 0.015, 0.12
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
    margin = _MARGIN * columns if labels else 0
    _write_beside(drawn, labels, rows, columns)
    drawn.update_xaxes(range=[-margin, columns + margin], visible=False, constrain="domain")
    scale = picture.height * columns / (picture.width * rows)
    drawn.update_yaxes(range=[rows, 0], visible=False, scaleanchor="x", scaleratio=scale)
    return drawn


def _write_beside(drawn: Figure, labels: Sequence[Label], rows: int, columns: int) -> None:
    """The labels left and right of the picture, each with a line to its place: on it they would hide what it shows."""
    for is_left in (True, False):
        side = sorted(
            (each for each in labels if (each.column < columns / 2) is is_left),
            key=lambda each: each.row,
        )
        heights = _spread([each.row for each in side], _APART * rows, rows)
        for label, height in zip(side, heights, strict=True):
            drawn.add_annotation(
                x=label.column, y=label.row, ax=-_GAP * columns if is_left else (1 + _GAP) * columns, ay=height,
                axref="x", ayref="y", xanchor="right" if is_left else "left", text=shortened(label.words),
                showarrow=True, arrowhead=6, arrowsize=0.8, arrowwidth=1.5, arrowcolor=REST, borderpad=2,
                bgcolor="rgba(15, 20, 29, 0.8)", font={"color": "#ffffff", "size": 14},
            )  # fmt: skip


def _spread(places: Sequence[float], apart: float, most: float) -> list[float]:
    """Ascending places moved so that they lie apart, none beyond the end as long as there is room."""
    spread: list[float] = []
    for place in places:
        spread.append(max(place, spread[-1] + apart) if spread else max(place, apart / 2))
    end = most - apart / 2
    for at in reversed(range(len(spread))):
        spread[at] = min(spread[at], end)
        end = spread[at] - apart
    return spread


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
