"""What was said that somebody should read: a number in the frame, and the list of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import streamlit as st

from feedback import inbox as said
from feedback.inbox import Inbox, ItemView
from feedback.wording import TAKEN_BACK
from mds_client.errors import MdsError
from ui import long_words, session
from ui.inbox import groups
from ui.model_titles import of_model
from ui.session import services
from ui.shell import page_path
from ui.text import plain

SECONDS = 20


def count() -> int:
    """How much there is to read, as of the last 20 seconds; 0 while that is not known."""
    try:
        return _count(session.scope_key(), session.person())
    except MdsError:
        return 0


def draw() -> None:
    """What waits for a person's word, what is new, and what waits for an answer."""
    st.title("What was said?", anchor=False)
    found = said.inbox(services().sessions, session.person())
    if not found.count:
        st.info(_nothing())
        return
    _draw_asked(found)
    _draw_new(found)
    _draw_waiting(found)
    st.caption(
        f"The last {said.DAYS} days are shown, at most {said.MOST} of each kind. *Cases* keeps everything."
    )


def see(item_ids: Collection[str]) -> None:
    """Who asks has seen these: they are not new any more."""
    said.see(services().sessions, session.person(), item_ids)
    _count.clear()


@st.cache_data(ttl=SECONDS, max_entries=1_000, show_spinner=False)
def _count(scope: str, person: str) -> int:
    """`scope` keeps apart what a person may see at different times."""
    return said.inbox(services().sessions, person).count


def _nothing() -> str:
    if session.viewer().is_named:
        return "Nothing new. What people say on your cases, and answer to you, appears here until you have seen it."
    return (
        "Nothing waits for an answer. Say who you are on the page **You**, and what people say on your cases "
        "appears here."
    )


def _draw_asked(found: Inbox) -> None:
    """Drawn cases: what is said of them is what accuracy is estimated from."""
    count = len(found.asked)
    if not count:
        return
    more = " or more" if count == said.MOST else ""  # no more than these are read
    words = "1 case is" if count == 1 else f"{count}{more} cases are"
    st.subheader(f"{words} waiting for your judgement", anchor=False)
    st.caption(
        "They were drawn at random for a check, so your judgement counts most here: was the answer right? They wait "
        f"here for {said.ASKED_DAYS} days."
    )
    for group in groups.asked(found.asked):
        newest = group[0]
        with st.container(border=True, key=f"inbox_asked_{newest.id}"):
            st.markdown(f"**{plain(newest.question or 'Was the answer right?')}**")
            st.caption(_whence(newest.server, newest.model, [e.created_at for e in group]))
            _draw_links(newest.id, [(e.id, e.created_at) for e in group])


def _draw_new(found: Inbox) -> None:
    if not found.new:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("New for you", anchor=False)
        st.button(
            "Mark all as seen",
            icon=":material/done_all:",
            key="inbox_seen_all",
            on_click=see,
            args=([item.id for item in found.new],),
        )
    for group in groups.said(found.new):
        _draw_said(group, "new")


def _draw_waiting(found: Inbox) -> None:
    if not found.waiting:
        return
    st.subheader("Waiting for an answer", anchor=False)
    st.caption(
        "Comments on cases of the models that you review. Answer them on the page of their case."
    )
    for group in groups.said(found.waiting):
        _draw_said(group, "waiting")


def _draw_said(group: Sequence[ItemView], kind: str) -> None:
    """What one person said: once, or the same on several cases."""
    item = group[0]
    with st.container(border=True, key=f"inbox_{kind}_{item.id}"):
        st.markdown(f"**{plain(_what(item))}** by {plain(item.person)}")
        if item.words:
            st.markdown(plain(long_words.beginning(item.words)))
            long_words.draw_whole(item.words)
        st.caption(_whence(item.server, item.model, [e.created_at for e in group]))
        _draw_links(f"{kind}_{item.id}", [(e.case_id, e.created_at) for e in group])


def _whence(server: str, model: str, moments: Sequence[datetime]) -> str:
    """Of which model, and when; of several cases how many, and from when to when."""
    first, last = min(moments), max(moments)
    model = of_model(server, model)
    if len(moments) == 1:
        return plain(f"{model} · {last:%-d %b %Y, %H:%M} UTC")
    days = f"{last:%-d %b %Y}"
    if first.date() != last.date():
        days = f"{first:%-d %b %Y} to {days}"
    return plain(f"{len(moments):,} cases · {model} · {days}")


def _draw_links(key: str, cases: Sequence[tuple[str, datetime]]) -> None:
    """To the newest case; of several to each, where somebody opens the list."""
    newest, others = cases[0], cases[1:]
    _draw_link(newest[0], f"Open {'the newest, ' if others else ''}case {newest[0][-6:]}")
    if not others:
        return
    box = st.expander(f"All {len(cases):,} cases", key=f"inbox_all_{key}", on_change="rerun")
    if box.open:
        with box:
            for case_id, moment in cases:
                _draw_link(case_id, f"Case {case_id[-6:]}, {moment:%-d %b %Y, %H:%M} UTC")


def _draw_link(case_id: str, label: str) -> None:
    st.page_link(
        page_path("case"),
        label=label,
        icon=":material/arrow_forward:",
        query_params={"id": case_id},
    )


def _what(item: ItemView) -> str:
    if item.judgement == TAKEN_BACK:
        return "Took the judgement back"
    if item.judgement:
        return f"Judged {item.judgement}"
    version = f" in {item.fixed_in}" if item.fixed_in else ""
    return f"Answered: {item.answer}{version}" if item.answer else "Commented"
