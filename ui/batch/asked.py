"""What was asked about a file, as it stands: the batch, its job, and the cases of its rows once it has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cases import batches
from cases.batches import BatchView
from cases.jobs import batch as batch_job
from cases.queries import CaseView
from jobs import store
from jobs.errors import JobCancelled
from jobs.here import Here
from jobs.store import JobView
from mds_client.sensitive_values import has_withheld
from mds_client.signature import Signature
from ui import announced, errors, jobs, session
from ui.session import services
from ui.text import plain

ANSWERS = "rows_answers"  # where they stand
_PROGRESS = "rows_progress"
_STOPPED = JobCancelled().sentence


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A batch; `job` is None when it is so long ago that the list of jobs has it no more."""

    batch: BatchView
    job: JobView | None
    cases: Sequence[CaseView]

    @property
    def is_under_way(self) -> bool:
        """Whether rows are being asked, or will be."""
        return bool(self.job and self.job.is_under_way)

    @property
    def is_whole(self) -> bool:
        """Whether every row of it was asked."""
        return len(self.cases) == self.batch.rows


def asked_of(batch: BatchView) -> Asked:
    """A batch as it stands now. Cases are read once it has ended, and kept in this session."""
    job = store.find(services().sessions, batch.id)
    if batch.folder or (job and job.is_under_way):  # a large file is looked at page by page
        return Asked(batch=batch, job=job, cases=())
    key = (batch.id, job.attempt if job else None)
    last = st.session_state.get(session.BATCH_CASES)
    if last is None or last[0] != key:
        last = (key, batches.cases_of(services().sessions, batch.id))
    asked = Asked(batch=batch, job=job, cases=last[1])
    st.session_state[session.BATCH_CASES] = last
    return asked


def place_for(rows: int, signature: Signature) -> Here | None:
    """A short file begins in this process at once; a long one in a worker, beside which pages stay quick. What is
    sensitive and not stored cannot wait for a worker."""
    is_short = rows <= batch_job.QUICK_ROWS
    is_here = is_short or has_withheld(signature) or not jobs.has_worker()
    return services().here if is_here else None


def announce(asked: Asked | None) -> None:
    """Move the focus to rows on their way, then to what came of them, and say which it is: the rest stands there."""
    token, place, words = "", _PROGRESS, ""
    if asked and asked.job and asked.is_under_way:
        token, words = f"{asked.batch.id} {asked.job.attempt}", "The rows are being asked."
    elif asked:
        is_done = asked.job is None or asked.job.state == "done"
        token = f"{asked.batch.id} {asked.job.attempt if asked.job else 0} ended"
        place = ANSWERS if is_done else _PROGRESS
        words = "The answers are there." if is_done else "The rows are not being asked any more."
    announced.announce("rows", token, place, words)


def draw_progress(asked: Asked) -> None:
    """How far it is, and a way to pause it; or why it ended before its end."""
    if asked.job is None or asked.job.state == "done":
        return
    with st.container(key=_PROGRESS):
        _draw_progress(asked.job)


def _draw_progress(job: JobView) -> None:
    if job.is_under_way:
        jobs.watch(
            job.id,
            stop="Pause",
            stop_help="What was answered by then is kept. Then it can go on, or be cancelled for good.",
            key="rows_stop",
        )
        st.caption(
            "You may leave this page or close the browser: the address leads back here, and it goes on meanwhile."
        )
        return
    failure = jobs.failure(job)
    if job.state == "cancelled":
        _draw_paused(job)
    elif failure:
        errors.show(failure)


def _draw_paused(job: JobView) -> None:
    """That somebody stopped it, and why where it was not the person who looks at it."""
    why = "" if job.is_withdrawn or job.sentence == _STOPPED else job.sentence
    title = "Cancelled" if job.is_withdrawn else "Paused"
    st.info(f"{plain(why)} What was answered by then is kept.".strip(), title=title)


def sentence(cases: Sequence[CaseView], count: int) -> str:
    """When rows were answered and by which version; empty when none was."""
    answered = [case for case in cases if case.is_answered]
    if not answered:
        return ""
    versions = list(dict.fromkeys(case.version for case in answered if case.version))
    by = f" by version {plain(', '.join(versions[:3]))}" if versions else ""
    day = f"{max(case.created_at for case in answered):%-d %B %Y}"
    one = "This row was" if count == 1 else "These rows were"
    which = one if len(answered) == count else f"{len(answered):,} of these {count:,} rows were"
    return f"{which} answered on {day}{by}."
