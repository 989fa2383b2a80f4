"""What stands beside the form: the answer, whether it was right, why, and what crossed the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeGuard

import streamlit as st

from cases.recording import answer_of
from cases.restored import lost
from mds_client.prediction import Answer
from mds_client.prediction.output_parsing import parsed
from mds_client.signature import Signature, Values
from ui import (
    announced,
    errors,
    explanations,
    feedback,
    predict_form,
    prediction_set,
    results,
    staleness,
    technical,
    unlike,
)
from ui.explanations import AnsweredCase
from ui.feedback import call
from ui.predict_form import Form, Reply
from ui.results._shares import words_for
from ui.shows import making
from ui.text import amount, exact, percent, plain
from ui.usual_answers import with_usual
from ui.what_if import mode

_MOST_SHORT = 200
_MOST_NAMED = 6  # numbers by their names that a line can hold
_ROUNDED = 2e-3  # how far the parts of one whole may be off


def draw(reply: Reply | None, form: Form, signature: Signature, values: Values) -> None:
    """The last answer of the form's model, or what to do to get one. The address names its case.

    `signature` is the form's, `values` what it holds now: an answer to other inputs is faded, and nothing is offered under it.
    """
    _announce(reply if reply and _is_of(reply, form) else None)
    if reply is None or not _is_of(reply, form):
        st.info(_what_to_do(form))
        staleness.draw_none(form, signature)
        return
    if st.query_params.get("case") != reply.case.id:  # each assignment moves the browser
        st.query_params["case"] = reply.case.id
    if staleness.is_earlier(reply, form, values):
        with st.container(key="answer_earlier"):
            _draw_card(reply)
        staleness.draw_earlier(reply, form, signature)
        return
    predict_form.link_example(None)
    with st.container(key="answer_now"):
        _draw_card(reply)
    if reply.error:  # what was wrong is read while it is corrected
        staleness.draw_none(form, signature)
    else:
        staleness.draw_current(reply, form, signature)
    with st.container(key="answer_more"):
        _draw_more(reply)


def _announce(reply: Reply | None) -> None:
    """Move the focus to a new answer or its error, and say it."""
    words = ""
    if reply and reply.error:
        words = reply.error.sentence
    elif reply and (answer := answer_of(reply.case)):
        sure = "" if answer.probability is None else f", {percent(answer.probability)} likely"
        words = f"The answer: {answer.headline}{sure}."
        words += f" {unlike.SENTENCE}" if reply.case.unlike else ""
    announced.announce("answer", reply.case.id if reply else "", "answer_now", words)


def _is_of(reply: Reply, form: Form) -> bool:
    """Whether it answers the form's model, whichever version."""
    answered, now = reply.signature.model, form.model
    return (answered.server, answered.name) == (now.server, now.name)


def _draw_card(reply: Reply) -> None:
    if reply.error:
        errors.show_failure(
            reply.error.kind,
            reply.error.sentence,
            reply.error.advice,
            reply.case.request_id,
        )
    elif answer := answer_of(reply.case):
        _draw_answer(answer, reply)


def _draw_more(reply: Reply) -> None:
    """What there is to say, to ask and to see of an answer to the inputs on screen."""
    answer = None if reply.error else answer_of(reply.case)
    missing = lost(reply.case, reply.signature, reply.values)
    answered = None
    if answer and not missing:
        answered = AnsweredCase(
            case=reply.case, answer=answer, values=reply.values, signature=reply.signature
        )
    if answer:
        _draw_modes(reply, answered)
    if missing:
        st.info(
            plain(
                f"Not kept with this case: {', '.join(missing)}. It can neither be shown nor explained here."
            )
        )
    elif reply.error:
        st.caption("What you entered is still in the form, and this attempt is recorded.")
        call.draw_kept(reply.case)
    if answer:
        feedback.draw(reply.case, answer, reply.signature)
    if answered:
        explanations.draw(answered)
    technical.draw(reply.case)


def _draw_modes(reply: Reply, answered: AnsweredCase | None) -> None:
    """What else can be done with the answer as a whole: other values, and the stage."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if answered:
            mode.draw_way_in(answered)
        way_back = {"from": "predict", "model": st.query_params.get("model", "")}
        making.draw_present(reply.case, "predict_present", way_back)


def _what_to_do(form: Form) -> str:
    """How to get an answer, and what the form is filled with."""
    if not form.is_draft and form.example is None and not form.opened_with:
        return "Fill in the form, then press **Predict**."
    if form.is_draft:
        filled = "Your draft is in the form."
    elif form.example is not None:
        filled = "The form is filled with a real example."
    else:
        filled = "The form is filled in."
    return f"Press **Predict** to ask the model. {filled}"


def _draw_rest(answer: Answer, signature: Signature) -> None:
    """What the model answered besides the headline: single values and a few named numbers in a line, the others as a tree."""
    if answer.kind == "tree" or not answer.details:
        return
    single = {n: v for n, v in answer.details.items() if _is_single(v) or _is_named(v)}
    if single:
        st.caption(plain(_details(single, signature)))
    if rest := {n: v for n, v in answer.details.items() if n not in single}:
        st.json({name: _as_document(value) for name, value in rest.items()}, expanded=False)


def _details(single: Mapping[str, object], signature: Signature) -> str:
    """Single values in a line, each with its title and unit."""
    outputs = {field.name: field for field in signature.outputs}
    words = []
    for name, value in single.items():
        field = outputs.get(name)
        words.append(
            f"{field.title if field else name}: {_short(value, field.unit if field else '')}"
        )
    return " · ".join(words)


def _is_single(value: object) -> bool:
    return isinstance(value, str | int | float | None) and parsed(value) is None


def _is_named(value: object) -> TypeGuard[Mapping[str, float]]:
    """A few numbers by their names, as the shares of a text."""
    if not isinstance(value, Mapping) or not 0 < len(value) <= _MOST_NAMED:
        return False
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in value.values())


def _as_document(value: object) -> object:
    document = parsed(value)
    return exact(value if document is None else document)


def _short(value: object, unit: str) -> str:
    if _is_named(value):
        written = _written(value, unit)
        return ", ".join(f"{name} {written(v)}" for name, v in value.items())[:_MOST_SHORT]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return amount(value, unit)
    return "unknown" if value is None else str(value)[:_MOST_SHORT]


def _written(named: Mapping[str, float], unit: str) -> Callable[[float], str]:
    """How numbers by their names are written: parts of one whole in percent."""
    shares = sorted(named.values(), reverse=True)
    if len(shares) > 1 and min(shares) >= 0 and abs(sum(shares) - 1) < _ROUNDED and not unit:
        return words_for(shares)
    return lambda value: _short(value, unit)


def _draw_answer(answer: Answer, reply: Reply) -> None:
    with st.container(border=True):
        for remark in reply.signature.remarks(reply.values):
            st.warning(plain(remark), icon=":material/warning:")
        unlike.draw(reply.case)
        results.draw(answer, reply.values, with_usual(reply.signature, answer))
        prediction_set.draw(reply.case, answer, reply.signature)
        _draw_rest(answer, reply.signature)
