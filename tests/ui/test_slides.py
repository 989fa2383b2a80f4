"""What is on the stage fits on one screen, and its pictures have words that the last row can read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from plotly.graph_objects import Bar, Figure

from charts.attributions import Part
from explanations.contract import Explanation
from explanations.target import Target
from ui import figure
from ui.stage import slides

WHY = Explanation(
    method="shap",
    title="Why",
    kind="attribution",
    target=Target(kind="probability", answer="Adelie"),
    sentence="Because.",
    alt="Bars",
)


def _shown(count: int) -> Any:
    entered = {f"field {n}": n for n in range(count)}
    return SimpleNamespace(fields={}, case=SimpleNamespace(entered=entered))


@pytest.mark.parametrize(
    ("count", "last"), [(7, "6"), (8, "2 other fields"), (30, "24 other fields")]
)
def test_inputs_stand_in_one_line(count: int, last: str) -> None:
    pairs = slides.inputs(_shown(count))
    assert len(pairs) == 7
    assert pairs[-1][1] == last


def test_of_many_reasons_the_strongest_have_bars_of_their_own() -> None:
    parts = [Part(title=str(n), amount=0.1, words="") for n in range(9)]
    drawn = slides.bars_html(parts, WHY)
    assert drawn.count('role="listitem"') == 5
    assert "5 others" in drawn


def test_words_of_a_picture_on_the_stage_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Figure] = []
    monkeypatch.setattr(figure.st, "plotly_chart", lambda given, **_: drawn.append(given))
    for size in (figure.SMALLEST, figure.FROM_AFAR):
        given = Figure(Bar(x=[1], y=[1], text=["1"]))
        given.add_annotation(text="1 +", font={"size": 14})
        figure.draw_figure(given, "A bar", size=size)
    sizes = [
        (cast("Any", each).layout.xaxis.tickfont.size, each.layout.annotations[0].font.size)
        for each in drawn
    ]
    assert sizes == [(14, 14), (22, 22)]
