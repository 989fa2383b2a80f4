"""What each part of a picture is worth, laid over it; how strongly is up to who looks."""

from __future__ import annotations

import streamlit as st
from PIL.Image import Image

from charts import grid
from explanations import narration
from explanations.contract import Attribution, Explanation
from mds_client.signature import Values
from ui.explanations.kinds._parts import upright
from ui.explanations.kinds.spans import amount_words, colour_legend
from ui.figure import FROM_AFAR, SMALLEST, draw_figure

KINDS = ("grid",)
_MOST_LABELS = 5
_STILL = 320  # pixels: with the reasons in words below it fits on a projector of 720
_STRENGTH = round(100 * grid.STRENGTH)
# Parts that move the answer by less than this share of what the strongest does get no number.
_WORTH_A_LABEL = 0.1


def draw(explanation: Explanation, values: Values) -> None:
    """The amounts over the picture of the case; once all are known, with sliders."""
    picture = upright(values)
    if picture is None or not explanation.grid:
        return
    if explanation.is_rough:
        _draw_overlay(explanation, picture, strength=_STRENGTH, most=len(explanation.attributions))
    else:
        _draw_adjustable(explanation, picture)
    st.caption(colour_legend(explanation))


def draw_still(explanation: Explanation, values: Values) -> None:
    """The amounts over the picture, for people who only look."""
    picture = upright(values)
    if picture is not None and explanation.grid:
        count = len(explanation.attributions)
        _draw_overlay(
            explanation, picture, strength=_STRENGTH, most=count, size=FROM_AFAR, height=_STILL
        )


@st.fragment
def _draw_adjustable(explanation: Explanation, picture: Image) -> None:
    """Moving a slider draws this picture again, and nothing else."""
    below = st.container()
    left, right = st.columns(2)
    key, count = f"{explanation.method}_{explanation.seed}", len(explanation.attributions)
    strength = left.slider(
        "Strength of the colours",
        *(0, 100, _STRENGTH, 5),
        format="%d %%",
        key=f"strength_{key}",
        help="How much the colours cover the picture.",
    )
    most = count
    if count > 1:
        most = right.slider(
            "Strongest parts shown",
            *(1, count, count),
            key=f"strongest_{key}",
            help="The parts that move the answer most; the others stay without colour.",
        )
    with below:
        _draw_overlay(explanation, picture, strength=strength, most=most, key=f"overlay_{key}")


def _draw_overlay(
    explanation: Explanation,
    picture: Image,
    *,
    strength: int,
    most: int,
    key: str | None = None,
    size: int = SMALLEST,
    height: int | None = None,
) -> None:
    shown = narration.strongest_first(explanation.attributions)[:most]
    figure = grid.figure(
        amounts(explanation, shown),
        picture,
        strength=strength / 100,
        labels=labels(explanation, shown),
        words=words(explanation),
    )
    if height:
        figure.update_layout(height=height)
    draw_figure(figure, explanation.alt, key=key, size=size)


def amounts(explanation: Explanation, shown: tuple[Attribution, ...]) -> list[list[float]]:
    """The amount of each cell; 0 in parts that are not shown."""
    places = {place for place, each in enumerate(explanation.attributions) if each in shown}
    if not explanation.raster:
        return [list(line) for line in explanation.grid]
    return [
        [amount if place in places else 0.0 for amount, place in zip(line, owners, strict=True)]
        for line, owners in zip(explanation.grid, explanation.raster, strict=True)
    ]


def labels(explanation: Explanation, shown: tuple[Attribution, ...]) -> list[grid.Label]:
    """The numbers by which the sentence calls the strongest parts, with their signs."""
    if not explanation.raster:
        return []
    most = max((abs(each.amount) for each in shown), default=0.0)
    worth = [each for each in shown if most and abs(each.amount) >= _WORTH_A_LABEL * most]
    return [
        grid.Label(row=each.span[0], column=each.span[1], words=_label(number, each))
        for number, each in enumerate(worth[:_MOST_LABELS], start=1)
        if each.span
    ]


def words(explanation: Explanation) -> list[list[str]]:
    """What each cell says beside the pointer: its part and the part's amount."""
    descriptions = [
        f"{each.title}: {amount_words(explanation, each)}" for each in explanation.attributions
    ]
    descriptions.append("not looked at yet")  # -1 is the last
    return [[descriptions[place] for place in line] for line in explanation.raster]


def _label(number: int, each: Attribution) -> str:
    return f"{number} {'+' if each.amount > 0 else '−'}"
