"""The charts of answers: labels by themselves, a number between bounds, many numbers."""

from __future__ import annotations

from charts import interval, labels, vector
from charts.palette import AGAINST, FOR, REST


def test_labels_that_hold_are_coloured() -> None:
    shares = {"sport": 0.9, "<b>": 0.4}
    drawn = labels.figure(shares, str)
    assert list(drawn.data[0].marker.color) == [FOR, REST]
    assert "<b>" not in drawn.layout.yaxis.ticktext[1]
    assert labels.alt_text(shares, str).endswith("sport 0.9, <b> 0.4.")


def test_a_number_is_drawn_between_its_bounds() -> None:
    drawn = interval.figure(12, 10, 20)
    assert list(drawn.data[0].x) == [10, 20]
    assert list(drawn.data[1].x) == [12]
    low, high = drawn.layout.xaxis.range
    assert low < 10 < 20 < high
    assert interval.figure(1, 1, 1).layout.xaxis.range == (0.0, 2.0)


def test_very_many_numbers_are_drawn_as_means() -> None:
    drawn = vector.figure([1.0, -1.0])
    assert list(drawn.data[0].marker.color) == [FOR, AGAINST]
    assert len(vector.figure([0.5] * 10_000).data[0].y) == 512
    assert "from -1 to 1" in vector.alt_text([1.0, -1.0])
