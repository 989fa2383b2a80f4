"""Curves and swarms show what they should, in words too, with nothing hostile, and for every eye."""

from __future__ import annotations

import pytest

from charts import beeswarm, curves, palette
from charts.beeswarm import Swarm
from charts.curves import Shape

HOSTILE = "<b onmouseover=alert(1)>age</b> & more"
SHAPE = Shape(
    title="Mass",
    places=(1.0, 2.0, 4.0, 8.0),
    numbers=(0.1, 0.4, 0.3, 0.2),
    low=(0.05, 0.3, 0.2, 0.1),
    high=(0.15, 0.5, 0.4, 0.3),
    least=(0.0, 0.1, 0.1, 0.0),
    most=(0.3, 0.9, 0.6, 0.5),
    shares=(0.25, 0.25, 0.25, 0.25),
)
WORDS = Shape(title="Island", places=("Dream", HOSTILE), numbers=(0.2, 0.7), shares=(0.5, 0.5))
BACKGROUNDS = ("#ffffff", "#0e1117")


def _percent(share: float) -> str:
    return f"{share:.0%}"


def test_a_curve_has_its_line_its_bands_and_where_the_rows_lie() -> None:
    drawn = curves.figure(SHAPE, _percent, base=0.25, axis="kg")
    skyline, band, interval, line = drawn.data
    assert list(line.x) == [1.0, 2.0, 4.0, 8.0]
    assert list(line.y) == [0.1, 0.4, 0.3, 0.2]
    assert (max(band.y), max(interval.y)) == (0.9, 0.5)
    assert sum(y * w for y, w in zip(skyline.y, skyline.width, strict=True)) > 0
    assert list(skyline.y) == sorted(skyline.y, reverse=True)  # the wider the stretch, the thinner
    assert drawn.layout.xaxis.title.text == "kg"
    assert drawn.layout.shapes[0].y0 == 0.25
    assert all(text.endswith("%") for text in drawn.layout.yaxis.ticktext)
    assert curves.alt_text(SHAPE, _percent) == "Curve, Mass: 10% at 1, 40% at 2, 20% at 8."


def test_curves_that_stand_together_have_one_scale() -> None:
    other = Shape(title="b", places=(0.0, 1.0), numbers=(0.8, 0.9))
    reach = (0.0, 0.9)
    scales = {
        tuple(curves.figure(shape, _percent, reach=reach).layout.yaxis.range)
        for shape in (SHAPE, other)
    }
    assert len(scales) == 1
    assert SHAPE.reach == (0.0, 0.9)


def test_choices_are_bars_with_their_share_and_nothing_hostile() -> None:
    drawn = curves.figure(WORDS, _percent)
    bar, said = drawn.data
    assert (bar.orientation, list(bar.x)) == ("h", [0.2, 0.7])
    assert [text.strip() for text in said.text] == ["20%", "70%"]
    assert all("<" not in name for name in drawn.layout.yaxis.ticktext)
    assert "(50\N{NO-BREAK SPACE}%)" in drawn.layout.yaxis.ticktext[0]
    assert drawn.layout.xaxis.range[0] == 0.0


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-3.2, 4.1, [-2.0, 0.0, 2.0, 4.0]),
        (1510.0, 1530.0, [1510.0, 1515.0, 1520.0, 1525.0, 1530.0]),
        (2.0, 2.0, [2.0]),
    ],
)
def test_ticks_are_few_and_round(low: float, high: float, expected: list[float]) -> None:
    assert curves.steps(low, high) == pytest.approx(expected)


def test_a_curve_of_one_number_everywhere_is_drawn() -> None:
    flat = Shape(title="a", places=(1.0, 2.0), numbers=(5.0, 5.0))
    low, high = curves.figure(flat, str).layout.yaxis.range
    assert low < 5.0 < high


def _swarms() -> list[Swarm]:
    return [
        Swarm(title="weak", amounts=[0.1, -0.1], heights=[0.0, None], words="10 points"),
        Swarm(title=HOSTILE, amounts=[0.5, -0.3], choices=["x", HOSTILE], words=HOSTILE),
    ]


def test_a_swarm_has_a_row_a_field_the_strongest_first() -> None:
    drawn = beeswarm.figure(_swarms(), axis=HOSTILE)
    strong, weak, said = drawn.data
    assert list(strong.text) == ["B", "A"] or list(strong.text) == ["A", "B"]
    assert list(weak.marker.symbol) == ["circle", "x"]
    assert weak.marker.color[0] == 0.0
    shown = [*drawn.layout.yaxis.ticktext, *said.text, drawn.layout.xaxis.title.text]
    assert all("<" not in words for words in shown)
    assert beeswarm.alt_text(_swarms()).startswith("Dots of 2 cases")


def test_dots_never_leave_their_row_and_lie_the_same_every_time() -> None:
    crowd = [0.2] * 400 + [0.9]
    found = beeswarm.offsets(crowd, (-1.0, 1.0))
    assert found == beeswarm.offsets(crowd, (-1.0, 1.0))
    assert max(map(abs, found)) <= 0.5
    assert len(set(found[:400])) == 400
    assert found[-1] == 0.0


def test_nothing_and_one_thing_are_drawn() -> None:
    assert beeswarm.figure([Swarm(title="a", amounts=[0.0], heights=[0.5])], axis="x").data
    assert beeswarm.strongest([]) == []


def test_every_colour_of_the_scale_keeps_three_to_one_to_light_and_dark() -> None:
    for _, color in beeswarm.SCALE:
        for ground in BACKGROUNDS:
            assert _contrast(color, ground) >= 3.0, (color, ground)
    assert palette.FOR != palette.AGAINST


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
