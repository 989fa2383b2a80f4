"""What each word of a text is worth."""

from __future__ import annotations

from charts import attributions
from explanations.contract import Explanation
from mds_client.signature import Values
from ui.explained._parts import part
from ui.figure import draw_figure

KINDS = ("spans",)
_MOST_WORDS = 15


def draw(explanation: Explanation, _values: Values) -> None:
    """The words in reading order."""
    parts = [part(explanation, a.title, a.amount) for a in explanation.attributions]
    strongest = sorted(parts, key=lambda part: -abs(part.amount))[:_MOST_WORDS]
    shown = [part for part in parts if part in strongest]
    draw_figure(attributions.figure(shown, in_order=True), explanation.alt)
