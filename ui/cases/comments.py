"""Comments on a case, and what who reviews its model answers to what was said."""

from __future__ import annotations

import uuid

import streamlit as st

from cases.history import Step
from cases.queries import CaseView
from feedback.comments import ANSWERS, comment
from mds_client.errors import MdsError
from ui import errors, inbox, session
from ui.session import services

_WORDS = {"seen": "Seen", "known": "Known", "fixed": "Fixed"}


def note_seen(case: CaseView, steps: list[Step]) -> None:
    """Whoever looks at the case has seen what others said on it."""
    me = session.person()
    said = frozenset(step.item_id for step in steps if step.item_id and step.person != me)
    if (
        said
        and session.viewer().is_named
        and st.session_state.get(f"comments_seen_{case.id}") != said
    ):
        inbox.see(said)
        st.session_state[f"comments_seen_{case.id}"] = said


def draw_box(case: CaseView) -> None:
    """A comment for who asked the case, and for who reviews its model."""
    with st.form(_key(case, "box"), border=False):
        words = st.text_area(
            "Comment",
            key=_key(case, "words"),
            height=80,
            placeholder="For the person who asked this, and for the model's reviewers",
        )
        if st.form_submit_button("Send the comment", icon=":material/send:"):
            _send(case, "words", words or "")


def draw_answer(case: CaseView, step: Step) -> None:
    """What a reviewer says to it; nothing for others, and for what they said themselves."""
    scope = services().scope
    is_mine = session.viewer().is_named and step.person == session.person()
    if not step.item_id or is_mine or not scope.reviews(case.server, case.model):
        return
    label = "Answer again" if step.is_answered else "Answer"
    name = f"answer_{step.item_id}"
    with (
        st.popover(label, icon=":material/reply:", key=_key(case, f"{name}_open")),
        st.form(_key(case, name), border=False),
    ):
        answer = st.pills(
            "It is",
            [word for word in ANSWERS if word],
            key=_key(case, f"{name}_is"),
            format_func=lambda word: _WORDS[word],
            help="Seen: somebody looks into it. Known: it is understood. Fixed: a newer version gets it right.",
        )
        version = st.text_input("Fixed in version", key=_key(case, f"{name}_in"))
        words = st.text_area("In your words", key=_key(case, f"{name}_words"), height=80)
        if st.form_submit_button("Send the answer", type="primary"):
            _send(case, name, words or "", step.item_id, answer or "", version or "")


def _send(
    case: CaseView,
    name: str,
    words: str,
    answers_id: str | None = None,
    answer: str = "",
    fixed_in: str = "",
) -> None:
    """Record it, or say why not with everything still in the form."""
    try:
        comment(
            services().sessions,
            case_id=case.id,
            person=session.person(),
            words=words,
            key=session.remembered(_key(case, f"{name}_key"), lambda: uuid.uuid4().hex),
            answers_id=answers_id,
            answer=answer,
            fixed_in=fixed_in,
        )
    except MdsError as error:
        errors.show(error)
        return
    # What is drawn from here on is another form, empty and closed.
    st.session_state[f"comments_{case.id}"] = _sent(case) + 1
    st.toast("Your comment is recorded.", icon=":material/check:")
    st.rerun()


def _sent(case: CaseView) -> int:
    """How many comments were sent from here in this session."""
    return int(st.session_state.get(f"comments_{case.id}", 0))


def _key(case: CaseView, name: str) -> str:
    return f"comments_{case.id}_{_sent(case)}_{name}"
