"""The form of a test run: the file, its column with the right answers, the versions and the mark."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from feedback import test_runs
from feedback.jobs import test_run
from feedback.test_rows import Sorted, sort_rows
from feedback.test_runs import MOST_PARALLEL, NEAR, PARALLEL, PASS_MARK, Plan, TestRow
from mds_client.discovery import Entry
from mds_client.errors import MdsError
from mds_client.signature import ModelRef, Signature
from tables import truth_column
from tables.errors import UnreadableFile
from tables.fitting import read_fitting
from tables.left_out import left_out
from tables.readers import table_suffixes
from tables.table import Choices, Table
from ui import errors, file_box, session
from ui.session import services
from ui.tables import columns
from ui.tables.given import Given
from ui.text import plain

_NO_OTHER = "no other version"


@dataclass(frozen=True, kw_only=True)
class _File:
    """The file in front of a person, and which of its rows can be tested."""

    name: str
    sha256: str
    found: Sorted


def draw(server: str, model: str) -> None:
    """The steps, one below the other: the file, its columns, what is tested."""
    entries = [
        e
        for e in services().catalogue.entries()
        if (e.ref.server, e.ref.name) == (server, model) and e.info.is_ready
    ]
    if not entries:
        st.caption("The model is not ready now.")
        return
    newest = services().catalogue.find(ModelRef(server=server, name=model))
    entries.sort(key=lambda entry: entry != newest)
    entry, other = _versions(entries)
    try:
        signature = services().signature(entry)
        others = [services().signature(other)] if other else []
    except MdsError as error:
        errors.show(error)
        return
    file = _file(entry, [signature, *others])
    if file and _draw_left_out(file.found):
        _draw_form(file, entry, other, signature)


def _versions(entries: list[Entry]) -> tuple[Entry, Entry | None]:
    """The version that is tested, the newest unless another is chosen, and the one that it is compared with."""
    by_name = {str(e.ref): e for e in entries}
    with st.container(horizontal=True):
        chosen = st.selectbox("Version", list(by_name), key="test_version", format_func=plain)
        others = [_NO_OTHER, *(name for name in by_name if name != chosen)]
        other = st.selectbox("Compared with", others, key="test_other", format_func=plain)
    return by_name[chosen], by_name.get(other)


def _draw_left_out(found: Sorted) -> bool:
    """Which rows are not tested, and why; whether any is."""
    if not found.rows:
        st.error(plain(f"No row can be tested. {found.words}"))
        return False
    if found.left_out:
        of = len(found.rows) + found.left_out
        st.warning(f"{len(found.rows):,} of the {of:,} rows are tested. {plain(found.words)}")
    return True


def _file(entry: Entry, signatures: Sequence[Signature]) -> _File | None:
    """The rows of the file with their right answers; None as long as there are none."""
    signature = test_runs.together(signatures[0], signatures[-1])
    endings = [suffix.lstrip(".") for suffix in table_suffixes()]
    upload = file_box.choose(
        "A file with one case per row, and a column with what is right", "test_upload", endings
    )
    if upload is None:
        return None
    content = upload.getvalue()
    try:
        table = read_fitting(content, upload.name, signature)
    except UnreadableFile as error:
        st.error(f"{plain(error.sentence)}  \n{plain(error.advice)}", title="It cannot be read")
        return None
    digest = hashlib.sha256(content).hexdigest()
    column = _truth_column(table, signature)
    # With another column of truths it is another table of inputs.
    key = hashlib.sha256(f"{digest}/{column}".encode()).hexdigest()
    given = Given(
        name=upload.name,
        digest=key,
        choices=Choices(),
        table=truth_column.without(table, column),
        fitted=signature.fingerprint,
    )
    given = session.remembered(f"test_given_{key}", lambda: given)
    found = columns.draw(given, entry.ref, signature)
    if found is None:
        return None
    numbers = [int(number) for number in found[1].rows.index]
    right = truth_column.truths(table, column, numbers)
    places = [f"{table.row_word} {number}" for number in numbers]
    rows = [
        TestRow(place=place, values=values, truth=truth)
        for place, values, truth in zip(places, found[1].records(), right, strict=True)
    ]
    unread, why = left_out(found[1], given.table)
    sorted_rows = sort_rows(rows, signatures, unread=unread, unread_why=why)
    return _File(name=upload.name, sha256=digest, found=sorted_rows)


def _truth_column(table: Table, signature: Signature) -> str:
    found = truth_column.find(table, signature)
    place = table.columns.index(found) if found else len(table.columns) - 1
    chosen: str = st.selectbox(
        "Column with the right answers",
        table.columns,
        index=place,
        key="test_truth",
        format_func=plain,
    )
    return chosen


def _draw_form(file: _File, entry: Entry, other: Entry | None, signature: Signature) -> None:
    with st.form("test_form", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            mark = st.number_input(
                "Pass mark (% right)", 0.1, 100.0, PASS_MARK * 100, 1.0, "%g", key="test_mark"
            )
            near = st.number_input(
                "A number counts as right within (%)",
                0.0,
                99.0,
                NEAR * 100,
                1.0,
                "%g",
                key="test_near",
            )
            parallel = st.number_input(
                "Requests at once", 1, MOST_PARALLEL, PARALLEL, 1, key="test_parallel"
            )
        pressed = st.form_submit_button("Run the test", icon=":material/play_arrow:")
    if not pressed:
        return
    plan = Plan(
        model=entry.ref,
        other=other.ref if other else None,
        rows=file.found.rows,
        left_out=file.found.left_out,
        left_out_why=file.found.why,
        file_name=file.name,
        file_sha256=file.sha256,
        parallel=int(parallel),
        near=near / 100,
        pass_mark=mark / 100,
    )
    _start(plan, signature)


def _start(plan: Plan, signature: Signature) -> None:
    """Once a press: the next press is another run."""
    found, key = services(), "test_press"
    press = session.remembered(key, lambda: uuid.uuid4().hex)
    kind, person = found.kinds[test_run.NAME], session.person()
    try:
        job = test_run.start(found.sessions, kind, plan, signature, person=person, press=press)
    except MdsError as error:
        errors.show(error)
        return
    st.session_state.pop(key, None)
    link = f"review?tab=Test+runs&run={job.id}"
    st.success(
        f"A worker asks about {_rows_in_words(len(plan.rows))}; **Jobs** shows the progress. The result will stand at [{link}]({link}).",
        icon=":material/play_arrow:",
    )


def _rows_in_words(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"
