"""What runs by itself, again and again: a line each, with what came of the last run, and when the next one is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from jobs import store
from jobs.crontab import next_run
from jobs.store import JobView
from ui import by_width, session
from ui.by_width import Line
from ui.jobs.mine import state_of, words_of
from ui.jobs.sentences import SENTENCE_WIDTH, row_height
from ui.jobs.titles import titled
from ui.session import services

_LOOK_SECONDS = 30


@st.fragment(run_every=_LOOK_SECONDS)
def draw() -> None:
    """Nothing where nothing of it is of who asks."""
    last = store.last_scheduled(services().sessions, session.person())
    found = titled([job for job in last if _due(job)])
    if not found:
        return
    st.subheader("Automatic", anchor=False)
    st.caption("The workbench repeats these jobs by itself. Times are UTC.")
    by_width.draw("by_itself", lambda: _draw_table(found), [_line(job) for job in found])


def _draw_table(found: Sequence[JobView]) -> None:
    frame = pd.DataFrame([_row(job) for job in found])
    st.dataframe(
        frame,
        hide_index=True,
        row_height=row_height(max(map(len, frame["Result"]))),
        column_config={
            "What": st.column_config.TextColumn("What", width=290),
            "State": st.column_config.TextColumn("State", width=70),
            "Last run": st.column_config.DatetimeColumn("Last run", format="distance", width=120),
            "Next run": st.column_config.DatetimeColumn("Next run", format="HH:mm", width=80),
            "Result": st.column_config.TextColumn("Result", width=SENTENCE_WIDTH),
        },
        placeholder="",
        alt="What runs by itself: the last run of each, and when the next one is due",
    )


def _due(job: JobView) -> datetime | None:
    """When it is due next; None for a kind that runs no more by itself."""
    kind = services().kinds.get(job.kind)
    return next_run(kind.schedule, datetime.now(UTC)) if kind and kind.schedule else None


def _row(job: JobView) -> dict[str, object]:
    return {
        "What": job.title,
        "State": state_of(job),
        "Last run": job.started_at or job.created_at,
        "Next run": _due(job),
        "Result": words_of(job),
    }


def _line(job: JobView) -> Line:
    due, state = _due(job), state_of(job)
    following = f" · next run {due:%H:%M}" if due else ""
    last = f"{job.started_at or job.created_at:%-d %b, %H:%M}"
    return Line(head=job.title, more=(f"{state} · last run {last}{following}", words_of(job)))
