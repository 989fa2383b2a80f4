"""The decision on a case: right, wrong with what would be right, or can't tell; each with a key."""

from __future__ import annotations

import uuid
from typing import Literal

import streamlit as st

from cases.answers import answer_of
from feedback import review_queue
from feedback.regions import in_words
from feedback.review_queue import ItemView
from feedback.submission import FeedbackView
from feedback.wording import confidence_in_words, confidences
from mds_client.errors import MdsError
from mds_client.prediction import Answer
from ui import announced, errors, session
from ui.cases.opened import Opened
from ui.feedback import more as beside
from ui.feedback import questions, truth
from ui.review import keyboard, last, waiting
from ui.session import services
from ui.text import plain

# So many other classes have a key of their own.
_MOST_KEYS = 9


def draw(item: ItemView, shown: Opened | None) -> None:
    """What can be said of the case, and what was said last."""
    answer = answer_of(shown.case) if shown else None
    if shown is None or answer is None:
        st.button(
            "Next",
            key="review_skip",
            shortcut="K",
            on_click=last.presses().call,
            args=(waiting.skip, item.id),
        )
        return
    said = last.said_of(item)
    with st.container(border=True, key="review_decision"):
        _draw_hidden(item, said)
        choice = st.container()  # first on the page; what is said beside it is read first
        more = _draw_more(item, said)
        with choice:
            _draw_choice(item, shown, answer, said, more)
            if is_wrong := bool(st.session_state.get(_key(item, last.WRONG))):
                with st.container(key="review_truth"):
                    _draw_truth(item, shown, answer, said, more)
        token = f"wrong {item.id}" if is_wrong else ""
        announced.announce("review_truth", token, "review_truth", "What is right?")
        st.divider()
        with st.container(horizontal=True):
            if said is None:
                st.button(
                    "Skip",
                    key="review_skip",
                    icon=":material/skip_next:",
                    shortcut="K",
                    on_click=last.presses().call,
                    args=(waiting.skip, item.id),
                )
            last.draw_undo(item)
            last.draw_golden()


def _draw_hidden(item: ItemView, said: FeedbackView | None) -> None:
    if said is not None:
        sure = confidence_in_words(said.confidence)
        st.info(
            plain(
                f"You said {said.judgement}{f', {sure.lower()}' if sure else ''}. Change it, or go on."
            )
        )
        st.button(
            "Go on",
            key="review_go_on",
            icon=":material/arrow_forward:",
            shortcut="K",
            on_click=last.presses().call,
            args=(last.close,),
        )
    elif last.is_taken_back(item):
        st.info(
            "You took your judgement back. Decide again, or skip the case.", icon=":material/undo:"
        )
    elif item.reason != "differ":
        st.caption(":material/visibility_off: What others said is hidden until you have decided.")


def _draw_choice(
    item: ItemView,
    shown: Opened,
    answer: Answer,
    said: FeedbackView | None,
    more: dict[str, object],
) -> None:
    with st.container(key="review_choice"):
        _draw_buttons(item, shown, answer, said, more)


def _draw_buttons(
    item: ItemView,
    shown: Opened,
    answer: Answer,
    said: FeedbackView | None,
    more: dict[str, object],
) -> None:
    """Three; in a bar at the foot of a narrow screen, so that they are in sight beside any case."""
    is_wrong = bool(st.session_state.get(_key(item, last.WRONG)))
    look: Literal["primary", "secondary"] = "secondary" if is_wrong else "primary"
    if _is_pressed(item, "yes", "Correct", "Y", icon=":material/check:", look=look):
        _answer(item, shown, answer, _again("correct", said) | more)
    st.button(
        "Incorrect",
        key=_key(item, "no"),
        icon=":material/close:",
        shortcut="N",
        width="stretch",
        on_click=last.presses().call,
        args=(_open, item),
    )
    if _is_pressed(item, "unsure", "Can't tell", "X", icon=":material/question_mark:"):
        _answer(item, shown, answer, _again("unsure", said) | more)


def _again(judgement: str, said: FeedbackView | None) -> dict[str, object]:
    """A judgement with what was said with the same one and is not asked for here."""
    if said is None or said.judgement != judgement:
        return {"judgement": judgement}
    truth_kept = {"truth": said.truth} if judgement == "unsure" else {}
    return {"judgement": judgement, "reason": said.reason, **truth_kept}


def _draw_truth(
    item: ItemView,
    shown: Opened,
    answer: Answer,
    said: FeedbackView | None,
    more: dict[str, object],
) -> None:
    """What would be right, which need not be known, and why it was wrong."""
    given: dict[str, object] = {"judgement": "incorrect", **more}
    right = (
        st.container()
    )  # first on the page; why it was wrong is read first: a key sends what is right at once
    given["reason"] = beside.draw_reason(answer.kind, "incorrect", said, _key(item, "reason"))
    with right:
        _draw_right(item, shown, answer, said, given)


def _draw_right(
    item: ItemView,
    shown: Opened,
    answer: Answer,
    said: FeedbackView | None,
    given: dict[str, object],
) -> None:
    """What would be right: a class by its key, or the field of the answer's kind."""
    others = truth.others_than(answer, shown.signature) if answer.kind == "class" else []
    known = said.truth if said and said.judgement == "incorrect" else None
    if 0 < len(others) <= _MOST_KEYS:
        st.markdown("**What is right?**")
        for place, label in enumerate(others, 1):
            look: Literal["primary", "secondary"] = "primary" if label == known else "secondary"
            if _is_pressed(item, f"is_{place}", plain(label), str(place), look=look):
                _answer(item, shown, answer, {**given, "truth": label})
        if _is_pressed(item, "is_0", "I do not know", "0"):
            _answer(item, shown, answer, given)
        return
    key = _key(item, "truth")
    given |= truth.draw(answer, shown.signature, key, known, shown.values)
    if _is_pressed(item, "send", "Send", "Ctrl+Enter", icon=":material/send:", look="primary"):
        _answer(item, shown, answer, given)


def _is_pressed(
    item: ItemView,
    name: str,
    words: str,
    shortcut: str,
    *,
    icon: str | None = None,
    look: Literal["primary", "secondary"] = "secondary",
) -> bool:
    """A button that decides, and whether it was pressed and nothing was done for it yet."""
    presses, key = last.presses(), _key(item, name)
    st.button(
        words,
        key=key,
        icon=icon,
        shortcut=shortcut,
        type=look,
        width="content" if name == "send" else "stretch",
        on_click=presses.note,
        args=(key,),
    )
    return key in presses


def _draw_more(item: ItemView, said: FeedbackView | None) -> dict[str, object]:
    """What the model's owner asks, how sure, and a comment: optional, and kept with whatever is said."""
    asked = questions.asked_of(item.server, item.model)
    answers = questions.draw(asked, _key(item, ""), said.answers if said else None)
    key = _key(item, "sure")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        confidence = beside.draw_confidence("How sure?", said, key)
        st.button(
            "More sure",
            key=_key(item, "surer"),
            shortcut="S",
            on_click=last.presses().call,
            args=(_surer, key, said.confidence if said else None),
            type="tertiary",
        )
    key = _key(item, keyboard.COMMENT)
    comment = beside.draw_comment("Comment, optional (M)", said, key, height=68)
    return {"comment": comment, "confidence": confidence, "answers": answers}


def _answer(item: ItemView, shown: Opened, answer: Answer, given: dict[str, object]) -> None:
    """Record it and go on; or say why not, with everything still there."""
    presses, sessions, person = last.presses(), services().sessions, session.person()
    key = session.remembered(_key(item, "key"), lambda: uuid.uuid4().hex)
    try:
        said = review_queue.answer(
            sessions,
            item_id=item.id,
            person=person,
            key=key,
            labels=truth.labels_of(answer, shown.signature),
            **given,  # type: ignore[arg-type]
        )
    except MdsError as error:
        errors.show(error)
        return
    presses.clear()
    right = f", {in_words(said.truth)} is right" if given.get("truth") is not None else ""
    words = f"Case {item.case_id[-6:]}: {given['judgement']}{right}, saved."
    presses.call(_go_on, item, words)
    st.rerun()


def _go_on(item: ItemView, words: str) -> None:
    """What was said of this case is empty again, and the next one is open."""
    for name in ("key", last.WRONG, "sure", "reason", keyboard.COMMENT, "truth"):
        st.session_state.pop(_key(item, name), None)
    questions.forget(_key(item, ""))
    st.session_state.pop(waiting.CHOSEN, None)
    last.close()
    keyboard.tell(words)


def _open(item: ItemView) -> None:
    st.session_state[_key(item, last.WRONG)] = True


def _surer(key: str, before: float | None) -> None:
    """One word surer; after the surest, nothing is said. The last thing that it does is to set it: it is done, or nothing is."""
    words = [None, *confidences(before)]
    st.session_state[key] = words[(words.index(st.session_state.get(key)) + 1) % len(words)]


def _key(item: ItemView, name: str) -> str:
    return last.key(item.id, name)
