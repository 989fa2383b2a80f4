"""Trying other values where the form stood: an answer and a curve that follow, and nothing recorded until it is kept.

Only this runs when something is changed: one call to the model at a time, and of values that came meanwhile the last.
"""

from __future__ import annotations

import hashlib
from html import escape

import streamlit as st

from cases.inputs import plain_inputs, same_inputs
from cases.scenarios import Scenario, scenarios
from explanations.differences import between
from explanations.formatting import listed
from mds_client.errors import MdsError
from mds_client.prediction import Answer
from mds_client.signature import Field, Values
from ui import announced, errors, results, session
from ui.explanations.answered_case import AnsweredCase
from ui.form import css_key
from ui.session import services
from ui.text import percent, plain
from ui.usual_answers import with_usual
from ui.what_if import comparison, first_to_try, following, sliders
from ui.what_if.copy import Copy, Tried, copy_of, fill, renew_key, turn
from ui.what_if.keeping import keep_scenario, model_of

_LONGEST = 120  # characters of an answer that is a text
_MOST_NAMED = 4
_REFUSED = {"invalid", "refused"}  # what has to be mended before the model answers
_QUICK = 0.5  # seconds; a slower model is said to be asked
_TINT = "background: var(--chosen); box-shadow: 0 0 0 6px var(--chosen); border-radius: 4px;"


@st.fragment
def draw(answered: AnsweredCase) -> None:
    """The fields where the form stood, and beside them the case and the answer to what they hold; below, what was kept."""
    copy = copy_of(answered)
    if not copy.is_open:  # it was left by a press, whose run may have ended before its end
        st.rerun()
    question, reply = st.columns([5, 7], gap="large")
    with question:
        _draw_ways_back(answered, copy)
        with st.container(border=True, key="what_if_fields"):
            values = sliders.draw(answered.signature, copy.opened_with, copy.widget_key)
    with reply:
        _draw_pinned(answered)
        problem = _draw_reply(answered, copy, values)
    with question:
        _draw_keeping(answered, copy, values, problem)
    kept = scenarios(services().sessions, answered.case.id)
    shown = copy_of(answered).shown
    with st.container(key="what_if_kept"):
        comparison.draw(answered, kept, shown)
    _announce(kept, shown)
    renew_key(answered)


def _draw_ways_back(answered: AnsweredCase, copy: Copy) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Back to the form",
            icon=":material/arrow_back:",
            type="tertiary",
            key="what_if_leave",
            on_click=_leave,
            args=(answered,),
        )
        st.button(
            "Back to this case's values",
            icon=":material/undo:",
            type="tertiary",
            key="what_if_undo",
            on_click=_undo,
            args=(answered,),
        )
    with st.container(key="what_if", gap=None):
        st.subheader("What if …?", anchor=False)
        if copy.is_suggested:
            st.markdown("**The suggestion is filled in.** Change it further if you like.")
        else:
            first_to_try.draw(answered, copy)


def _leave(answered: AnsweredCase) -> None:
    turn(copy_of(answered), is_open=False)


def _undo(answered: AnsweredCase) -> None:
    fill(copy_of(answered), answered.values)


def _draw_pinned(answered: AnsweredCase) -> None:
    """What the model answered to the case, in one line."""
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="small", key="what_if_pinned"
    ):
        case_id = answered.case.id
        st.caption(f":material/keep: Pinned case {case_id[-6:]}", width="content")
        st.markdown(f"**{plain(_headline(answered.answer))}**", width="content")


def _draw_reply(answered: AnsweredCase, copy: Copy, values: Values) -> MdsError | None:
    """The answer to what the fields hold, what became of that of the case, and the curve of what was changed last.

    Where there is no answer, why is said, and given.
    """
    with st.container(border=True, key="what_if_answer"):
        tried = _tried(answered, values)
        if isinstance(tried, MdsError):
            errors.show(tried)
            return tried
        signature = with_usual(answered.signature, tried.answer)
        results.draw(tried.answer, values, signature)
        changed = _changed(answered, values)
        st.html(_html(copy, changed, _words(answered, tried, changed)))
        _say(tried, bool(changed))
    if field := _curved(answered, tried):
        following.draw(answered, field, _reach(answered, field), values, tried.answer)
    return None


def _tried(answered: AnsweredCase, values: Values) -> Tried | MdsError:
    """What the model answers now, asked without a case; or why it does not."""
    case = answered.case
    last: Tried | None = st.session_state.get(session.WHAT_IF_TRIED)
    if last is None or last.case_id != case.id:
        last = Tried(case_id=case.id, values=answered.values, answer=answered.answer)
    if same_inputs(values, last.values):
        return last
    answer: Answer | MdsError = answered.answer
    if not same_inputs(values, answered.values):
        answer = _ask(answered, values)
    if isinstance(answer, MdsError):
        return answer
    name = next((n for n in values if not same_inputs({n: values[n]}, {n: last.values.get(n)})), "")
    tried = Tried(case_id=case.id, values=values, answer=answer, field=name)
    st.session_state[session.WHAT_IF_TRIED] = tried
    return tried


def _ask(answered: AnsweredCase, values: Values) -> Answer | MdsError:
    try:
        model = services().model(model_of(answered), answered.signature)
        if (answered.case.seconds_wire or 0.0) < _QUICK:
            return model.predict(values).answer
        with st.spinner("Asking the model …", show_time=True):
            return model.predict(values).answer
    except MdsError as error:
        return error


def _changed(answered: AnsweredCase, values: Values) -> list[Field]:
    return [
        field
        for field in answered.signature.inputs
        if not same_inputs(
            {field.name: values.get(field.name)}, {field.name: answered.values.get(field.name)}
        )
    ]


def _words(answered: AnsweredCase, tried: Tried, changed: list[Field]) -> str:
    """What is changed, and what became of the answer of the case."""
    if not changed:
        return "The values of this case. Change one to see how the answer follows."
    before, now = plain_inputs(answered.values), plain_inputs(tried.values)
    named = [
        f"{each.title} {comparison.value_text(each, before.get(each.name))} → "
        f"{comparison.value_text(each, now.get(each.name))}"
        for each in changed[:_MOST_NAMED]
    ]
    if len(changed) > _MOST_NAMED:
        named.append(f"{len(changed) - _MOST_NAMED} more")
    difference = between(answered.answer, tried.answer)
    return f"{difference[:1].upper()}{difference[1:]}. Changed: {listed(named)}."


def _html(copy: Copy, changed: list[Field], words: str) -> str:
    """The words, escaped, and a tint for the fields that hold another value than the case."""
    places = ", ".join(f".st-key-{css_key(copy.widget_key, each.name)}" for each in changed)
    tint = f"<style>{places} {{ {_TINT} }}</style>" if changed else ""
    return f'<p class="mds-tried">{escape(words)}</p>{tint}'


def _say(tried: Tried, is_changed: bool) -> None:
    """The new answer, for who does not see it; the focus stays on what was changed."""
    token = repr(plain_inputs(tried.values)) if is_changed else ""
    token = hashlib.sha256(token.encode()).hexdigest() if token else ""
    announced.announce("tried", token, None, f"{_headline(tried.answer)}.")


def _curved(answered: AnsweredCase, tried: Tried) -> Field | None:
    """The field that was changed last, where a curve can be drawn of it."""
    found = sliders.movable(answered.signature)
    return next((field for field in found if field.name == tried.field), None)


def _reach(answered: AnsweredCase, field: Field) -> tuple[float, float] | None:
    """Over what the curve of a number goes; None for a field that has none."""
    value = answered.values.get(field.name)
    return sliders.bounds(field, float(value)) if isinstance(value, int | float) else None


def _headline(answer: Answer) -> str:
    sure = "" if answer.probability is None else f", {percent(answer.probability)}"
    return f"{answer.headline[:_LONGEST]}{sure}"


def _draw_keeping(
    answered: AnsweredCase, copy: Copy, values: Values, problem: MdsError | None
) -> None:
    """Keep what was tried, beside the case and with a link of its own: only what the model answers."""
    is_refused = problem is not None and problem.kind in _REFUSED
    with st.container(key="what_if_keep"), st.form("what_if_form", border=False):
        name = st.text_input(
            "Name of the scenario",
            key=f"what_if_name_{answered.case.id}_{copy.generation}",
            placeholder="can be left empty",
        )
        is_pressed = st.form_submit_button(
            "Keep as a scenario",
            type="primary",
            icon=":material/add_task:",
            width="stretch",
            disabled=is_refused,
        )
        words = "Trying values records nothing until you keep them."
        if is_refused:
            words = "Correct the values first: what the model refuses cannot be kept."
        st.caption(words, text_alignment="center")
    if is_pressed and problem is None:
        keep_scenario(answered, copy, values, name or "")


def _announce(kept: list[Scenario], shown: str) -> None:
    """Say what was kept, and move the focus to it."""
    name = next((each.name for each in kept if each.case.id == shown), "")
    words = f"Kept as {name}." if name else ""
    announced.announce("scenario", shown if name else "", "what_if_kept", words)
