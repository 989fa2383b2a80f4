"""What is different about two answers to two versions of one case, in words on the scale that people read."""

from __future__ import annotations

import math

from explanations import formatting
from explanations.errors import ExplanationFailed
from explanations.target import Target
from mds_client.prediction import Answer


def moved(target: Target, before: float, after: float) -> str:
    """How the number went: "72 % → 41 %: 31 percentage points less"; "no difference" where a reader would see none."""
    texts = target.value_text(before), target.value_text(after)
    by = by_how_much(target, after - before)
    if by == "no difference" or texts[0] == texts[1]:
        # Two numbers that read alike are told apart by their difference alone.
        return by
    told = target.as_told(before), target.as_told(after)
    if told[0] is not None and told[1] is not None:
        by = by_how_much(target, told[1] - told[0])  # of two numbers in sight, what a reader finds
    return f"{texts[0]} → {texts[1]}: {by}"


def by_how_much(target: Target, amount: float) -> str:
    """ "31 percentage points less", "2 mg more"."""
    text = target.amount_text(amount)
    if text.startswith("±"):
        return "no difference"
    return f"{formatting.spelled_out(text[1:])} {'more' if amount > 0 else 'less'}"


def between(before: Answer, after: Answer) -> str:
    """What became of an answer: "benign 72 % → 41 %: 31 percentage points less", "152 mg → 140 mg: 12 mg less".

    Without a number that both have, an answer is only said to be the same or another.
    """
    try:
        target = Target.of(before)
        numbers = target.read(before), target.read(after)
    except ExplanationFailed:
        return _same_or_another(before, after)
    if target.kind == "agreement" or any(math.isnan(number) for number in numbers):
        return _same_or_another(before, after)
    difference = moved(target, *numbers)
    return (
        f"{target.answer} {difference}"
        if target.kind == "probability" and "→" in difference
        else difference
    )


def _same_or_another(before: Answer, after: Answer) -> str:
    return "the same answer" if before.headline == after.headline else "another answer"
