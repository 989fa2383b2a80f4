"""What each patch of a picture is worth, laid over it."""

from __future__ import annotations

from charts import grid
from explanations.contract import Explanation
from mds_client.signature import Values
from ui.explained._parts import file
from ui.figure import draw_figure
from ui.media import preview

KINDS = ("grid",)


def draw(explanation: Explanation, values: Values) -> None:
    """The amounts over the picture of the case."""
    found = file(values)
    picture = preview(found.data) if found else None
    if picture is not None and explanation.grid:
        draw_figure(grid.figure(explanation.grid, picture), explanation.alt)
