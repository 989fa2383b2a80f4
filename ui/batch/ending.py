"""A file that was paused, or failed on the way: it goes on, or is cancelled for good with the answers that there are."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from batch.jobs import large_file
from jobs import store
from jobs.errors import JobUnderWay
from mds_client.errors import MdsError
from ui import errors
from ui.batch import large
from ui.batch.answers import base_address
from ui.batch.asked import Asked
from ui.session import services


def draw(found: Asked, show: Callable[[str], None]) -> None:
    """The two buttons; nothing where it cannot go on. `show` has the address lead to another run."""
    job = found.job
    if job is None or job.is_under_way or found.is_whole:
        return
    if not store.can_resume(services().sessions, job.id):
        return
    try:
        words = _words(found)
    except MdsError as error:  # its rows are gone
        errors.show(error)
        return
    with st.container(horizontal=True):
        goes_on = st.button(words, type="primary", icon=":material/play_arrow:", key="rows_go_on")
        ends = st.button(
            "Cancel",
            icon=":material/close:",
            key="rows_cancel",
            help="It ends for good: the answers so far stay, and no other row is asked about.",
        )
    if goes_on:
        _go_on(job.id, show)
    if ends:
        _cancel(found)


def keep_answers(found: Asked) -> None:
    """See that a run that was stopped for good, wherever that was, has a result with the answers that there were."""
    if found.job is None or not found.job.is_withdrawn:
        return
    try:
        large_file.keep_answers(
            services().sessions, services().batches_root, found.batch.folder, base_address()
        )
    except MdsError as error:
        errors.show(error)


def _words(found: Asked) -> str:
    """How many rows are still to be sent. Raises MdsError."""
    left = large.rows_left(found.batch) if found.batch.folder else _left(found)
    if not left:
        return "Go on: the result is still to be written"
    return "Go on with 1 row" if left == 1 else f"Go on with {left:,} rows"


def _left(found: Asked) -> int:
    return found.batch.rows - len(found.cases)


def _go_on(job_id: str, show: Callable[[str], None]) -> None:
    try:
        store.resume(services().sessions, job_id, services().kinds)
    except JobUnderWay as other:
        show(other.job_id)
    except MdsError as error:
        errors.show(error)
        return
    st.rerun()


def _cancel(found: Asked) -> None:
    try:
        with st.spinner("Writing the answers so far …"):
            large_file.give_up(
                services().sessions, services().batches_root, found.batch, base_address()
            )
    except MdsError as error:
        errors.show(error)
        return
    st.rerun()
