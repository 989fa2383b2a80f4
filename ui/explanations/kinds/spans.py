"""What each word of a text is worth: tinted where it stands, and the strongest as bars."""

from __future__ import annotations

import streamlit as st

from charts import attributions
from explanations import narration
from explanations.contract import Attribution, Explanation
from mds_client.signature import Values
from ui.explanations.kinds import _marked
from ui.explanations.kinds._parts import part
from ui.figure import draw_figure

KINDS = ("spans",)

# Words that move the answer by less than this share of what the strongest does carry no sign.
_WORTH_A_SIGN = 0.15


def draw(explanation: Explanation, values: Values) -> None:
    """The text itself with its words tinted, what the tints mean, and the strongest words in order."""
    if not any(each.span for each in explanation.attributions):
        return
    draw_still(explanation, values)
    st.caption(colour_legend(explanation))
    if _is_all_or_nothing(explanation):
        return
    if strongest := bars(explanation):
        draw_figure(attributions.figure(strongest, in_order=True), explanation.alt)


def draw_still(explanation: Explanation, values: Values) -> None:
    """The text itself with its words tinted, for people who only look."""
    if words := [each for each in explanation.attributions if each.span]:
        _marked.draw(str(values.get(words[0].field) or ""), marks(explanation), explanation.alt)


def bars(explanation: Explanation) -> list[attributions.Part]:
    """The strongest words with a clear effect, in reading order."""
    words = [each for each in explanation.attributions if each.span]
    strongest = [each for each in narration.shown(words) if _has_effect(explanation, each)]
    return [part(explanation, each.title, each.amount) for each in words if each in strongest]


def marks(explanation: Explanation) -> list[_marked.Mark]:
    """A mark for each word or group of words, in reading order."""
    words = [each for each in explanation.attributions if each.span]
    most = max((abs(each.amount) for each in words), default=0.0) or 1.0
    return [
        _marked.Mark(
            start=int(each.span[0]),
            end=int(each.span[1]),
            strength=each.amount / most if each.is_clear else 0.0,
            words=amount_words(explanation, each),
            is_signed=_has_effect(explanation, each) and abs(each.amount) >= _WORTH_A_SIGN * most,
        )
        for each in sorted(words, key=lambda each: each.span or (0, 0))
        if each.span
    ]


def colour_legend(explanation: Explanation) -> str:
    """What the colours and signs mean, in a line."""
    if not any(each.amount for each in explanation.attributions):
        return "No part moves the answer by itself."
    if _is_all_or_nothing(explanation):
        return "Without a part in blue the model says something else."
    if explanation.target.kind in ("number", "score", "seconds"):
        return "Blue, with a plus, raises the answer; orange, with a minus, lowers it. Point at a part for its amount."
    return "Blue, with a plus, speaks for the answer; orange, with a minus, against it. Point at a part for its amount."


def amount_words(explanation: Explanation, each: Attribution) -> str:
    """What a part is worth, in words."""
    if _is_all_or_nothing(explanation):
        return "Without it the answer changes" if each.amount else "Without it the answer stays"
    return narration.amount(explanation.target, each)


def _is_all_or_nothing(explanation: Explanation) -> bool:
    """Whether all that is known is with which parts the answer stays: bars would all be equally long."""
    amounts = {each.amount for each in explanation.attributions}
    return explanation.target.kind == "agreement" and amounts <= {0.0, 1.0}


def _has_effect(explanation: Explanation, each: Attribution) -> bool:
    return not explanation.target.amount_text(each.amount).startswith("±")
