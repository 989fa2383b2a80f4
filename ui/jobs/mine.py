"""The jobs that who asks began: a number in the frame while some are under way, and the list of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from explanations.formatting import shortened
from jobs import store
from jobs.store import JobView
from mds_client.errors import MdsError
from ui import by_width, session
from ui.by_width import Line
from ui.jobs.sentences import MOST, SENTENCE_WIDTH, row_height
from ui.jobs.titles import titled
from ui.session import services
from ui.text import percent

_KEPT_SECONDS = 10
_SAID = "jobs_said"  # how many the frame says
_LOOK_SECONDS = 2
_MOST = 100
_UNDER_WAY = ("waiting", "running")
# Files whose answers a link shows; and what is done for a model and has no page of its own.
BATCHES = ("batch", "large-batch")
_WITHOUT = ("schedule-look", "large-batch-help")
_WORDS = {"waiting": "waits", "running": "under way"}


def count() -> int:
    """How many are under way, as of the last ten seconds; 0 while that is not known. The frame says so many from now on."""
    st.session_state[_SAID] = found = len(under_way())
    return found


def is_said() -> bool:
    """Whether the frame says that some are under way."""
    return bool(st.session_state.get(_SAID))


def look_again() -> None:
    """What is under way is as of now from here on."""
    _under_way.clear(session.scope_key(), session.person())


def correct() -> None:
    """Draw the page anew where the frame says another number than there are."""
    if len(under_way()) != st.session_state.get(_SAID, 0):
        st.rerun()


def under_way() -> list[JobView]:
    """Those that are, as of the last ten seconds; none while that is not known."""
    try:
        return _under_way(session.scope_key(), session.person())
    except MdsError:
        return []


def draw() -> None:
    """The newest jobs, those under way with how far they are."""
    st.title("What is under way?", anchor=False)
    _draw_list()


@st.fragment(run_every=_LOOK_SECONDS)
def _draw_list() -> None:
    jobs = store.newest(
        services().sessions, person=session.person(), is_scheduled=False, limit=_MOST
    )
    if not jobs:
        st.info("Nothing is running for you. Explanations, studies and files appear here.")
        return
    found = titled(jobs)
    by_width.draw("jobs", lambda: _draw_table(found), [_line(job) for job in found])


def _draw_table(jobs: Sequence[JobView]) -> None:
    frame = pd.DataFrame([_row(job) for job in jobs])
    if not any(job.is_under_way for job in jobs):
        frame = frame.drop(columns="Progress")
    longest = max(map(len, frame["Details"]))
    st.dataframe(
        frame,
        hide_index=True,
        row_height=row_height(longest),
        column_config={
            "What": st.column_config.TextColumn("What", width=250),
            "State": st.column_config.TextColumn("State", width=80),
            "Details": st.column_config.TextColumn("Details", width=SENTENCE_WIDTH),
            "Where": st.column_config.LinkColumn("Where", display_text="Open", width=60),
            "Progress": st.column_config.ProgressColumn(
                "Progress", min_value=0, max_value=1, width=100
            ),
            "Started": st.column_config.DatetimeColumn("Started", format="distance", width=110),
        },
        placeholder="",
        alt="Your jobs, the newest first",
    )


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=1_000, show_spinner=False)
def _under_way(scope: str, person: str) -> list[JobView]:
    """`scope` keeps apart what different people may see."""
    return store.newest(
        services().sessions, person=person, states=_UNDER_WAY, is_scheduled=False, limit=_MOST
    )


def _row(job: JobView) -> dict[str, object]:
    return {
        "What": job.title,
        "State": state_of(job),
        "Progress": job.fraction if job.is_under_way else None,
        "Where": address_of(job),
        "Started": job.created_at,
        "Details": words_of(job),
    }


def _line(job: JobView) -> Line:
    """A job on a phone: how far it is, when it began, and what came of it."""
    state = state_of(job)
    far = f", {percent(job.fraction)}" if job.is_under_way else ""
    return Line(
        head=job.title,
        more=(f"{state}{far} · {job.created_at:%-d %b %Y, %H:%M} UTC", words_of(job)),
        address=address_of(job) or "",
    )


def state_of(job: JobView) -> str:
    """How a job stands, in a word. Only a file goes on from its page: what else was stopped is not called paused here."""
    if job.status == "paused" and job.kind not in BATCHES:
        return "stopped"
    return _WORDS.get(job.status, job.status)


def words_of(job: JobView) -> str:
    """What came of it, or how far it is, shortened."""
    return shortened(job.sentence or (job.words_now if job.is_under_way else ""), MOST)


def address_of(job: JobView) -> str | None:
    """The page that shows what a job is for; None for one that is about neither case nor model."""
    about, _, rest = job.subject.partition("/")
    if about == "case":
        return f"predict?case={rest}"
    if about != "model":
        return None
    if job.kind in BATCHES:
        return f"predict?model={rest}&run={job.id}"
    return None if job.kind in _WITHOUT else f"behaviour?model={rest}"
