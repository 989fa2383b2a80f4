"""The review desk: what waits at the left, the case in the middle, the decision at the right."""

from __future__ import annotations

import importlib

import streamlit as st

from feedback import review_queue
from feedback.review_filling import ask_for, fill
from feedback.review_queue import ReviewFilter
from mds_client.errors import MdsError
from ui import session, unknown_choices
from ui.cases.filters import filter_of
from ui.review import (
    case,
    choices,
    decision,
    keyboard,
    last,
    rules,
    waiting,
)
from ui.session import services

SECONDS = 20
_FILL_SECONDS = 60
_CASE_FIRST_ON_A_PHONE = """<style>@media (max-width: 640px) {
[data-testid="stColumn"]:has(.st-key-review_waiting) { order: 1; } }</style>"""
QUEUE = "Queue"
_NOTHING = "Nothing waits for you. What the rules of your models ask for appears here by itself."
_NONE_OF_THESE = (
    "None of these cases waits for you. Remove their filters to see everything that does."
)
# Whether the desk was drawn, until the navigation is drawn the next time; and whether it was not before this run.
_AT_DESK, _CAME = "review_at_desk", "review_came"
# What the page shows besides, and the module that draws it. Each is imported when it is first opened: the navigation counts what
# waits on the first page of everybody, who would wait 3 s of processor time for SciPy's statistics and a plotting library.
_OTHERS = {
    "Golden cases": "ui.review.golden",
    "Test runs": "ui.review.test_runs",
    "Truths": "ui.review.truths",
    "Side by side": "ui.review.side_by_side",
    "Agreement": "ui.review.agreement",
}


def count() -> int:
    """How many cases wait for who asks, as of the last 20 seconds, at the desk as of now; 0 while that is not known."""
    was_at_desk = st.session_state.pop(_AT_DESK, False)
    st.session_state[_CAME] = not was_at_desk
    try:
        if was_at_desk:  # what was decided a moment ago waits no more
            _filled(session.scope_key())
            _count.clear(session.scope_key(), session.person())
        return _count(session.scope_key(), session.person())
    except MdsError:
        return 0


def draw() -> None:
    """The desk, the golden cases or the test runs of a model, truths from a file, two versions side by side, or how well reviewers agree."""
    st.title("Review", anchor=False)
    unknown_choices.note("tab", (QUEUE, *_OTHERS))
    unknown_choices.draw(unknown_choices.noted({"tab": ""}), {"tab": "Show"})
    shown = st.segmented_control(
        "Show",
        [QUEUE, *_OTHERS],
        default=QUEUE,
        required=True,
        key="tab",
        bind="query-params",
        label_visibility="collapsed",
    )
    if shown in _OTHERS:
        importlib.import_module(_OTHERS[shown]).draw()
        return
    _filled(session.scope_key())
    _draw_desk()


def _draw_desk() -> None:
    last.presses().finish()
    if asked := choices.asked_for():
        _asked_for(session.scope_key(), asked)
    counts = review_queue.counts(services().sessions, session.person())
    every = sum(counts.values())
    _agree(every)
    wanted = choices.draw(counts)
    found = review_queue.queue(services().sessions, session.person(), wanted, all_counts=counts)
    # Above what waits: what they open is long, and has room below them.
    with st.container(horizontal=True):
        last.draw()
        rules.draw(wanted)
    waiting.draw_progress(found, every)
    if asked:
        waiting.draw_left_out(found, wanted)
    item = last.opened() or waiting.current(found)
    if item is None:
        st.info(_NONE_OF_THESE if wanted.cases else _NOTHING)
        with st.container(horizontal=True):
            last.draw_undo(None)
            last.draw_golden()
        keyboard.draw(None)
        _look_again(wanted)
        return
    st.html(_CASE_FIRST_ON_A_PHONE)
    left, middle, right = st.columns([4, 9, 5], gap="small")
    with left:
        waiting.draw(found, every, item)
    with middle:
        opened = case.draw(item)
    with right:
        decision.draw(item, opened)
    last.presses().clear()
    keyboard.draw(item)


def _agree(every: int) -> None:
    """The navigation, drawn before the desk, says as many as the desk: who has just come to the desk has it drawn once more
    where it said otherwise. Later nothing is drawn twice, which would lose a press: `count` counts again by itself."""
    st.session_state[_AT_DESK] = True
    if st.session_state.pop(_CAME, False) and every != _count(
        session.scope_key(), session.person()
    ):
        st.rerun()


@st.fragment(run_every=SECONDS)
def _look_again(wanted: ReviewFilter) -> None:
    """Draw the desk anew as soon as something waits; the page of who waits for it stays open."""
    _filled(session.scope_key())
    if review_queue.queue(services().sessions, session.person(), wanted).items:
        st.rerun()


@st.cache_data(ttl=_FILL_SECONDS, max_entries=500, show_spinner=False)
def _filled(scope: str) -> int:
    """Bring the queue up to date, at most once a minute for the same models."""
    return fill(services().sessions)


@st.cache_data(ttl=_FILL_SECONDS, max_entries=500, show_spinner=False)
def _asked_for(scope: str, chosen: tuple[tuple[str, str], ...]) -> int:
    """Put the drawn cases of an address before reviewers, at most once a minute."""
    return ask_for(services().sessions, filter_of(dict(chosen)))


@st.cache_data(ttl=SECONDS, max_entries=1_000, show_spinner=False)
def _count(scope: str, person: str) -> int:
    """`scope` keeps apart what a person may see at different times."""
    return sum(review_queue.counts(services().sessions, person).values())
