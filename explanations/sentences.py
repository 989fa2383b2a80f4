"""What attributions say, in one plain paragraph made of the same numbers that stand in the chart."""

from __future__ import annotations

from collections.abc import Sequence

from explanations import wording
from explanations.contract import Attribution, Target

NAMED_FOR = 3
NAMED_AGAINST = 2
# Amounts below this share of the largest are left out of the paragraph; the chart has them all.
WORTH_NAMING = 0.1


def answered(target: Target, prediction: float) -> str:
    """The answer with its number: "The model says benign with 97 %."."""
    number = target.value_text(prediction)
    match target.kind:
        case "probability":
            return f"The model says {target.answer} with {number}."
        case "agreement":
            return f"The model says {target.answer}."
        case "number":
            return f"The model answers {number}."
        case "score":
            return f"The model's score is {number}."
        case "seconds":
            return f"The model finds {number}."


def reasons(target: Target, attributions: Sequence[Attribution]) -> str:
    """What speaks for the answer and what against it, the strongest first."""
    worth = _worth_naming(target, attributions)
    ups = [_told(target, each) for each in worth if each.amount > 0][:NAMED_FOR]
    downs = [_told(target, each) for each in worth if each.amount < 0][:NAMED_AGAINST]
    if not ups and not downs:
        return "No single part of the input moves this answer."
    if target.kind in ("number", "score", "seconds"):
        return _raised_and_lowered(ups, downs)
    return _for_and_against(ups, downs)


def strongest_first(attributions: Sequence[Attribution]) -> tuple[Attribution, ...]:
    """By size; equals in the order in which they came."""
    return tuple(sorted(attributions, key=lambda each: -abs(each.amount)))


def _worth_naming(target: Target, attributions: Sequence[Attribution]) -> list[Attribution]:
    ordered = strongest_first(attributions)
    least = WORTH_NAMING * max((abs(each.amount) for each in ordered), default=0.0)
    return [
        each
        for each in ordered
        if abs(each.amount) >= least and not target.amount_text(each.amount).startswith("±")
    ]


def _told(target: Target, each: Attribution) -> str:
    title = wording.inside(each.title)
    what = f"{title} = {each.value_text}" if each.value_text else title
    return f"{what} ({target.amount_text(each.amount)})"


def _for_and_against(ups: Sequence[str], downs: Sequence[str]) -> str:
    speak = "speaks" if len(downs) == 1 else "speak"
    if not ups:
        return f"{wording.listed(downs)} {speak} against it."
    against = f"; {wording.listed(downs)} {speak} against it" if downs else ""
    because = "because" if " = " in ups[0] else "because of"
    return f"Mostly {because} {wording.listed(ups)}{against}."


def _raised_and_lowered(ups: Sequence[str], downs: Sequence[str]) -> str:
    parts = [
        f"raised by {wording.listed(ups)}" if ups else "",
        f"lowered by {wording.listed(downs)}" if downs else "",
    ]
    return f"It is {'; '.join(part for part in parts if part)}."
