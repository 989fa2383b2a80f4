"""A file that has rows without an answer of an earlier run, corrected: whether their answers go into that run's result."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from batch import corrections
from batch.folder import BatchFolder
from batch.partition import Partition
from cases import batches
from cases.batches import BatchView
from mds_client.errors import MdsError
from mds_client.signature import ModelRef
from ui import session
from ui.session import services
from ui.tables.given import Given
from ui.text import many, plain


def base_of(given: Given, model: ModelRef) -> BatchView | None:
    """The newest run of who asks whose rows without an answer these are, where their answers are to go into its result; draws
    the choice."""
    found = _found(given, model)
    if found is None:
        return None
    rows = "This is 1 row" if len(given.table) == 1 else f"These are {len(given.table):,} rows"
    st.info(
        plain(
            f"{rows} that had no answer in {found.file_name}, of {found.created_at:%-d %B %H:%M} UTC."
        ),
        icon=":material/build:",
    )
    is_wanted = st.checkbox(
        "Put the answers into the result of that file",
        value=True,
        key=f"rows_merge_{given.digest[:12]}",
        persist_state="session",
        help="Then there is one result again: all its rows with its own columns and row numbers, to take away and to compare.",
    )
    return found if is_wanted else None


def rows_in_words(batch: BatchView) -> str:
    """How many rows a run asks about: "6,000 rows", or "2 corrected rows of birds.csv" of a file of which the result has all
    rows."""
    everything = many(batch.rows, "row")
    if not batch.folder:
        return everything
    own = BatchFolder(services().batches_root, batch.folder)
    try:
        rows = Partition(own).facts.rows
        name = Partition(own.whole).facts.name if own.whole.path != own.path else ""
    except MdsError:  # its rows are kept no more
        return everything
    if rows == batch.rows and not name:
        return everything
    return many(rows, "corrected row") + (f" of {name}" if name else "")


def _found(given: Given, model: ModelRef) -> BatchView | None:
    """Looked for once for a file in a session."""
    key = (given.digest, given.choices, model)
    last = st.session_state.get(session.CORRECTED)
    if last is None or last[0] != key:
        last = (key, _looked_for(given, model))
        st.session_state[session.CORRECTED] = last
    found: BatchView | None = last[1]
    return found


def _looked_for(given: Given, model: ModelRef) -> BatchView | None:
    columns = list(given.table.columns)
    for batch in batches.newest(services().sessions, model, session.person()):
        if batch.folder and columns and _fits(batch, columns, given):
            return batch
    return None


def _fits(batch: BatchView, columns: Sequence[str], given: Given) -> bool:
    base = BatchFolder(services().batches_root, batch.folder).whole
    try:
        if not corrections.fits(columns, Partition(base).facts):
            return False
        corrections.places_of(base, given.table.cells(columns[0]).tolist())
    except MdsError:  # other rows, or what is kept no more
        return False
    return True
