"""What attributions say, in one plain paragraph made of the same numbers that stand in the chart."""

from __future__ import annotations

from collections.abc import Sequence

from explanations import formatting
from explanations.contract import Attribution
from explanations.target import Target

# The paragraph names so many of the longest bars.
NAMED = 5
# Amounts below this share of the largest are left out of the paragraph; the chart has them all.
WORTH_NAMING = 0.1
# The chart shows so many bars; what the paragraph names must be among them.
MOST_SHOWN = 8


def answered(target: Target, prediction: float) -> str:
    """The answer with its number: "The model says benign with 97 %."."""
    number = target.value_text(prediction)
    match target.kind:
        case "probability":
            return f"The model says {target.answer} with {number}."
        case "agreement":
            return f"The model says {target.answer}."
        case "words":
            return f"The model answers “{formatting.shortened(target.answer)}”."
        case "number":
            return f"The model answers {number}."
        case "score":
            return f"The model's score is {number}."
        case "seconds":
            return f"The model finds {number}."


def compared(target: Target, prediction: float, base: float) -> str:
    """The answer beside a typical case: "The model says 72 % likely to be benign: 31 percentage points above …"."""
    number, where = target.value_text(prediction), distance(target, prediction - base)
    match target.kind:
        case "probability":
            return f"The model says {number} likely to be {target.answer}: {where} a typical case."
        case "agreement":
            return f"{target.answer}: its share is {where} a typical case."
        case "words":
            return f"Of the words of “{formatting.shortened(target.answer)}”, {number} stay: {where} a typical case."
        case "seconds":
            return f"The model finds {number}: {where} a typical case."
        case _:
            return f"The model answers {number}: {where} a typical case."


def frame(target: Target, prediction: float, base: float) -> str:
    """What stands under the bars: where they start, where they lead, and how far that is."""
    start, end = target.value_text(base), target.value_text(prediction)
    return f"A typical case: {start}. This case: {end}, {distance(target, prediction - base)} it."


def distance(target: Target, amount: float) -> str:
    """ "31 percentage points above", "2 mg below", "the same as"."""
    text = target.amount_text(amount)
    if text.startswith("±"):
        return "the same as"
    return f"{formatting.spelled_out(text[1:])} {'above' if amount > 0 else 'below'}"


def unclear(attributions: Sequence[Attribution]) -> tuple[Attribution, ...]:
    """Those of which it is not certain to which side they move the answer."""
    return tuple(each for each in attributions if not each.is_clear)


def shown(attributions: Sequence[Attribution]) -> tuple[Attribution, ...]:
    """Those with a bar of their own: the strongest of the clear ones."""
    return strongest_first([each for each in attributions if each.is_clear])[:MOST_SHOWN]


def weaker(attributions: Sequence[Attribution]) -> tuple[Attribution, ...]:
    """The clear ones without a bar of their own: one bar has their sum."""
    with_own_bar = shown(attributions)
    return tuple(each for each in attributions if each.is_clear and each not in with_own_bar)


def counted(some: Sequence[Attribution], kind: str = "") -> str:
    """ "1 field", "12 weaker fields"."""
    return f"1 {kind}field" if len(some) == 1 else f"{len(some)} {kind}fields"


def pooled(target: Target, attributions: Sequence[Attribution]) -> str:
    """What to say of the bars that stand for several fields, with their sums: "12 weaker fields together: +31
    points."; empty where there are none."""
    rest, some = weaker(attributions), unclear(attributions)
    parts = [
        f"{counted(rest, 'weaker ')}{' together' if len(rest) > 1 else ''}: {total(target, rest)}."
        if rest
        else "",
        without_effect(some, total(target, some)),
    ]
    return " ".join(part for part in parts if part)


def total(target: Target, some: Sequence[Attribution]) -> str:
    """The sum of some amounts in words, as their common bar has it."""
    return target.amount_text(sum(each.amount for each in some))


def without_effect(some: Sequence[Attribution], size: str = "") -> str:
    """What to say of fields that are not clear, and how long their common bar is; empty when there are none."""
    if not some:
        return ""
    if len(some) == 1:
        bar = "" if not size or size.startswith("±") else f" ({size}, which may be chance)"
        return f"{some[0].title} has no clear effect{bar}."
    bar = "" if not size or size.startswith("±") else f" (together {size}, which may be chance)"
    return f"{len(some)} fields have no clear effect{bar}."


def amount(target: Target, each: Attribution, *, between: str = ", could be ") -> str:
    """An amount and where it may lie: "+19 pp, could be 15 to 23"; alone where it is exact."""
    text = target.amount_text(each.amount)
    if each.low is None or each.high is None:
        return text
    low, high = (target.bare_text(end) for end in (each.low, each.high))
    return text if low == high else f"{text}{between}{low} to {high}"


def reasons(target: Target, attributions: Sequence[Attribution]) -> str:
    """What speaks for the answer and what against it: the longest bars, the strongest first."""
    worth = _worth_naming(target, attributions)[:NAMED]
    ups = [_with_amount(target, each) for each in worth if each.amount > 0]
    downs = [_with_amount(target, each) for each in worth if each.amount < 0]
    if not ups and not downs:
        return "No single part of the input moves this answer."
    if target.kind in ("number", "score", "seconds"):
        return _raised_and_lowered(ups, downs)
    return _for_and_against(ups, downs)


def first_reasons(target: Target, attributions: Sequence[Attribution]) -> str:
    """What is certain of a first estimate, and that the rest is not."""
    some = unclear(attributions)
    told = reasons(target, attributions) if len(some) < len(attributions) else ""
    which = f"{counted(some)} {'moves' if len(some) == 1 else 'move'}"
    if not told:
        which = "the fields move"
    return f"{told} {f'It is not certain yet to which side {which} it.' if some else ''}".strip()


def strongest_first(attributions: Sequence[Attribution]) -> tuple[Attribution, ...]:
    """By size; equals in the order in which they came."""
    return tuple(sorted(attributions, key=lambda each: -abs(each.amount)))


def _worth_naming(target: Target, attributions: Sequence[Attribution]) -> list[Attribution]:
    ordered = shown(attributions)
    least = WORTH_NAMING * max((abs(each.amount) for each in ordered), default=0.0)
    return [
        each
        for each in ordered
        if abs(each.amount) >= least and not target.amount_text(each.amount).startswith("±")
    ]


def _with_amount(target: Target, each: Attribution) -> str:
    title = formatting.inside(each.title)
    what = f"{title} = {each.value_text}" if each.value_text else title
    return f"{what} ({amount(target, each)})"


def _for_and_against(ups: Sequence[str], downs: Sequence[str]) -> str:
    speak = "speaks" if len(downs) == 1 else "speak"
    if not ups:
        return f"{formatting.listed(downs)} {speak} against it."
    against = f"; {formatting.listed(downs)} {speak} against it" if downs else ""
    return f"Mostly because of {formatting.listed(ups)}{against}."


def _raised_and_lowered(ups: Sequence[str], downs: Sequence[str]) -> str:
    parts = [
        f"raised by {formatting.listed(ups)}" if ups else "",
        f"lowered by {formatting.listed(downs)}" if downs else "",
    ]
    return f"It is {'; '.join(part for part in parts if part)}."
