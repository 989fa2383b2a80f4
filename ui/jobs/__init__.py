"""A job on a page, by its id alone: how far it is, a way to stop it, and a new look at the page when it has ended.

It finds the job again after a reload, in another browser, or when another process goes on with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from jobs import store
from jobs.contract import Progress
from jobs.errors import JobCancelled, JobFailed
from mds_client.errors import MdsError
from ui.jobs import mine
from ui.session import services
from ui.text import plain

_POLL_SECONDS = 0.5
_ICONS = {"Pause": ":material/pause:"}
_WAITS = (
    "No worker is running, so this waits. Nothing is lost: it goes on as soon as one starts, by itself where the app starts "
    "one beside itself, else with `mds worker`."
)


@st.fragment(run_every=_POLL_SECONDS)
def watch(
    job_id: str,
    *,
    draw_rough: Callable[[object], None] = lambda _: None,
    stop: str = "Stop",
    stop_help: str | None = None,
    key: str,
) -> None:
    """Progress until the job ends; then the whole page is drawn anew. `draw_rough` draws what it would say by now, `stop` is
    what the button says that stops it."""
    progress = _progress(job_id)
    if progress is None:
        mine.look_again()  # the frame is drawn anew, too
        st.rerun()
    if not mine.is_said():
        mine.look_again()  # it was begun since: the next page says it
    is_waiting = _is_waiting(job_id)
    # How quick it is, and how long it takes, was said by a process that is gone.
    words = store.without_rate(progress.words) if is_waiting else progress.words
    st.progress(min(max(progress.fraction, 0.0), 1.0), text=plain(words))
    if is_waiting:
        st.warning(_WAITS, icon=":material/hourglass_empty:")
    if store.may_change(services().sessions, job_id) and st.button(
        stop, icon=_ICONS.get(stop, ":material/stop:"), key=key, help=stop_help
    ):
        services().here.cancel(job_id)
    if progress.rough is not None:
        draw_rough(progress.rough)


@st.fragment(run_every=_POLL_SECONDS)
def watch_all(job_ids: Sequence[str], what: str, *, ended: int = 0) -> None:
    """One bar for jobs that go on together, after so many that have `ended`. When one more has, the whole page is drawn anew."""
    found = [_progress(each) for each in job_ids]
    running = [each for each in found if each is not None]
    if len(running) < len(found):
        mine.look_again()
        st.rerun()
    count = ended + len(running)
    share = (ended + sum(min(max(each.fraction, 0.0), 1.0) for each in running)) / count
    st.progress(share, text=f"{what}: {ended:,} of {count:,} done")
    if any(_is_waiting(each) for each in job_ids):
        st.warning(_WAITS, icon=":material/hourglass_empty:")


def has_worker() -> bool:
    """Whether a process lives that takes jobs from the queues."""
    return any(worker.role == "worker" for worker in _living())


def failure(job: store.JobView) -> MdsError | None:
    """Why a job did not come to a result; None for every other."""
    if job.state not in ("failed", "cancelled"):
        return None
    error = MdsError(job.sentence, advice=job.advice)
    error.kind = JobCancelled.kind if job.state == "cancelled" else JobFailed.kind
    return error


def _is_waiting(job_id: str) -> bool:
    """Whether nobody works on the job, and nobody will take it by now."""
    if services().here.run_of(job_id):
        return False
    job, living = store.find(services().sessions, job_id), _living()
    return job is not None and not any(w.role == "worker" or w.id == job.runner for w in living)


def _living() -> list[store.WorkerView]:
    available = services()
    return store.living(available.sessions, available.settings.lost_seconds)


def _progress(job_id: str) -> Progress | None:
    """How far it is: as its run says in this process, else as its row does. None when it is not under way."""
    run = services().here.run_of(job_id)
    if run:
        now = run.progress
        return replace(now, words=store.without_rate(now.words)) if run.is_cancelled else now
    job = store.find(services().sessions, job_id)
    if job is None or not job.is_under_way:
        return None
    return Progress(fraction=job.fraction, words=job.words_now)
