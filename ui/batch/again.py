"""Asking again from the link of a run: its rows stand in their cases, so the file need not be chosen again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import streamlit as st

from cases import batches
from cases.jobs import batch as batch_job
from jobs.errors import JobUnderWay
from mds_client.errors import MdsError
from mds_client.signature import Signature, Values
from tables.kept_table import left_out_of
from ui import errors, session
from ui.batch.asked import Asked, place_for
from ui.session import services

_PRESS = "run_press"  # the same for the two presses of a double click


def draw(found: Asked, signature: Signature) -> str:
    """The buttons; the id of the run that a press began, or that is under way; else empty."""
    if not found.is_whole or not found.cases:
        return ""
    failed = sum(not case.is_answered for case in found.cases)
    press = session.remembered(_PRESS, lambda: uuid4().hex)
    with st.container(horizontal=True):
        rows = "1 row" if failed == 1 else f"{failed:,} rows"
        is_failed = bool(failed) and st.button(
            f"Ask again for {rows} without an answer",
            type="primary",
            icon=":material/refresh:",
            key="run_failed_again",
        )
        is_all = st.button("Ask again for all rows", icon=":material/refresh:", key="run_again")
    if not (is_failed or is_all):
        return ""
    rows_again, lacking = batches.rows_of(services().sessions, found.cases)
    if lacking:
        st.warning(
            f"Files of {lacking:,} of the rows are not kept any more. Choose the file again to ask again.",
            icon=":material/warning:",
        )
        return ""
    # Under the key of the run its answered rows are not asked again.
    key = found.batch.key if is_failed else f"{found.batch.question}-{press}"
    return _start(found, signature, key, rows_again, press)


def _start(found: Asked, signature: Signature, key: str, rows: Sequence[Values], press: str) -> str:
    batch, served = found.batch, services()
    table = batches.table_of(served.sessions, batch) or b""
    try:
        job = batch_job.start(
            place_for(len(rows), signature),
            served.sessions,
            served.kinds[batch_job.NAME],
            batch_job.BatchRows(
                model=signature.model,
                signature=signature,
                key=key,
                rows=rows,
                left_out=left_out_of(table, len(rows)),
            ),
            batch_job.BatchFile(name=batch.file_name, question=batch.question, table=table),
            person=session.person(),
            press=press,
        )
    except JobUnderWay as other:
        return other.job_id
    except MdsError as error:
        errors.show(error)
        return ""
    st.session_state.pop(_PRESS)
    return job.id
