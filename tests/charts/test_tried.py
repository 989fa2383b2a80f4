"""The curve beside the sliders marks the case and what is tried, in the picture and in words."""

from __future__ import annotations

from charts import tried
from charts.curves import Shape

MASS = Shape(title="Mass", places=(1.0, 2.0, 4.0), numbers=(0.1, 0.4, 0.3))
ISLAND = Shape(title="Island", places=("Dream", "<b>Biscoe"), numbers=(0.2, 0.7))


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def test_a_ring_is_the_case_and_a_diamond_what_is_tried() -> None:
    drawn = tried.figure(MASS, _percent, case=(2.0, 0.4), now=(3.0, 0.35), reach=(0.0, 1.0))
    line, ring, diamond = drawn.data
    assert (line.mode, list(ring.x), list(diamond.y)) == ("lines", [2.0], [0.35])
    assert (ring.marker.symbol, diamond.marker.symbol) == ("circle", "diamond")
    words = tried.alt_text(MASS, _percent, case=(2.0, 0.4), now=(3.0, 0.35))
    assert words.endswith("This case: 40 %. Tried: 35 %.")


def test_the_choice_that_is_tried_is_bold_and_nothing_is_html() -> None:
    drawn = tried.figure(ISLAND, _percent, case=("Dream", 0.2), now=("<b>Biscoe", 0.7))
    assert list(drawn.layout.yaxis.ticktext) == ["Dream", "<b>&lt;b>Biscoe</b>"]
