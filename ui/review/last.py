"""The last ten decisions: each can be opened again and changed."""

from __future__ import annotations

import streamlit as st

from feedback import golden, review_queue
from feedback.regions import in_words
from feedback.review_queue import ItemView, Said
from feedback.submission import FeedbackView, current
from ui import session
from ui.cases.golden import change as make_golden
from ui.session import services
from ui.text import plain

WRONG = "wrong"  # that it is asked what would be right
_OPENED = "review_again"  # the id of an answered item that is opened again


def opened() -> ItemView | None:
    """The answered item that is open to be changed; None where there is none."""
    item_id = st.session_state.get(_OPENED)
    found = review_queue.item(services().sessions, item_id) if item_id else None
    if found is None or found.answered_by != session.person():
        st.session_state.pop(_OPENED, None)
        return None
    return found


def said_of(item: ItemView) -> FeedbackView | None:
    """What who asks said of an answered item."""
    if item.state != "answered":
        return None
    return current(services().sessions, item.case_id, session.person())


def draw() -> None:
    """A button that lists them."""
    box = st.popover("Last 10", icon=":material/history:", key="review_last", on_change="rerun")
    if not box.open:
        return
    with box:
        found = review_queue.last_answers(services().sessions, session.person())
        if not found:
            st.caption("You have decided nothing yet.")
        for each in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(plain(_words(each)))
                st.button(
                    "Change",
                    key=f"review_change_{each.item.id}",
                    on_click=_open,
                    args=(each.item.id, each.feedback.judgement),
                )


def draw_undo(item: ItemView | None) -> None:
    """A button with a key that opens what was decided last; before that, where one is open already."""
    found = review_queue.last_answers(services().sessions, session.person())
    ids = [each.item.id for each in found]
    place = ids.index(item.id) + 1 if item and item.id in ids else 0
    st.button(
        "Undo last",
        key="review_undo",
        icon=":material/undo:",
        shortcut="U",
        disabled=place >= len(ids),
        help="Open what you decided last, and say something else",
        on_click=_open,
        args=(ids[place] if place < len(ids) else "",),
    )


def draw_golden() -> None:
    """A button with a key that makes the case that was decided last a golden case, where what is right of it is known."""
    sessions = services().sessions
    found = review_queue.last_answers(sessions, session.person(), 1)
    if not found or golden.places_of(sessions, found[0].case.id):
        return
    if golden.can_be_golden(sessions, found[0].case) and st.button(
        f"Golden case: {found[0].case.id[-6:]}",
        key="review_golden",
        icon=":material/star:",
        shortcut="G",
        help="Every new version is asked the case that you decided last, and has to answer what is right",
    ):
        make_golden(found[0].case.id, is_golden=True)


def close() -> None:
    """Go on with what waits; what was said and is open stays as it was."""
    item_id = st.session_state.pop(_OPENED, None)
    if item_id:
        st.session_state.pop(key(item_id, WRONG), None)


def key(item_id: str, name: str) -> str:
    """What the decision on an item keeps in the session, by its name."""
    return f"review_{item_id}_{name}"


def _open(item_id: str, judgement: str) -> None:
    st.session_state[_OPENED] = item_id
    if judgement == "incorrect":
        st.session_state[key(item_id, WRONG)] = True


def _words(each: Said) -> str:
    feedback = each.feedback
    truth = (
        f", {in_words(feedback.truth)} is right"
        if feedback.judgement == "incorrect" and feedback.truth is not None
        else ""
    )
    return f"{each.case.model} {each.case.id[-6:]}: {feedback.judgement}{truth}"
