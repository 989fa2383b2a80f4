"""The charts of answers: labels by themselves, many numbers."""

from __future__ import annotations

from charts import labels, vector
from charts.palette import AGAINST, FOR, REST


def test_labels_that_hold_are_coloured() -> None:
    shares = {"sport": 0.9, "<b>": 0.4}
    drawn = labels.figure(shares, str)
    assert list(drawn.data[0].marker.color) == [FOR, REST]
    assert "<b>" not in drawn.layout.yaxis.ticktext[1]
    assert labels.alt_text(shares, str).endswith("sport 0.9, <b> 0.4.")


def test_very_many_numbers_are_drawn_as_means() -> None:
    drawn = vector.figure([1.0, -1.0])
    assert list(drawn.data[0].marker.color) == [FOR, AGAINST]
    assert len(vector.figure([0.5] * 10_000).data[0].y) == 512
    assert "from -1 to 1" in vector.alt_text([1.0, -1.0])
