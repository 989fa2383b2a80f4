"""A file that has rows without an answer of an earlier run, corrected: whether their answers go into that run's result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from batch import corrections, short_file
from batch.errors import NotItsRows, PartitionGone
from batch.folder import BatchFolder
from batch.partition import Partition
from batch.result import NOT_ASKED
from batch.short_file import Outcome, ShortFile
from cases import batches
from cases.batches import BatchView
from cases.queries import CaseView
from cases.recording import answer_of
from mds_client.errors import MdsError
from mds_client.signature import ModelRef
from tables.kept_table import KeptTable, UnreadableTable, column_of
from ui import session
from ui.batch.answers import base_address
from ui.session import services
from ui.tables.given import Given
from ui.text import many, plain


@dataclass(frozen=True, kw_only=True)
class Base:
    """The run whose rows without an answer a file has, corrected, and how many rows its file has."""

    batch: BatchView
    rows: int

    def put(self, folder: BatchFolder, batch_id: str) -> str:
        """The id of the folder in which its file lies with its answers; of a short file that of the corrected rows, `batch_id`,
        within which it is put. Raises MdsError."""
        if self.batch.folder:
            return self.batch.folder
        short = short_file_of(self.batch)
        if short is None:  # it was kept a moment ago
            raise PartitionGone(self.batch.id)
        short_file.write(folder.before, short, base_address())
        return batch_id


@dataclass(frozen=True, kw_only=True)
class _Misfit:
    """Why rows with the columns of the file to correct of a run are not rows of it, in a sentence and advice."""

    file_name: str
    why: str


def base_of(given: Given, model: ModelRef) -> Base | None:
    """The newest run of who asks whose rows without an answer these are, where their answers are to go into its result; draws
    the choice, or why rows that look as if they were are none."""
    found = _found(given, model)
    if isinstance(found, _Misfit):
        st.warning(
            plain(f"These look like corrected rows of {found.file_name}. {found.why}"),
            title="Asked about as a file of its own",
        )
    if not isinstance(found, Base):
        return None
    rows = "This is 1 row" if len(given.table) == 1 else f"These are {len(given.table):,} rows"
    st.info(
        plain(
            f"{rows} that had no answer in {_name_of(found.batch)}, of {found.batch.created_at:%-d %B %H:%M} UTC."
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
    """How many rows a run asks about: "6,000 rows", "5,998 of 6,000 rows" where the others cannot be sent, or "2 corrected rows of
    birds.csv" of a file of which the result has all rows."""
    everything = many(batch.rows, "row")
    if not batch.folder:
        return everything
    own = BatchFolder(services().batches_root, batch.folder)
    try:
        facts = Partition(own).facts
        name = Partition(own.whole).facts.name if own.whole.path != own.path else ""
    except MdsError:  # its rows are kept no more
        return everything
    sent = f"{facts.good:,} of " if facts.bad else ""
    if facts.rows == batch.rows and not name:
        return f"{sent}{everything}"
    return f"{sent}{many(facts.rows, 'corrected row')}" + (f" of {name}" if name else "")


def _found(given: Given, model: ModelRef) -> Base | _Misfit | None:
    """Looked for once for a file in a session."""
    key = (given.digest, given.choices, model)
    last = st.session_state.get(session.CORRECTED)
    if last is None or last[0] != key:
        last = (key, _looked_for(given, model))
        st.session_state[session.CORRECTED] = last
    found: Base | _Misfit | None = last[1]
    return found


def _looked_for(given: Given, model: ModelRef) -> Base | _Misfit | None:
    columns = list(given.table.columns)
    misfit = None
    for batch in _runs(model) if columns else ():
        try:
            rows = _rows_of(batch, columns, given.table.cells(columns[0]).tolist())
        except NotItsRows as error:
            why = f"{error.why} {error.advice}"
            misfit = misfit or _Misfit(file_name=_name_of(batch), why=why)
        except MdsError:  # what is kept no more
            continue
        else:
            if rows:
                return Base(batch=batch, rows=rows)
    return misfit


def _runs(model: ModelRef) -> list[BatchView]:
    """The newest runs of who asks; before them the one that was looked at last, as its newest correction has it."""
    found = batches.newest(services().sessions, model, session.person())
    open_run = batches.find(services().sessions, st.session_state.get(session.BATCH, ""))
    if open_run is None or (open_run.server, open_run.model) != (model.server, model.name):
        return found
    while later := batches.corrections_of(services().sessions, open_run):
        open_run = later[0]
    return [open_run, *(each for each in found if each.id != open_run.id)]


def _rows_of(batch: BatchView, columns: Sequence[str], first: Sequence[object]) -> int:
    """How many rows the file of a run has, if these are some of them without an answer; else 0. Raises MdsError."""
    if not batch.folder:
        short = short_file_of(batch)
        if short is None or not corrections.fits(columns, short.facts):
            return 0
        short.places_of(first)
        return short.facts.rows
    base = BatchFolder(services().batches_root, batch.folder).whole
    if not corrections.fits(columns, Partition(base).facts):
        return 0
    corrections.places_of(base, first)
    return batch.rows


def _name_of(batch: BatchView) -> str:
    """The name of the file that a run's result has the rows of: of corrected rows the whole one."""
    if not batch.folder:
        return batch.file_name
    return Partition(BatchFolder(services().batches_root, batch.folder).whole).facts.name


def short_file_of(batch: BatchView) -> ShortFile | None:
    """The file of a run whose rows are cases, with what came of each; None where it is not kept, or not all that can be asked
    about was asked yet."""
    content = batches.table_of(services().sessions, batch)
    cases = batches.cases_of(services().sessions, batch.id) if content else []
    try:
        kept = KeptTable.from_bytes(content or b"")
    except UnreadableTable:
        return None
    if len(cases) < len(kept.sent):
        return None
    asked = dict(zip(kept.sent, cases, strict=False))
    return ShortFile(
        name=batch.file_name,
        columns=kept.columns,
        own=[column_of(kept.frame.iloc[:, i].tolist()) for i in range(len(kept.columns))],
        row_numbers=kept.row_numbers,
        outcomes=[_outcome(asked.get(n), kept.problems.get(n, "")) for n in kept.row_numbers],
        row_word=kept.row_word,
    )


def _outcome(case: CaseView | None, problem: str) -> Outcome:
    if case is None:
        return Outcome(problem=problem or NOT_ASKED)
    return Outcome(
        answer=answer_of(case),
        problem=case.error_sentence,
        case_id=case.id,
        version=case.version,
    )
