"""Your call first: where a press of Predict was drawn, the person commits an answer before the model is asked.

Until then nothing of a prediction can reach the browser, since there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from cases.attempt import FirstCall
from cases.inputs import same_inputs
from cases.privacy import digest_of
from cases.queries import last_answered
from cases.recording import answer_of, is_under_way
from feedback import first_calls
from feedback.first_calls import KINDS, Call, CallDrawView
from feedback.wording import CONFIDENCE
from mds_client.errors import MdsError
from mds_client.signature import ModelRef, Signature, Values
from ui import announced, errors, predict_form, session, staleness
from ui.predict_form import Form
from ui.session import services
from ui.text import plain

_MOST_PILLS = 6


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the person is asked for: an answer of this kind, one of `labels` where they are known."""

    kind: str
    labels: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A press of Predict that waits for the person's own answer."""

    view: CallDrawView
    asked: Asked
    model: ModelRef
    values: Values
    signature: Signature


def press(form: Form, signature: Signature, values: Values) -> None:
    """Ask the model; where the person was drawn, them first. Raises MdsError."""
    st.session_state.pop(session.CALL, None)
    asked = None if signature.check(values) else _asked_for(signature)
    found = services()
    drawn = asked and first_calls.draw(
        found.sessions,
        server=form.model.server,
        model=form.model.name,
        person=session.person(),
        inputs=digest_of(signature, values, found.hash_key),
    )
    if not asked or not drawn:
        predict_form.press_predict(form, signature, values)
    elif drawn.is_asked:
        st.query_params.pop("case", None)
        st.session_state.pop(session.ASKED, None)
        st.session_state[session.CALL] = Pending(
            view=drawn.view, asked=asked, model=form.model, values=values, signature=signature
        )
    elif drawn.is_new:
        lottery = FirstCall(probability=drawn.view.probability, draw=drawn.view.draw)
        predict_form.press_predict(
            form, signature, values, number=drawn.view.id, first_call=lottery
        )
    else:  # nothing is drawn twice for the same inputs
        _press_again(drawn.view, form, signature, values)


def _press_again(view: CallDrawView, form: Form, signature: Signature, values: Values) -> None:
    """Ask anew. A call whose case was left without an answer goes with the case that asks again; one that is being asked
    just now, in another tab, is waited for."""
    given: dict[str, Any] = {}
    if is_under_way(_key(view)):
        given = {"number": view.id, "key": _key(view)}
    elif record := first_calls.carried(services().sessions, view.id):
        lottery = FirstCall(probability=view.probability, draw=view.draw, record=record)
        given = {"first_call": lottery, "parent_id": view.id}
    predict_form.press_predict(form, signature, values, **given)


def _key(view: CallDrawView) -> str:
    return f"call-{view.id}"


def draw(form: Form, values: Values) -> bool:
    """The question for the person's own answer; whether one waits for this form. Back from it goes to the case before."""
    pending: Pending | None = st.session_state.get(session.CALL)
    if pending is None or pending.model != form.model or "case" in st.query_params:
        return False
    announced.announce(
        "answer", pending.view.id, "your_call", "Your answer first: what would you say?"
    )
    with st.container(key="your_call"):
        if same_inputs(pending.values, values):
            with st.container(key="answer_more"):
                _draw_form(pending, form)
            restore = partial(predict_form.open_with, form, pending.values)
            staleness.draw_question(
                pending.view.id, pending.values, form, pending.signature, restore
            )
        else:
            _draw_earlier(pending, form)
    return True


def _draw_earlier(pending: Pending, form: Form) -> None:
    st.info(
        "You were asked for your own answer to the earlier values. **Predict** asks about those in the form now."
    )
    st.button(
        "Restore them",
        icon=":material/undo:",
        key=f"call_restore_{pending.view.id}",
        on_click=predict_form.open_with,
        args=(form, pending.values),
    )


def _draw_form(pending: Pending, form: Form) -> None:
    key = f"call_{pending.view.id}"
    st.subheader("Your answer first", anchor=False)
    st.markdown(
        "This case was drawn at random to compare people with the model. Say what you would answer: **the model is asked "
        "once you have**, and you cannot change your answer afterwards."
    )
    with st.form(key):
        answer = _draw_answer(pending.asked, key)
        word = st.segmented_control("How sure are you?", list(CONFIDENCE), key=f"{key}_sure")
        with st.container(horizontal=True):
            is_given = st.form_submit_button("Commit, then ask the model", type="primary")
            is_declined = st.form_submit_button("I can't tell")
    sure = CONFIDENCE[word] if word else None
    if is_given:
        _commit(pending, form, Call(kind=pending.asked.kind, answer=answer, confidence=sure))
    elif is_declined:
        _commit(pending, form, Call(kind=pending.asked.kind, is_declined=True))


def _draw_answer(asked: Asked, key: str) -> object:
    question = "Your answer"
    if asked.kind == "number":
        words = f"{question} in {plain(asked.unit)}" if asked.unit else question
        return st.number_input(words, value=None, key=f"{key}_answer", placeholder="your number")
    if not asked.labels:
        return st.text_input(question, key=f"{key}_answer")
    if len(asked.labels) <= _MOST_PILLS:
        return st.pills(question, asked.labels, key=f"{key}_answer", format_func=plain)
    return st.selectbox(
        question, asked.labels, index=None, key=f"{key}_answer", placeholder="type to search"
    )


def _commit(pending: Pending, form: Form, call: Call) -> None:
    """Keep the answer and ask the model; or say why not, with everything still there. A second click, or another tab,
    sends the same key: the first answer stays, and the model is asked once."""
    view = pending.view
    if staleness.is_typed_over(view.id):
        st.warning("You changed the values since: restore them, or press **Predict**.")
        return
    try:
        record = first_calls.recorder(call, pending.asked.labels)
        with st.spinner("Asking the model …", show_time=True):
            predict_form.press_predict(
                form,
                pending.signature,
                pending.values,
                number=view.id,
                key=_key(view),
                first_call=FirstCall(probability=view.probability, draw=view.draw, record=record),
            )
    except MdsError as error:
        errors.show(error)
        return
    st.session_state.pop(session.CALL, None)
    st.rerun()


def _asked_for(signature: Signature) -> Asked | None:
    """What the model answers, as far as a person could: by its signature, else by what it answered last. None for boxes and
    the like, and while nobody knows."""
    outputs = (signature.output(role) for role in ("class", "probabilities"))
    labels = next((tuple(sorted(f.labels)) for f in outputs if f and f.labels), ())
    number = signature.output("number")
    if labels:
        return Asked(kind="class", labels=labels)
    if number is not None and signature.output("class") is None:
        return Asked(kind="number", unit=number.unit)
    ref = signature.model
    case = last_answered(
        services().sessions, server=ref.server, model=ref.name, person=session.person()
    )
    answer = answer_of(case) if case else None
    if answer is None or answer.kind not in KINDS:
        return None
    return Asked(kind=answer.kind, labels=tuple(sorted(answer.probabilities)), unit=answer.unit)
