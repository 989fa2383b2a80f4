"""How the answer follows the value that is being moved: a curve over its whole range, all other values as they stand.

It costs one request of some twenty rows, once for each field and only while the model is quick: the answer to what the
sliders hold comes first, and never waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cases.inputs import plain_inputs
from charts import tried
from charts.curves import Shape
from explanations.encoder import is_missing
from explanations.errors import ExplanationFailed
from explanations.target import Target
from mds_client.errors import MdsError
from mds_client.prediction import Answer
from mds_client.signature import NUMERIC_KINDS, Field, ModelRef, Values
from ui import labels, session
from ui.explanations.answered_case import AnsweredCase
from ui.figure import draw_figure
from ui.session import services
from ui.text import plain
from ui.what_if import comparison

# A model that took longer for the case is not asked for a curve: nobody waits for what they did not ask for.
MOST_SECONDS = 0.3
_PLACES = 21
_KINDS = ("probability", "number", "score")
Place = float | str


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The curve that was asked for last: of which case and field, with which other values."""

    case_id: str
    field: str
    others: dict[str, object]
    places: Sequence[Place]
    numbers: Sequence[float]


def draw(
    answered: AnsweredCase,
    field: Field,
    reach: tuple[float, float] | None,
    values: Values,
    answer: Answer,
) -> None:
    """The curve of the field, with where the case and the slider are; nothing where there is none."""
    target = _target(answered)
    if target is None or (answered.case.seconds_wire or 0.0) > MOST_SECONDS:
        return
    try:
        kept = _kept(answered, field, reach, values, target)
        now = (_place(field, values[field.name]), target.read(answer))
    except (MdsError, ExplanationFailed):  # the answer above says what there is to say
        return
    if kept is None:
        return
    shape = Shape(title=field.title, places=kept.places, numbers=kept.numbers)
    case = (_place(field, answered.values[field.name]), target.read(answered.answer))
    words = caption(target, field, answered.values.get(field.name), values.get(field.name))
    with st.container(border=True, key="what_if_curve"):
        st.caption(plain(words))
        draw_figure(
            tried.figure(
                shape,
                target.value_text,
                case=case,
                now=now,
                reach=(0.0, 1.0) if target.is_share else None,
                axis=labels.label(field),
            ),
            tried.alt_text(shape, target.value_text, case=case, now=now),
            key=f"what_if_{answered.case.id}_curve",
        )


def caption(target: Target, field: Field, own: object, tried: object) -> str:
    """What the chart shows: a line with two marks, or a bar for each choice, of which that in bold is tried."""
    of = target.words.removeprefix("the ")
    if field.kind in NUMERIC_KINDS:
        return f"How the {of} follows {labels.label(field)}: ring this case, diamond what you try."
    case, now = (comparison.value_text(field, each) for each in (own, tried))
    what = f"this case is {case}, in bold" if case == now else f"this case is {case}, you try {now}"
    bold = ", in bold" if case != now and not is_missing(tried) else ""
    return f"The {of} with each choice of {labels.label(field)}: {what}{bold}."


def _target(answered: AnsweredCase) -> Target | None:
    try:
        target = Target.of(answered.answer)
    except ExplanationFailed:
        return None
    return target if target.kind in _KINDS else None


def _kept(
    answered: AnsweredCase,
    field: Field,
    reach: tuple[float, float] | None,
    values: Values,
    target: Target,
) -> Kept | None:
    """The curve, asked for anew where the field or another value is another."""
    others = plain_inputs({n: v for n, v in values.items() if n != field.name})
    last: Kept | None = st.session_state.get(session.WHAT_IF_CURVE)
    if last and (last.case_id, last.field, last.others) == (answered.case.id, field.name, others):
        return last
    given = _given(field, reach)
    if len(given) < 2:
        return None
    case = answered.case
    ref = ModelRef(server=case.server, name=case.model, version=case.version_asked)
    model = services().model(ref, answered.signature)
    answers = model.predict([{**values, field.name: each} for each in given]).answers
    kept = Kept(
        case_id=case.id,
        field=field.name,
        others=others,
        places=[_place(field, each) for each in given],
        numbers=[target.read(each) for each in answers],
    )
    st.session_state[session.WHAT_IF_CURVE] = kept
    return kept


def _given(field: Field, reach: tuple[float, float] | None) -> list[object]:
    """The values to ask about: over the range of the slider, or each choice."""
    if field.kind not in NUMERIC_KINDS:
        return list(field.choices)
    if reach is None:
        return []
    low, high = reach
    places = [low + (high - low) * step / (_PLACES - 1) for step in range(_PLACES)]
    return (
        list(dict.fromkeys(round(p) for p in places)) if field.kind == "integer" else list(places)
    )


def _place(field: Field, value: object) -> Place:
    """Where a value stands: a number as it is, a choice by its word."""
    if field.kind in NUMERIC_KINDS and isinstance(value, int | float):
        return float(value)
    return field.word_for(value) or str(value)
