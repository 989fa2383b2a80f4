"""What is told, wherever in the app who asks is, while their jobs are under way: the end of each large file, with the way to its
answers, and in the frame how many are left."""

from __future__ import annotations

import streamlit as st

from jobs import store
from mds_client.errors import MdsError
from ui import session
from ui.jobs import mine
from ui.jobs.titles import titled
from ui.session import services
from ui.text import plain

_LOOK_SECONDS = 1.5


def draw() -> None:
    """Look whether a job ended, and again now and then while one is under way; else never."""
    if mine.is_said() or st.session_state.get(session.UNDER_WAY):
        _tell()


@st.fragment(run_every=_LOOK_SECONDS)
def _tell() -> None:
    mine.look_again()
    before: set[str] = st.session_state.get(session.UNDER_WAY, set())
    now = {job.id for job in mine.under_way() if job.kind in mine.BATCHES}
    st.session_state[session.UNDER_WAY] = now
    for job_id in before - now:
        from ui.batch import link  # and all that shows answers, which few pages need

        if not link.is_shown(job_id):  # that page says it itself
            _say(job_id)
    mine.correct()


def _say(job_id: str) -> None:
    try:
        job = store.find(services().sessions, job_id)
    except MdsError:
        return  # the list of jobs has it
    if job is None or job.is_under_way:
        return
    (job,) = titled([job])
    icon = ":material/task_alt:" if job.state == "done" else ":material/warning:"
    words = f"[{plain(job.title)}]({mine.address_of(job)}): {plain(job.sentence)}"
    st.toast(words, icon=icon, duration="long")
