""" "Was this right?": the strip under every answer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import streamlit as st

from cases.queries import CaseView
from feedback.submission import REASONS, FeedbackView, current, submit
from mds_client.errors import MdsError
from mds_client.prediction import Answer
from mds_client.signature import Signature
from ui import errors, session, staleness
from ui.session import services
from ui.text import plain

_WORDS = {"correct": "right", "incorrect": "wrong", "unsure": "you can't tell"}
_MOST_PILLS = 6


def draw(case: CaseView, answer: Answer, signature: Signature) -> None:
    """The question, or the judgement that this person gave, which can be changed."""
    judged = current(services().sessions, case_id=case.id, person=session.person())
    st.subheader("Was this right?", anchor=False)
    if case.is_audited and not judged:
        st.caption("This case was drawn at random for a check, so your word counts most here.")
    if judged and not st.session_state.get(_key(case, "again")):
        _draw_recorded(case, judged)
    else:
        _draw_choice(case, answer, signature)


def _key(case: CaseView, name: str) -> str:
    return f"feedback_{case.id}_{name}"


def _draw_recorded(case: CaseView, judged: FeedbackView) -> None:
    truth = "" if judged.truth is None else str(judged.truth)
    corrected = (
        f" The right answer: {plain(truth)}." if truth and judged.judgement == "incorrect" else ""
    )
    st.success(f"Recorded: {_WORDS[judged.judgement]}.{corrected}")
    st.button("Change", key=_key(case, "change"), on_click=_set, args=(case, "again", True))


def _draw_choice(case: CaseView, answer: Answer, signature: Signature) -> None:
    with st.container(horizontal=True):
        yes = st.button("Yes", key=_key(case, "yes"), icon=":material/check:")
        st.button(
            "No",
            key=_key(case, "no"),
            icon=":material/close:",
            on_click=_set,
            args=(case, "wrong", True),
        )
        unsure = st.button("Can't tell", key=_key(case, "unsure"), icon=":material/question_mark:")
    if yes:
        _submit(case, _Submission(judgement="correct"), labels_of(answer, signature))
    if unsure:
        _submit(case, _Submission(judgement="unsure"), labels_of(answer, signature))
    if st.session_state.get(_key(case, "wrong")):
        _draw_correction(case, answer, signature)


def _draw_correction(case: CaseView, answer: Answer, signature: Signature) -> None:
    with st.form(_key(case, "form")):
        truth = _draw_truth(case, answer, signature)
        reason = st.pills("What was wrong?", REASONS, key=_key(case, "reason"))
        comment = st.text_area(
            "Anything else?", key=_key(case, "comment"), height=80, max_chars=2000
        )
        if st.form_submit_button("Send", type="primary"):
            submission = _Submission(
                judgement="incorrect", truth=truth, reason=reason or "", comment=comment or ""
            )
            _submit(case, submission, labels_of(answer, signature))


def _draw_truth(case: CaseView, answer: Answer, signature: Signature) -> object:
    """The right answer, in the kind of the answer; may be left open."""
    key, question = _key(case, "truth"), "What would have been right? (if you know)"
    if answer.kind == "class":
        others = [label for label in labels_of(answer, signature) if label != answer.label]
        if 0 < len(others) <= _MOST_PILLS:
            return st.pills(question, others, key=key, format_func=plain)
        return (
            st.selectbox(question, others, index=None, key=key)
            if others
            else st.text_input(question, key=key)
        )
    if answer.kind == "number":
        return st.number_input(question, value=None, key=key, placeholder="unknown")
    return st.text_area(question, key=key, height=80) or None


def labels_of(answer: Answer, signature: Signature) -> list[str]:
    """Every label that the model may answer, as far as it is known."""
    declared = next((field.labels for field in signature.outputs if field.labels), ())
    return sorted(declared or answer.probabilities)


@dataclass(frozen=True, kw_only=True)
class _Submission:
    """A judgement as it leaves the strip: from one click, or from the form."""

    judgement: str
    truth: object = None
    reason: str = ""
    comment: str = ""


def _submit(case: CaseView, submission: _Submission, labels: list[str]) -> None:
    """Record it, or say why not with everything still in the form."""
    try:
        submit(
            services().sessions,
            case_id=case.id,
            person=session.person(),
            judgement=submission.judgement,
            truth=submission.truth,
            reason=submission.reason,
            comment=submission.comment,
            is_seen=not staleness.is_typed_over(case.id),
            labels=labels,
            key=session.remembered(_key(case, "key"), lambda: uuid.uuid4().hex),
        )
    except MdsError as error:
        errors.show(error)
        return
    for name in ("again", "wrong", "key"):
        st.session_state.pop(_key(case, name), None)
    st.toast("Your feedback is recorded.", icon=":material/check:")
    st.rerun()


def _set(case: CaseView, name: str, value: bool) -> None:
    st.session_state[_key(case, name)] = value
