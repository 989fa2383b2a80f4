"""Hiding one part of an input at a time: how far the number falls is what the part is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explanations import sentences
from explanations.asking import OutOfBudget
from explanations.contract import Attribution, Explanation, Progress, Question
from explanations.errors import ExplanationTooDear
from mds_client.signature import Field, Kind, Signature, Values

PARTS_AT_ONCE = 10


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of an input: what it is called, where it is, and the input without it."""

    title: str
    span: tuple[float, float]
    without: object


def has_one(signature: Signature, kind: Kind) -> bool:
    """Whether exactly one input is of this kind: it is clear what to hide parts of."""
    return [field.kind for field in signature.inputs].count(kind) == 1


def the_field(signature: Signature, kind: Kind) -> Field:
    """The only input of this kind."""
    [found] = (field for field in signature.inputs if field.kind == kind)
    return found


def occlude(
    question: Question,
    field: Field,
    parts: Sequence[Part],
    *,
    whole: object,
    nothing: object | None = None,
    shape: tuple[int, int] | None = None,
) -> Explanation:
    """What each part is worth. `whole` is the input as sent, `nothing` the one with all hidden."""
    [prediction] = question.ask([_with(question, field, whole)])
    base = None if nothing is None else float(question.ask([_with(question, field, nothing)])[0])
    scores, limit = _scores(question, field, parts)
    attributions = tuple(
        Attribution(
            field=field.name,
            title=part.title,
            value_text="",
            amount=float(prediction - score),
            span=part.span,
        )
        for part, score in zip(parts, scores, strict=False)
    )
    return _told(
        *(question, attributions),
        prediction=float(prediction),
        base=base,
        shape=None if limit else shape,
        note=_note(len(attributions), len(parts), limit),
    )


def _with(question: Question, field: Field, value: object) -> Values:
    return {**question.values, field.name: value}


def _scores(question: Question, field: Field, parts: Sequence[Part]) -> tuple[list[float], str]:
    """The number without each part, as far as the budget reaches, and the limit that ended it."""
    scores: list[float] = []
    for start in range(0, len(parts), PARTS_AT_ONCE):
        some = parts[start : start + PARTS_AT_ONCE]
        try:
            scores += question.ask([_with(question, field, part.without) for part in some]).tolist()
        except OutOfBudget as stopped:
            if not scores:
                raise
            return scores, stopped.limit
        question.report(Progress(fraction=len(scores) / len(parts), words="Hiding part after part"))
    return scores, ""


def _note(done: int, all_parts: int, limit: str) -> str:
    return f"Only the first {done} of {all_parts} parts: it ended after {limit}." if limit else ""


def _told(
    question: Question,
    attributions: tuple[Attribution, ...],
    *,
    prediction: float,
    base: float | None,
    shape: tuple[int, int] | None,
    note: str,
) -> Explanation:
    if question.method.KIND == "grid" and shape is None:
        raise ExplanationTooDear(f"The picture was not covered in time. {note}")
    target = question.target
    sentence = " ".join(
        [sentences.answered(target, prediction), sentences.reasons(target, attributions)]
    )
    return Explanation(
        method=question.method.NAME,
        title=question.method.TITLE,
        kind=question.method.KIND,
        target=target,
        prediction=prediction,
        base=base,
        attributions=attributions,
        shape=shape,
        sentence=sentence,
        alt=f"How much the {target.words} falls without each of {len(attributions)} parts. {sentence}",
        note=note,
        is_complete=not note,
    )
