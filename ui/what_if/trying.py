"""Trying other values in place: a slider a number, and an answer that follows. Nothing is recorded until it is kept.

A slider outside a form sends when it is let go, and only this fragment runs then: one call to the model at a time,
and of values that came meanwhile the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from explanations.differences import between
from mds_client.errors import MdsError
from mds_client.prediction import Answer
from mds_client.signature import NUMERIC_KINDS, Field, ModelRef, Signature, Values
from ui import errors, labels, results
from ui.explanations.answered_case import AnsweredCase
from ui.session import services
from ui.text import percent, plain
from ui.usual_answers import with_usual
from ui.what_if import changing, following
from ui.what_if.copy import copy_of, renew_key

MOST = 10
_STEPS = 100
_LAST = "(last)"  # no field is called so


def suits(signature: Signature) -> bool:
    """Whether there is a field with a slider or choices."""
    return bool(fields(signature))


def fields(signature: Signature) -> list[Field]:
    """The first fields that can be moved: numbers with a range, choices, and yes or no."""
    ordered = sorted(signature.inputs, key=lambda f: (f.order is None, f.order or 0))
    return [field for field in ordered if _can_move(field)][:MOST]


def bounds(field: Field, value: float) -> tuple[float, float] | None:
    """Between what a number moves: its usual range, else its limits, and what it is now; None without any."""
    low, high = field.typical or (field.minimum, field.maximum)
    if low is None or high is None or low >= high:
        return None
    return min(low, value), max(high, value)


def draw(answered: AnsweredCase) -> None:
    """Closed at first: what is moved costs a question to the model each time."""
    if not suits(answered.signature):
        return
    box = st.expander(
        "Try other values",
        icon=":material/tune:",
        key=f"what_if_{answered.case.id}_try",
        on_change="rerun",
    )
    if box.open:
        with box:
            _draw(answered)


@st.fragment
def _draw(answered: AnsweredCase) -> None:
    above = st.container(key="what_if_answer")
    curve = st.container(key="what_if_curve")
    st.caption("Trying values records nothing until you keep them.")
    values = {**answered.values, **_moved(answered)}
    with above:
        answer = _ask(answered, values)
        if answer:
            _draw_answer(answered, answer, values)
    if answer and (field := _last_moved(answered)):
        with curve:
            following.draw(answered, field, _reach(answered, field), values, answer)
    if values != answered.values:
        with st.container(horizontal=True):
            if st.button(
                "Keep as a scenario", icon=":material/add_task:", key=_key(answered, "keep")
            ):
                changing.ask(answered, copy_of(answered), values, "")
                renew_key(answered)
                st.rerun()
            st.button(
                "Back to this case's values",
                icon=":material/undo:",
                type="tertiary",
                key=_key(answered, "back"),
                on_click=_back,
                args=(answered,),
            )


def _ask(answered: AnsweredCase, values: Values) -> Answer | None:
    """What the model answers now, asked without a case; None where it says why not."""
    if values == answered.values:
        return answered.answer
    case = answered.case
    ref = ModelRef(server=case.server, name=case.model, version=case.version_asked)
    try:
        return services().model(ref, answered.signature).predict(values).answer
    except MdsError as error:
        errors.show(error)
        return None


def _draw_answer(answered: AnsweredCase, answer: Answer, values: Values) -> None:
    """The answer to what the sliders hold, in its usual form, and what became of that of the case."""
    with st.container(border=True):
        results.draw(answer, values, with_usual(answered.signature, answer))
        if values == answered.values:
            st.caption("The values of this case. Move one to see how the answer follows.")
            return
        was = (
            ""
            if answered.answer.probability is None
            else f" {percent(answered.answer.probability)}"
        )
        st.caption(
            plain(f"This case: {answered.answer.headline}{was}. {_change(answered, answer)}")
        )


def _change(answered: AnsweredCase, answer: Answer) -> str:
    difference = between(answered.answer, answer)
    return f"{difference[:1].upper()}{difference[1:]}."


def _back(answered: AnsweredCase) -> None:
    for name in (*(field.name for field in fields(answered.signature)), _LAST):
        st.session_state.pop(_key(answered, name), None)


def _key(answered: AnsweredCase, name: str) -> str:
    return f"what_if_{answered.case.id}_try_{name}"


def _moved(answered: AnsweredCase) -> dict[str, object]:
    """What the widgets hold, two abreast."""
    moved: dict[str, object] = {}
    shown: Sequence[Field] = fields(answered.signature)
    for number, field in enumerate(shown):
        if number % 2 == 0:
            columns = st.columns(2)
        with columns[number % 2]:
            moved[field.name] = _draw_field(answered, field)
    return moved


def _last_moved(answered: AnsweredCase) -> Field | None:
    """The field that was moved last; None before any was, or once all are back."""
    name = st.session_state.get(_key(answered, _LAST))
    return next((field for field in fields(answered.signature) if field.name == name), None)


def _note_moved(answered: AnsweredCase, name: str) -> None:
    st.session_state[_key(answered, _LAST)] = name


def _reach(answered: AnsweredCase, field: Field) -> tuple[float, float] | None:
    """Between what the slider of a number moves; None for a field that has none."""
    value = answered.values.get(field.name)
    return bounds(field, float(value)) if isinstance(value, int | float) else None


def _draw_field(answered: AnsweredCase, field: Field) -> object:
    value, key = answered.values.get(field.name), _key(answered, field.name)
    moved: dict[str, Any] = {"key": key, "on_change": _note_moved, "args": (answered, field.name)}
    if field.kind not in NUMERIC_KINDS:
        options = list(field.choices) if field.kind == "category" else [True, False]
        words = dict(zip(field.choices, field.choice_labels, strict=False)) or {
            True: "yes",
            False: "no",
        }
        return st.pills(
            labels.label(field),
            options,
            default=value if value in options else None,
            format_func=lambda each: plain(str(words.get(each, each))),
            **moved,
        )
    reach = _reach(answered, field)
    if reach is None or not isinstance(value, int | float):
        return value
    if field.kind == "integer":
        return st.slider(labels.label(field), int(reach[0]), int(reach[1]), int(value), **moved)
    step = (reach[1] - reach[0]) / _STEPS
    return st.slider(labels.label(field), *reach, float(value), step=step, format="%.4g", **moved)


def _can_move(field: Field) -> bool:
    if field.sensitive:
        return False
    if field.kind in NUMERIC_KINDS:
        return field.typical is not None or None not in (field.minimum, field.maximum)
    return field.kind == "boolean" or (field.kind == "category" and 0 < len(field.choices) <= 6)
