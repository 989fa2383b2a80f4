""" "Was this right?": the strip under every answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import streamlit as st

from cases.queries import CaseView
from feedback.first_calls import call_of
from feedback.questions import in_words as answers_in_words
from feedback.regions import in_words
from feedback.submission import FeedbackView, current, submit
from feedback.taking_back import is_taken_back, take_back
from feedback.wording import confidence_in_words
from mds_client.errors import MdsError
from mds_client.prediction import Answer
from mds_client.signature import Signature
from ui import announced, errors, long_words, session, staleness
from ui.cases.opened import opened
from ui.feedback import call, deliveries, more, questions, region_editor, truth
from ui.feedback.truth import labels_of
from ui.pressed import Presses, presses_of
from ui.session import services
from ui.text import plain

__all__ = ["draw", "labels_of"]

_BUTTONS = {
    "yes": ("correct", "Yes", ":material/check:"),
    "no": ("incorrect", "No", ":material/close:"),
    "unsure": ("unsure", "Can't tell", ":material/question_mark:"),
}
_WORDS = {"correct": "right", "incorrect": "wrong", "unsure": "you can't tell"}
# What a form keeps in the session, each under a key of its case.
_OPEN = ("again", "key", "truth", "comment", "sure")


def draw(case: CaseView, answer: Answer, signature: Signature) -> None:
    """The question, or the judgement that this person gave, which can be changed and taken back."""
    presses = _presses(case)
    presses.finish()
    judged = current(services().sessions, case_id=case.id, person=session.person())
    said = None if is_taken_back(judged) else judged
    with st.container(key=_key(case, "strip")):
        st.subheader("Was this right?", anchor=False)
        if judged and not said:
            st.info(
                "You took your judgement back. Judge it again, or leave it open.",
                icon=":material/undo:",
            )
        if case.is_audited and not said:
            st.caption(
                "This case was drawn at random for a check, so your judgement counts most here."
            )
        if said and not _is_open(case):
            _draw_recorded(case, said)
        else:
            _draw_choice(case, answer, signature, said)
        presses.clear()
    _announce(case, said)


def _key(case: CaseView, name: str) -> str:
    return f"feedback_{case.id}_{name}"


def _presses(case: CaseView) -> Presses:
    return presses_of(f"feedback_{case.id}")


def _announce(case: CaseView, said: FeedbackView | None) -> None:
    """A form that opens takes the focus, and so does what is recorded: the button that was pressed is gone by then."""
    opened_for = st.session_state.get(_key(case, "again"), "")
    token, place, words = f"asked {case.id}", _key(case, "strip"), "Was this right?"
    if opened_for:
        token, place = f"{opened_for} {case.id}", _key(case, "open")
        words = f"{_WORDS[opened_for].capitalize()}: say more, then press Send."
    elif said:
        token, words = said.id, f"Recorded: {_WORDS[said.judgement]}."
    announced.announce(f"feedback_{case.id}", token, place, words)


def _draw_recorded(case: CaseView, said: FeedbackView) -> None:
    st.success(_recorded(said))
    long_words.draw_whole(said.comment)
    deliveries.draw(case.id)
    with st.container(horizontal=True):
        st.button(
            "Change",
            key=_key(case, "change"),
            icon=":material/edit:",
            on_click=_presses(case).call,
            args=(_open, case, said.judgement),
            help="Change your judgement, add a comment, or say how sure you are",
        )
        st.button(
            "Undo",
            key=_key(case, "undo"),
            icon=":material/undo:",
            on_click=_presses(case).call,
            args=(_undo, case, said.id),
            help="Take back what you said last",
        )


def _recorded(said: FeedbackView) -> str:
    """What is recorded, all of it in a line."""
    corrected = said.judgement == "incorrect" and said.truth is not None
    sure = confidence_in_words(said.confidence)
    parts = [
        f"The right answer: {plain(in_words(said.truth))}." if corrected else "",
        f"{plain(said.reason)}." if said.reason else "",
        f"“{plain(long_words.beginning(said.comment))}”" if said.comment else "",
        f"How sure: {sure.lower()}." if sure else "",
        f"{plain(answers_in_words(said.answers))}." if said.answers else "",
    ]
    return " ".join([f"Recorded: {_WORDS[said.judgement]}.", *filter(None, parts)])


def _draw_choice(
    case: CaseView, answer: Answer, signature: Signature, said: FeedbackView | None
) -> None:
    """One click says it; *No* asks for more, and so does *Change* of what was said."""
    first = call_of(services().sessions, case.id) if said is None else None
    is_mine = first is not None and first.person == session.person()
    is_kept = bool(
        first and is_mine and call.draw(case, answer, first, _key(case, "keep"), _presses(case))
    )
    asked = questions.asked_of(case.server, case.model)
    answers = questions.draw(asked, _key(case, ""), said.answers if said else None)
    with st.container(horizontal=True):
        yes, unsure = _draw_judgements(case, is_change=said is not None or _is_open(case))
    labels = labels_of(answer, signature)
    if is_kept and first:
        _submit(case, labels, judgement="incorrect", truth=first.answer, answers=answers)
    if yes:
        _submit(case, labels, judgement="correct", answers=answers)
    if unsure:
        _submit(case, labels, judgement="unsure", answers=answers)
    if judgement := st.session_state.get(_key(case, "again")):
        _draw_more(case, answer, signature, judgement, said, answers)


def _is_open(case: CaseView) -> bool:
    return _key(case, "again") in st.session_state


def _draw_judgements(case: CaseView, *, is_change: bool) -> tuple[bool, bool]:
    """Whether *Yes*, and whether *Can't tell* is to be recorded at once. A change turns the form to that word, so that
    no comment is lost with a click."""
    presses = _presses(case)
    for name, (judgement, label, icon) in _BUTTONS.items():
        opens = is_change or judgement == "incorrect"
        st.button(
            label,
            key=_key(case, name),
            icon=icon,
            on_click=presses.call if opens else presses.note,
            args=(_open, case, judgement) if opens else (name,),
        )
    return "yes" in presses and not is_change, "unsure" in presses and not is_change


def _draw_more(
    case: CaseView,
    answer: Answer,
    signature: Signature,
    judgement: str,
    said: FeedbackView | None,
    answers: dict[str, object],
) -> None:
    """The form of a judgement: it opens with what was said of it."""
    is_same = said is not None and said.judgement == judgement
    with st.container(key=_key(case, "open")), st.form(_key(case, "form")):
        st.markdown(f"**{_WORDS[judgement].capitalize()}.**")
        given: dict[str, object] = {"judgement": judgement, "answers": answers}
        if judgement == "incorrect":
            known = said.truth if said and is_same else None
            values = opened(case).values if answer.kind in region_editor.KINDS else None
            given |= truth.draw(answer, signature, _key(case, "truth"), known, values)
        elif said and is_same and judgement == "unsure":
            given["truth"] = said.truth  # a truth that came with a file may decide nothing
        reason = _key(case, f"reason_{judgement}")
        given["reason"] = more.draw_reason(answer.kind, judgement, said, reason)
        given["comment"] = more.draw_comment("Comment, optional", said, _key(case, "comment"), 80)
        given["confidence"] = more.draw_confidence("How sure are you?", said, _key(case, "sure"))
        with st.container(horizontal=True):
            presses = _presses(case)
            st.form_submit_button("Send", type="primary", on_click=presses.note, args=("send",))
            st.form_submit_button(
                "Cancel", on_click=presses.call, args=(_close, case), help=_kept(said)
            )
    if "send" in presses:
        _send(case, labels_of(answer, signature), said, given)


def _send(
    case: CaseView, labels: list[str], said: FeedbackView | None, given: dict[str, object]
) -> None:
    """Record what a form says, unless that is what is recorded: another record of it would be one more to undo."""
    if said is None or not _is_the_same(said, given):
        _submit(case, labels, **given)
        return
    presses = _presses(case)
    presses.clear()
    presses.call(_close, case)
    st.toast("You changed nothing: what you said stays.", icon=":material/check:")
    st.rerun()


def _is_the_same(said: FeedbackView, given: dict[str, object]) -> bool:
    now = (said.judgement, said.truth, said.reason, said.comment, said.confidence, said.answers)
    names = ("judgement", "truth", "reason", "comment", "confidence", "answers")
    return all(
        _or_none(given.get(name)) == _or_none(value) for name, value in zip(names, now, strict=True)
    )


def _or_none(value: object) -> object:
    """Nothing said, in whichever form; a right answer of 0 is one."""
    return None if value in ("", {}) else value


def _kept(said: FeedbackView | None) -> str:
    return "What you said stays as it was" if said else "Nothing is recorded"


def _submit(case: CaseView, labels: list[str], **said: object) -> None:
    """Record it, or say why not with everything still in the form."""

    def record() -> FeedbackView:
        return submit(
            services().sessions,
            case_id=case.id,
            person=session.person(),
            is_seen=not staleness.is_typed_over(case.id),
            labels=labels,
            key=session.remembered(_key(case, "key"), lambda: uuid.uuid4().hex),
            **said,  # type: ignore[arg-type]
        )

    if _is_recorded(case, record):
        st.toast("Your feedback is recorded.", icon=":material/check:")
        st.rerun()


def _undo(case: CaseView, feedback_id: str) -> None:
    """What was said before holds again, or nothing. A double click takes one statement back."""

    def record() -> FeedbackView:
        return take_back(
            services().sessions,
            case_id=case.id,
            person=session.person(),
            key=f"undo-{feedback_id}",
        )

    _is_recorded(case, record)


def _is_recorded(case: CaseView, record: Callable[[], FeedbackView]) -> bool:
    """Whether it was recorded; the form is then closed, and what is said next is another statement."""
    presses = _presses(case)
    try:
        record()
    except MdsError as error:
        errors.show(error)
        return False
    presses.clear()
    presses.call(_close, case)
    return True


def _open(case: CaseView, judgement: str) -> None:
    st.session_state[_key(case, "again")] = judgement


def _close(case: CaseView) -> None:
    """The form is closed, and opens anew with what was said."""
    for name in (*_OPEN, *(f"reason_{judgement}" for judgement in _WORDS)):
        st.session_state.pop(_key(case, name), None)
    questions.forget(_key(case, ""))
