"""Figures have the bars they should, words for who cannot see them, and nothing hostile in them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PIL import Image

from charts import attributions, counts, grid, latency, palette, probabilities, rule, waveform

HOSTILE = "<b onmouseover=alert(1)>age</b> & more"


def _percent(share: float) -> str:
    return f"{share:.0%}"


def test_probabilities_stand_in_the_order_given_with_the_answer_in_blue() -> None:
    shares = {"benign": 0.9, "malignant": 0.1}
    (bar,) = probabilities.figure(shares, _percent).data
    assert list(bar.x) == [0.9, 0.1]
    assert list(bar.text) == ["90%", "10%"]
    assert list(bar.marker.color) == [palette.FOR, palette.REST]
    assert probabilities.alt_text(shares, _percent) == (
        "Bar chart of probabilities: benign 90%, malignant 10%."
    )


def test_attributions_are_sorted_and_coloured_by_sign() -> None:
    parts = [
        attributions.Part(title="a", amount=0.1, words="+10"),
        attributions.Part(title="b", amount=-0.4, words="−40"),
        attributions.Part(title="c", amount=0.0, words="±0"),
    ]
    (bar,) = attributions.figure(parts).data
    assert list(bar.x) == [-0.4, 0.1, 0.0]
    assert list(bar.marker.color) == [palette.AGAINST, palette.FOR, palette.REST]
    assert list(attributions.figure(parts, in_order=True).data[0].x) == [0.1, -0.4, 0.0]
    assert (
        attributions.alt_text(parts, "chance")
        == "Bar chart of what moved the chance: b −40; a +10; c ±0."
    )


def test_hostile_names_are_not_read_as_html() -> None:
    parts = [attributions.Part(title=HOSTILE, amount=1.0, words=HOSTILE)]
    drawn = attributions.figure(parts)
    shown = [*drawn.layout.yaxis.ticktext, *drawn.data[0].text]
    assert all("<" not in words.replace("<br>", "") for words in shown)
    (name,) = probabilities.figure({HOSTILE: 1.0}, _percent).layout.yaxis.ticktext
    assert "<" not in name.replace("<br>", "")


def test_a_grid_lies_over_its_picture_without_being_stretched() -> None:
    amounts = [[0.0, 0.2], [0.0, 0.0], [-0.4, 0.0]]
    drawn = grid.figure(amounts, Image.new("RGB", (200, 300)))
    assert (drawn.data[0].zmin, drawn.data[0].zmax) == (-0.4, 0.4)
    assert drawn.layout.yaxis.scaleratio == pytest.approx(1.0)
    assert len(drawn.layout.images) == 1
    assert "most of all the top right" in grid.alt_text(amounts, "answer 7")


def test_words_above_a_waveform_are_of_its_strongest_stretches_alone() -> None:
    """Two are too close to a stronger one for words of their own; no weaker one gets the room, which the sentence would not name."""
    amounts = [
        waveform.Amount(start, start + 0.5, amount, f"+{amount} s")
        for start, amount in ((1, 0.67), (7.5, 0.61), (6.5, 0.55), (0, 0.51), (3, 0.48), (5, 0.32))
    ]
    drawn = waveform.figure(np.zeros(80_000), 10_000, amounts=amounts)
    words = [each.text for each in drawn.layout.annotations]
    assert words == ["+0.67 s", "+0.61 s", "+0.48 s"]


def test_a_waveform_keeps_its_peaks_and_marks_its_stretches() -> None:
    values = np.zeros(16_000)
    values[8_000] = -0.9
    drawn = waveform.figure(
        values, 8_000, segments=[(0.5, 1.25)], amounts=[(0, 1, 2.0), (1, 2, -1.0)]
    )
    assert max(drawn.data[0].y) == pytest.approx(0.9)
    spans = [(shape.x0, shape.x1, shape.fillcolor) for shape in drawn.layout.shapes]
    assert spans == [(0.5, 1.25, palette.FOR), (0, 1, palette.FOR), (1, 2, palette.AGAINST)]
    assert waveform.alt_text(2.0, [(0.5, 1.25)]).endswith("marked from 0.5 to 1.2 s.")
    assert "nothing is marked" in waveform.alt_text(2.0, [])
    height = drawn.layout.height
    assert waveform.from_afar(drawn).layout.height < 0.75 * height
    assert drawn.layout.xaxis.ticksuffix == " s"


def test_counts_stack_answered_and_not() -> None:
    starts = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=i) for i in range(3)]
    drawn = counts.figure(starts, [1, 0, 4], [0, 0, 1])
    assert [list(bar.y) for bar in drawn.data] == [[1, 0, 4], [0, 0, 1]]
    assert drawn.layout.yaxis.dtick == 1
    assert counts.alt_text([1, 0, 4], [0, 0, 1]) == (
        "Bar chart of cases over time: 5 answered, 1 not answered."
    )
    assert counts.figure([], [], []).layout.yaxis.dtick == 1


@pytest.mark.parametrize(("first", "begins"), [(0, 0), (12, 12), (28, 23)])
def test_an_axis_of_days_begins_with_the_first_cases(first: int, begins: int) -> None:
    starts = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=i) for i in range(30)]
    cases = [int(day >= first) for day in range(30)]
    low, high = counts.figure(starts, [0] * 30, cases).layout.xaxis.range
    assert starts[begins] - timedelta(days=1) < low < starts[begins]
    assert high > starts[-1]


def test_latency_is_in_milliseconds() -> None:
    speeds = [latency.Speed(title="m v1", p50=0.05, p95=0.2)]
    _line, half, most = latency.figure(speeds).data
    assert (list(half.x), list(most.x)) == ([50.0], [200.0])
    assert latency.alt_text(speeds) == (
        "Chart of the time to answer: m v1 half faster than 50 ms, 19 of 20 faster than 200 ms."
    )


def test_a_rule_shows_how_far_it_can_be_trusted() -> None:
    shares = {"holds": 0.97, "applies": 0.1}
    _full, bar = rule.figure(shares, _percent).data
    assert list(bar.text) == ["97%", "10%"]
    assert "how often the rule holds: 97%" in rule.alt_text(shares, _percent)


@pytest.mark.parametrize(
    "figure",
    [
        probabilities.figure({"a": 1.0}, _percent),
        attributions.figure([]),
        counts.figure([], [], []),
        latency.figure([]),
        waveform.figure(np.zeros(10), 10),
    ],
)
def test_no_figure_paints_its_background_or_its_text(figure: object) -> None:
    layout = figure.layout  # type: ignore[attr-defined]
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert layout.font.color is None


def test_words_over_a_waveform_are_not_cut_at_its_ends() -> None:
    amounts = [(0.0, 0.4, 1.0, "+0.51 s"), (4.0, 5.0, 0.9, "+0.48 s"), (9.0, 10.0, 0.8, "+0.47 s")]
    values = np.ones(1_000)
    drawn = waveform.figure(values, 100, amounts=[waveform.Amount(*each) for each in amounts])
    placed = [(each.x, each.xanchor) for each in drawn.layout.annotations]
    assert placed == [(0.0, "left"), (4.5, "center"), (10.0, "right")]
    numbered = waveform.figure(values, 100, segments=[(0.0, 1.0), (9.0, 10.0)])
    assert [each.x for each in numbered.layout.annotations] == [0.5, 9.5]


def test_numbers_of_the_parts_of_a_picture_stand_beside_it() -> None:
    """With a line to the part: on the picture they would hide letters. None hides another."""
    places = [(9.9, 1.0), (9.8, 2.0), (5.0, 3.0), (0.0, 9.0)]
    named = [
        grid.Label(row=row, column=column, words=f"{n} +")
        for n, (row, column) in enumerate(places, start=1)
    ]
    drawn = grid.figure([[0.5] * 10] * 10, Image.new("RGB", (100, 100)), labels=named)
    written = {each.text: each for each in drawn.layout.annotations}
    assert {text: (each.y, each.x) for text, each in written.items()} == {
        f"{n} +": place for n, place in enumerate(places, start=1)
    }
    assert all(each.showarrow for each in written.values())
    assert [written[f"{n} +"].ax < 0 for n in range(1, 5)] == [True, True, True, False]
    assert written["4 +"].ax > 10
    heights = sorted(written[f"{n} +"].ay for n in range(1, 4))
    assert min(b - a for a, b in itertools.pairwise(heights)) >= 1
    assert 0 < heights[0] <= heights[-1] < 10
    low, high = drawn.layout.xaxis.range
    assert low < -1
    assert high > 11
    bare = grid.figure([[0.5] * 10] * 10, Image.new("RGB", (100, 100)))
    assert tuple(bare.layout.xaxis.range) == (0, 10)
