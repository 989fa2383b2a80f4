"""The queue: what waits, the most pressing first, and which case is in front of who asks."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from cases.search import count
from feedback import review_queue
from feedback.review_queue import ItemView, Queue, ReviewFilter
from feedback.review_rules import REASONS
from ui import session
from ui.model_titles import of_models
from ui.review import keyboard, last
from ui.session import services
from ui.text import plain

CHOSEN = "review_chosen"  # the id of the item that was chosen, or is open
SKIPPED = "review_skipped"  # ids of the items that were skipped in this session
_SHOWN = 12
_ICONS = {
    "differ": "gavel",
    "flagged": "flag",
    "overdue": "schedule",
    "audit": "casino",
    "versions": "difference",
    "uncertain": "balance",
    "unlike": "scatter_plot",
    "second": "visibility_off",
    "sample": "percent",
}


def draw_progress(found: Queue, every: int) -> None:
    """ "13 done today, 7 waiting"; `every` is how many wait, whatever is chosen."""
    total = found.done_today + every
    if total:
        st.progress(
            found.done_today / total,
            text=f"{found.done_today:,} done today, {count_words(found, every)} waiting",
        )


def count_words(found: Queue, every: int) -> str:
    """ "7", as the navigation has it; "3 of 7" where only some are chosen."""
    return f"{found.count:,}" if found.count == every else f"{found.count:,} of {every:,}"


def draw_left_out(found: Queue, wanted: ReviewFilter) -> None:
    """Why fewer of the drawn cases of a link wait here than it counts."""
    if wanted.cases is None or wanted.reason:
        return
    left = count(services().sessions, wanted.cases) - found.count
    if left > 0:
        does = "does" if left == 1 else "do"
        st.caption(
            f"{left:,} more of these {does} not wait for you: a reviewer could not tell what is right, or reads it now."
        )


def current(found: Queue) -> ItemView | None:
    """The case in front of who asks, kept from others; the one that they chose, else the first that is free."""
    chosen = st.session_state.get(CHOSEN)
    skipped = st.session_state.get(SKIPPED, ())
    ids = [item.id for item in found.items]
    fresh = [each for each in ids if each not in skipped] or ids
    wanted = [chosen, *fresh] if chosen in ids else fresh
    for item_id in wanted:
        taken = review_queue.take(services().sessions, session.person(), item_id)
        if taken is not None:
            st.session_state[CHOSEN] = taken.id
            return taken
    st.session_state.pop(CHOSEN, None)
    return None


def draw(found: Queue, every: int, current_item: ItemView) -> None:
    """The first of what waits; a click opens another one."""
    shown = found.items[:_SHOWN]
    named = of_models(dict.fromkeys((item.server, item.model) for item in shown))
    with st.container(border=True, key="review_waiting"):
        st.markdown(f"**Waiting, {count_words(found, every)}**")
        for item in shown:
            is_open = item.id == current_item.id
            st.button(
                f"**{REASONS[item.reason]}**  \n{plain(named[item.server, item.model])}, {_age(item)}",
                key=f"review_item_{item.id}",
                icon=":material/arrow_right:" if is_open else icon(item.reason),
                help=plain(item.detail) or None,
                width="stretch",
                disabled=is_open,
                on_click=last.presses().call,
                args=(choose, item.id),
            )
        if found.count > _SHOWN:
            st.caption(f"and {found.count - _SHOWN:,} more")


def icon(reason: str) -> str:
    return f":material/{_ICONS[reason]}:"


def choose(item_id: str) -> None:
    """Open this one; the one that was open is for others again."""
    last.close()
    keyboard.tell("Opened.")
    former = st.session_state.get(CHOSEN)
    if former and former != item_id:
        review_queue.give_back(services().sessions, session.person(), former)
    st.session_state[CHOSEN] = item_id


def skip(item_id: str) -> None:
    """Not now: it is for others, and comes again when nothing else is left."""
    last.close()
    keyboard.tell("Skipped.")
    review_queue.give_back(services().sessions, session.person(), item_id)
    st.session_state[SKIPPED] = (*st.session_state.get(SKIPPED, ()), item_id)
    st.session_state.pop(CHOSEN, None)


def _age(item: ItemView) -> str:
    minutes = int((datetime.now(UTC) - item.created_at).total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 0)} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"
