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
from feedback.wording import CONFIDENCE, confidence_in_words, reasons_for
from mds_client.errors import MdsError
from mds_client.prediction import Answer
from mds_client.signature import Signature
from ui import errors, session, staleness
from ui.cases.opened import opened
from ui.feedback import call, deliveries, questions, region_editor, truth
from ui.feedback.truth import labels_of
from ui.session import services
from ui.text import plain

__all__ = ["draw", "labels_of"]

_WORDS = {"correct": "right", "incorrect": "wrong", "unsure": "you can't tell"}
_MOST_COMMENT = 2_000


def draw(case: CaseView, answer: Answer, signature: Signature) -> None:
    """The question, or the judgement that this person gave, which can be changed and taken back."""
    judged = current(services().sessions, case_id=case.id, person=session.person())
    said = None if is_taken_back(judged) else judged
    st.subheader("Was this right?", anchor=False)
    if case.is_audited and not said:
        st.caption("This case was drawn at random for a check, so your word counts most here.")
    if said and not st.session_state.get(_key(case, "again")):
        _draw_recorded(case, said)
    else:
        _draw_choice(case, answer, signature, said)


def _key(case: CaseView, name: str) -> str:
    return f"feedback_{case.id}_{name}"


def _draw_recorded(case: CaseView, said: FeedbackView) -> None:
    st.success(_recorded(said))
    deliveries.draw(case.id)
    with st.container(horizontal=True):
        st.button(
            "Change",
            key=_key(case, "change"),
            icon=":material/edit:",
            on_click=_open,
            args=(case, "again", said.judgement),
            help="Another word, a comment, or how sure you are",
        )
        st.button(
            "Undo",
            key=_key(case, "undo"),
            icon=":material/undo:",
            on_click=_undo,
            args=(case,),
            help="Take back what you said last",
        )


def _recorded(said: FeedbackView) -> str:
    """What is recorded, all of it in a line."""
    corrected = said.judgement == "incorrect" and said.truth is not None
    sure = confidence_in_words(said.confidence)
    parts = [
        f"The right answer: {plain(in_words(said.truth))}." if corrected else "",
        f"{plain(said.reason)}." if said.reason else "",
        f"“{plain(said.comment)}”" if said.comment else "",
        f"You are this sure: {sure.lower()}." if sure else "",
        f"{plain(answers_in_words(said.answers))}." if said.answers else "",
    ]
    return " ".join([f"Recorded: {_WORDS[said.judgement]}.", *filter(None, parts)])


def _draw_choice(
    case: CaseView, answer: Answer, signature: Signature, said: FeedbackView | None
) -> None:
    """One click says it; *No* asks for more, and so does *Change* of what was said."""
    first = call_of(services().sessions, case.id) if said is None else None
    is_mine = first is not None and first.person == session.person()
    is_kept = bool(first and is_mine and call.draw(case, answer, first, _key(case, "keep")))
    asked = questions.asked_of(case.server, case.model)
    answers = questions.draw(asked, _key(case, ""), said.answers if said else None)
    with st.container(horizontal=True):
        yes = st.button("Yes", key=_key(case, "yes"), icon=":material/check:")
        st.button(
            "No",
            key=_key(case, "no"),
            icon=":material/close:",
            on_click=_open,
            args=(case, "again", "incorrect"),
        )
        unsure = st.button("Can't tell", key=_key(case, "unsure"), icon=":material/question_mark:")
    labels = labels_of(answer, signature)
    if is_kept and first:
        _submit(case, labels, judgement="incorrect", truth=first.answer, answers=answers)
    if yes:
        _submit(case, labels, judgement="correct", answers=answers)
    if unsure:
        _submit(case, labels, judgement="unsure", answers=answers)
    if judgement := st.session_state.get(_key(case, "again")):
        _draw_more(case, answer, signature, judgement, said, answers)


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
    with st.form(_key(case, "form")):
        st.markdown(f"**{_WORDS[judgement].capitalize()}.**")
        given: dict[str, object] = {"judgement": judgement, "answers": answers}
        if judgement == "incorrect":
            known = said.truth if said and is_same else None
            values = opened(case).values if answer.kind in region_editor.KINDS else None
            given |= truth.draw(answer, signature, _key(case, "truth"), known, values)
            given["reason"] = _draw_reason(case, answer, said.reason if said and is_same else "")
        given["comment"] = st.text_area(
            "Comment, optional",
            value=said.comment if said else "",
            key=_key(case, "comment"),
            height=80,
            max_chars=_MOST_COMMENT,
        )
        given["confidence"] = draw_confidence(_key(case, "sure"), said.confidence if said else None)
        if st.form_submit_button("Send", type="primary"):
            _submit(case, labels_of(answer, signature), **given)


def _draw_reason(case: CaseView, answer: Answer, said: str) -> str:
    reasons = reasons_for(answer.kind)
    default = said if said in reasons else None
    key = _key(case, "reason")
    return st.pills("What was wrong?", reasons, default=default, key=key) or ""


def draw_confidence(key: str, said: float | None) -> float | None:
    """How sure somebody is, in three words; None where they do not say."""
    default = confidence_in_words(said)
    word = st.segmented_control("How sure are you?", list(CONFIDENCE), default=default, key=key)
    return CONFIDENCE[word] if word else None


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


def _undo(case: CaseView) -> None:
    """What was said before holds again, or nothing."""

    def record() -> FeedbackView:
        return take_back(
            services().sessions,
            case_id=case.id,
            person=session.person(),
            key=session.remembered(_key(case, "key"), lambda: uuid.uuid4().hex),
        )

    _is_recorded(case, record)


def _is_recorded(case: CaseView, record: Callable[[], FeedbackView]) -> bool:
    """Whether it was recorded; the form is then closed, and what is said next is another statement."""
    try:
        record()
    except MdsError as error:
        errors.show(error)
        return False
    for name in ("again", "key", "truth", "reason", "comment", "sure"):
        st.session_state.pop(_key(case, name), None)
    questions.forget(_key(case, ""))
    return True


def _open(case: CaseView, name: str, value: str) -> None:
    st.session_state[_key(case, name)] = value
