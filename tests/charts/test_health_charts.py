"""Charts of Health: what is worse has another shape and colour, and the words say what the picture says."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from charts import confusion, counts, palette, reliability, shifts, spread, weeks
from charts.reliability import Reliability
from charts.shifts import Shift
from charts.spread import Part
from charts.weeks import Point

POINTS = [
    Point(start=date(2026, 10, 5), value=0.96, low=0.8, high=0.99, words="23 of 24"),
    Point(start=date(2026, 10, 12), value=None, low=0.0, high=1.0, words=""),
    Point(start=date(2026, 10, 19), value=0.6, low=0.4, high=0.77, words="12 of 20", is_worse=True),
]


def test_weeks_are_points_with_their_interval_and_worse_ones_are_diamonds() -> None:
    good, worse = weeks.figure(POINTS, (0.9, 0.97)).data
    assert (list(good.x), list(worse.x)) == ([0], [2])
    assert worse.marker.symbol == "diamond"
    assert worse.marker.color == palette.AGAINST
    assert list(good.error_y.arrayminus) == pytest.approx([0.16])
    assert list(worse.customdata) == ["2026-10-19"]
    assert weeks.lowest(POINTS) == pytest.approx(0.35)
    assert weeks.alt_text(POINTS) == (
        "Chart of right answers by week: 5 October 96 % (23 of 24); 19 October 60 % (12 of 20)."
    )
    assert weeks.alt_text(POINTS[1:2]) == "No week has checked cases."


def test_of_a_year_of_weeks_not_every_one_has_its_words() -> None:
    ticks = weeks.figure(POINTS[:1] * 52).layout.xaxis.tickvals
    assert len(ticks) <= 6
    assert ticks[-1] == 51


def test_flagged_fields_are_orange_with_a_bold_number() -> None:
    given = [
        Shift(name="a", title="<b>Flipper</b>", size=0.62, is_flagged=True),
        Shift(name="b", title="Mass", size=0.08, is_flagged=False),
    ]
    _, bar = shifts.figure(given, 0.2).data
    assert list(bar.marker.color) == [palette.AGAINST, palette.REST]
    assert list(bar.text) == ["<b>0.62</b>", "0.08"]
    assert "<b>" not in bar.y[0]
    assert "Mass 0.08" in shifts.alt_text(given)


def test_the_table_of_errors_and_the_probabilities_are_told_in_words() -> None:
    labels, counts = ("Adelie", "Gentoo"), [[8, 2], [0, 5]]
    assert confusion.alt_text(labels, counts) == (
        "Table of truth against answer: 13 right; Adelie answered as Gentoo 2 times."
    )
    drawn = confusion.figure(labels, counts)
    assert drawn.data[0].text[1] == ["·", "5"]
    assert list(drawn.data[1].customdata[1]) == [labels[0], labels[1]]  # truth, then answer
    assert drawn.data[1].hoverinfo == "none"  # `skip` would take the press with the label
    bins = [Reliability(said=0.9, right=0.8, low=0.6, high=0.9, n=20)]
    assert "said 90 %, right 80 % of 20" in reliability.alt_text(bins)
    assert len(reliability.figure(bins).data) == 2


@pytest.mark.parametrize(
    "drawn",
    [weeks.figure([]), shifts.figure([], 0.2), confusion.figure([], []), reliability.figure([])],
)
def test_nothing_is_smaller_than_14_px_and_nothing_breaks_without_data(drawn) -> None:
    sizes = [axis.tickfont.size for axis in (drawn.layout.xaxis, drawn.layout.yaxis)]
    assert all(size is None or size >= 14 for size in sizes)


def test_what_can_be_pressed_has_a_name_for_each_mark() -> None:
    """With `skip` a mark could not be pressed."""
    start = datetime(2025, 6, 1, tzinfo=UTC)
    figures = {
        "0": reliability.figure([Reliability(said=0.8, right=0.7, low=0.6, high=0.8, n=9)]),
        "bmi": shifts.figure([Shift(name="bmi", title="BMI", size=0.0, is_flagged=False)], 0.2),
        "1": spread.figure([Part(words="a", before=1.0, now=0.5), Part(words="b", before=0.0, now=0.5)]),
        "2025-06-01": counts.figure([start], [3], [1]),
    }  # fmt: skip
    for name, drawn in figures.items():
        named = [trace for trace in drawn.data if trace.customdata is not None]
        assert named
        assert all(trace.hoverinfo != "skip" for trace in named)
        assert all(trace.customdata[-1] == name for trace in named)
    wide = figures["bmi"].data[0]
    assert wide.x[0] > 0.2  # a field that did not move can be pressed, too
