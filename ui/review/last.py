"""The last ten decisions: each can be opened again and changed."""

from __future__ import annotations

import streamlit as st

from feedback import golden, review_queue
from feedback.regions import in_words
from feedback.review_queue import ItemView, Said
from feedback.submission import FeedbackView, current
from feedback.taking_back import is_taken_back as says_nothing
from feedback.taking_back import take_back
from mds_client.errors import MdsError
from ui import errors, session
from ui.cases.golden import change as make_golden
from ui.model_titles import of_model
from ui.pressed import Presses, presses_of
from ui.review import keyboard
from ui.session import services
from ui.text import plain

WRONG = "wrong"  # that it is asked what would be right
_OPENED = "review_again"  # the id of an answered item that is opened again


def presses() -> Presses:
    """The presses of the desk's buttons that nothing was done for yet; each says of which case it is."""
    return presses_of("review")


def opened() -> ItemView | None:
    """The answered item that is open to be changed; None where there is none."""
    item_id, person = st.session_state.get(_OPENED), session.person()
    found = review_queue.item(services().sessions, item_id) if item_id else None
    if found is not None and found.answered_by == person and found.state == "open":
        found = review_queue.take(services().sessions, person, found.id)  # it was taken back
    if found is None or found.answered_by != person:
        st.session_state.pop(_OPENED, None)
        return None
    return found


def said_of(item: ItemView) -> FeedbackView | None:
    """What who asks said of an answered item."""
    if item.state != "answered":
        return None
    return current(services().sessions, item.case_id, session.person())


def is_taken_back(item: ItemView) -> bool:
    """Whether who asks took back what they had said of an item that waits."""
    return item.state == "open" and item.answered_by == session.person()


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
                    "Decide again" if each.is_taken_back else "Change",
                    key=f"review_change_{each.item.id}",
                    on_click=presses().call,
                    args=(_open, each.item.id, each.feedback.judgement),
                )


def draw_undo(item: ItemView | None) -> None:
    """A button with a key that takes back what was decided last, or the decision that is open."""
    found = review_queue.last_answers(services().sessions, session.person())
    decided = [each for each in found if not each.is_taken_back]
    in_sight = [each for each in decided if item and each.item.id == item.id]
    newest = next(iter((*in_sight, *decided)), None)
    st.button(
        "Undo this" if in_sight else "Undo last",
        key="review_undo",
        icon=":material/undo:",
        shortcut="U",
        disabled=newest is None,
        help="Take back what you decided: the case waits for you again",
        on_click=presses().call,
        args=(_undo, newest),
    )


def draw_golden() -> None:
    """A button with a key that makes the case that was decided last a golden case, where what is right of it is known."""
    sessions = services().sessions
    found = review_queue.last_answers(sessions, session.person(), 1)
    if not found or golden.places_of(sessions, found[0].case.id):
        return
    if not golden.can_be_golden(sessions, found[0].case):
        return
    name, pressed = f"golden {found[0].case.id}", presses()
    st.button(
        f"Golden case: {found[0].case.id[-6:]}",
        key="review_golden",
        icon=":material/star:",
        shortcut="G",
        help="Every new version is asked the case that you decided last, and must get it right",
        on_click=pressed.note,
        args=(name,),
    )
    if name in pressed:
        make_golden(found[0].case.id, is_golden=True)
        pressed.clear()
        st.rerun()


def close() -> None:
    """Go on with what waits; what was said and is open stays as it was."""
    item_id = st.session_state.pop(_OPENED, None)
    if item_id:
        st.session_state.pop(key(item_id, WRONG), None)


def key(item_id: str, name: str) -> str:
    """What the decision on an item keeps in the session, by its name."""
    return f"review_{item_id}_{name}"


def _undo(said: Said) -> None:
    """Take it back, and open it: what was said before holds again, or nothing. A second press does nothing else."""
    try:
        now = take_back(
            services().sessions,
            case_id=said.case.id,
            person=session.person(),
            key=f"undo-{said.feedback.id}",
        )
    except MdsError as error:
        errors.show(error)
        return
    close()
    _open(said.item.id, now.judgement)
    words = f"Case {said.case.id[-6:]}: you took your judgement back."
    if not says_nothing(now):
        words += f" What you said before holds again: {now.judgement}."
    keyboard.tell(words)


def _open(item_id: str, judgement: str) -> None:
    st.session_state[_OPENED] = item_id
    if judgement == "incorrect":
        st.session_state[key(item_id, WRONG)] = True


def _words(each: Said) -> str:
    model = of_model(each.case.server, each.case.model)
    if each.is_taken_back:
        return f"{model}, case {each.case.id[-6:]}: you took your judgement back"
    feedback = each.feedback
    truth = (
        f", {in_words(feedback.truth)} is right"
        if feedback.judgement == "incorrect" and feedback.truth is not None
        else ""
    )
    return f"{model}, case {each.case.id[-6:]}: {feedback.judgement}{truth}"
