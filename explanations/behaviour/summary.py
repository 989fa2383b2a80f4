"""What is said of a whole cohort, in one paragraph made of the same numbers that stand in the chart."""

from __future__ import annotations

from collections.abc import Sequence

from explanations import formatting, narration
from explanations.behaviour.sample import Sample
from explanations.contract import Attribution, Curve
from explanations.target import Target

NAMED = 3
_SO_MUCH = {
    "accuracy": "Accuracy lost when the field is shuffled.",
    "error": "Growth of the mean error when the field is shuffled.",
    "changed": "Share of rows whose answer changes when the field is shuffled.",
}


def importance(
    target: Target,
    measure: str,
    attributions: Sequence[Attribution],
    base: float | None,
    sample: Sample,
) -> str:
    """How good the model is on these rows, and on which fields it depends most."""
    felt = [each for each in attributions if each.is_clear and _is_felt(target, each)]
    clear = [each for each in felt if each.amount > 0][:NAMED]
    better = narration.strongest_first([each for each in felt if each.amount < 0])[:NAMED]
    parts = [_reached(target, measure, base, sample)]
    if not clear:
        parts.append("No field has a clear effect on these rows.")
    else:
        named = _with_sizes(target, clear)
        then = f", then on {formatting.listed(named[1:])}" if named[1:] else ""
        moved = f"Shuffling the field moves {_subject(target)} by this much on average."
        parts += [f"It depends most on {named[0]}{then}.", _SO_MUCH.get(measure, moved)]
    if better:
        parts.append(
            f"It does better with {formatting.listed(_with_sizes(target, better))} shuffled."
        )
    parts.append(_maybe(target, attributions, clear))
    parts.append(narration.without_effect(narration.unclear(attributions)))
    return " ".join(" ".join(parts).split())


def _with_sizes(target: Target, some: Sequence[Attribution]) -> list[str]:
    return [f"{formatting.inside(each.title)} ({size(target, each)})" for each in some]


def _is_felt(target: Target, each: Attribution) -> bool:
    """Whether a reader sees a bar: its amount is not written as 0."""
    return not target.amount_text(each.amount).startswith("±")


def _maybe(
    target: Target, attributions: Sequence[Attribution], clear: Sequence[Attribution]
) -> str:
    """A sentence on fields whose bar is as long as a named one or longer, but may be there by chance."""
    least = min((abs(each.amount) for each in clear), default=0.0)
    longer = [
        each
        for each in narration.strongest_first(narration.unclear(attributions))
        if abs(each.amount) >= least and _is_felt(target, each)
    ][:NAMED]
    if not longer:
        return ""
    named = _with_sizes(target, longer)
    bars = "The bar of" if len(longer) == 1 else "The bars of"
    return f"{bars} {formatting.listed(named)} may be chance."


def size(target: Target, each: Attribution, *, between: str = ", could be ") -> str:
    """How much is lost and where that may lie: "21 pp, could be 18 to 24"."""
    return narration.amount(target, each, between=between).removeprefix("+")


def curves(target: Target, all_curves: Sequence[Curve]) -> str:
    """With which fields the number changes most, and between which values."""
    moving = [curve for curve in all_curves if not is_flat(target, curve)]
    subject = _subject(target)
    start = f"{subject[0].upper()}{subject[1:]}"
    if not moving:
        return f"{start} stays the same whatever these fields are set to."
    named = [
        f"{formatting.inside(curve.title)} ({reach(target, curve)})" for curve in moving[:NAMED]
    ]
    then = f", then with {formatting.listed(named[1:])}" if named[1:] else ""
    return " ".join(f"{start} changes most with {named[0]}{then}.".split())


def reach(target: Target, curve: Curve) -> str:
    """The lowest and the highest number of a curve in the order of their places: "5 % at 180 mm, 92 % at 220 mm"."""
    ends = sorted({_at(curve, min), _at(curve, max)})
    return ", ".join(f"{target.value_text(curve.numbers[p])} {at(curve, p)}" for p in ends)


def at(curve: Curve, place: int) -> str:
    """A place in words: "at 180 mm", "for Dream"."""
    value = curve.places[place]
    if isinstance(value, str):
        return f"for {value}"
    return f"at {formatting.amount(value, curve.unit)}"


def span(curve: Curve) -> float:
    """How far apart the lowest and the highest number of a curve are."""
    return max(curve.numbers) - min(curve.numbers)


def is_flat(target: Target, curve: Curve) -> bool:
    """Whether nobody would see that it moves."""
    return target.amount_text(span(curve)).startswith("±")


def _subject(target: Target) -> str:
    return f"the {target.words.removeprefix('the ')}"


def _at(curve: Curve, end: object) -> int:
    best = min(curve.numbers) if end is min else max(curve.numbers)
    return curve.numbers.index(best)


def _reached(target: Target, measure: str, base: float | None, sample: Sample) -> str:
    if base is None:
        return ""
    if measure == "accuracy":
        return f"The model is right in {formatting.percent(base)} of {sample.words}."
    return f"The model is off by {target.value_text(base)} on average over {sample.words}."
