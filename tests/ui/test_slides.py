"""What is on the stage fits on one screen, and its pictures have words that the last row can read."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from plotly.graph_objects import Bar, Figure

from charts.attributions import Part
from explanations.contract import Attribution, Explanation
from explanations.target import Target
from mds_client.prediction import Answer
from tests.recorded import NOON
from ui import figure
from ui.explanations.kinds import attribution
from ui.stage import heard, slides

WHY = Explanation(
    method="shap",
    title="Why",
    kind="attribution",
    target=Target(kind="probability", answer="Adelie"),
    sentence="Because.",
    alt="Bars",
)


def _attribution(n: int) -> Attribution:
    return Attribution(field=str(n), title=f"Field {n}", value_text="1", amount=0.3 - n / 100)


def _shown(count: int) -> Any:
    entered = {f"field {n}": n for n in range(count)}
    return SimpleNamespace(fields={}, case=SimpleNamespace(entered=entered))


def test_the_audience_gets_the_picture_of_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slides.picture, "small", lambda shown: f"of {shown.case.id}")
    about = {"id": "c1", "server": "s", "model": "m", "version": "", "question": "Which?"}
    case = SimpleNamespace(entered={}, **about)
    shown: Any = SimpleNamespace(fields={}, values={}, case=case)
    slide = slides.Slide(shown=shown, answer=None, explanation=None, recorded_at=NOON)
    assert slides.stage(slide, place=0, count=1).picture == "of c1"


def test_the_audience_gets_the_sound_with_what_was_found_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sounds = heard.Heard(sound="UklG", peaks=(3, 100), seconds=4.0)
    monkeypatch.setattr(slides.heard, "small", lambda _shown: sounds)
    about = {"id": "c1", "server": "s", "model": "m", "version": "", "question": "Where?"}
    case = SimpleNamespace(entered={}, **about)
    shown: Any = SimpleNamespace(fields={}, values={}, case=case)
    answer = Answer(kind="segments", segments=((1.0, 2.0),))
    slide = slides.Slide(shown=shown, answer=answer, explanation=None, recorded_at=NOON)
    staged = slides.stage(slide, place=0, count=1)
    assert (staged.sound, staged.peaks, staged.marked) == ("UklG", (3, 100), ((0.25, 0.5),))


@pytest.mark.parametrize(("count", "last"), [(7, "6"), (8, "and 2 others"), (30, "and 24 others")])
def test_inputs_stand_in_one_line(count: int, last: str) -> None:
    pairs = slides.inputs(_shown(count))
    assert len(pairs) == 7
    assert pairs[-1][1] == last


@pytest.mark.parametrize(
    ("titles", "last"),
    [
        (["Worst texture", "Radius (standard error)", "Worst radius", *["Worst concave points"] * 27], "and 26 others"),
        (["What was said before by whoever asked"] * 4, "and 1 other"),
        (["What was said before by whoever asked"] * 3, "0.5"),
    ],
)  # fmt: skip
def test_long_inputs_stand_in_one_line_too(titles: list[str], last: str) -> None:
    entered = {f"{title}{' ' * n}": 0.5 for n, title in enumerate(titles)}
    shown: Any = SimpleNamespace(fields={}, case=SimpleNamespace(entered=entered))
    assert slides.inputs(shown)[-1][1] == last


def test_where_not_all_inputs_fit_those_of_the_reasons_come_first() -> None:
    amounts = {"field 20": 0.1, "field 9": -0.3, "field 3": 0.2, "field 2": 0.05, "field 1": 0.01}
    why = replace(
        WHY,
        attributions=tuple(
            Attribution(field=name, title=name, value_text="1", amount=amount)
            for name, amount in amounts.items()
        ),
    )
    values = [value for _, value in slides.inputs(_shown(30), why)]
    assert values == ["9", "3", "20", "2", "0", "1", "and 24 others"]
    # Where all stand there, they keep their places.
    assert [value for _, value in slides.inputs(_shown(7), why)] == [str(n) for n in range(7)]


def test_reasons_that_stand_for_several_fields_are_counted_by_their_fields() -> None:
    why = replace(WHY, attributions=tuple(_attribution(n) for n in range(30)))
    parts = attribution.bars(why)
    assert len(parts) < 30
    assert "26 others" in slides.bars_html(parts, why)


def test_of_many_reasons_the_strongest_have_bars_of_their_own() -> None:
    parts = [Part(title=str(n), amount=0.1, words="") for n in range(9)]
    why = replace(WHY, attributions=tuple(_attribution(n) for n in range(9)))
    drawn = slides.bars_html(parts, why)
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
