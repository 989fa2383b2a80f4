"""Truths that come later, from a file: a table, or what Label Studio exports; what matches no case comes back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from feedback import label_studio_truths
from feedback.truths import CasesOfKeys, Imported, TruthRow, Unmatched, import_truths
from mds_client.errors import MdsError
from mds_client.signature import ModelRef
from tables import truth_file
from tables.errors import UnreadableFile
from tables.readers import table_suffixes
from tables.reading import read
from tables.table import Table
from ui import errors, file_box, session
from ui.review import models
from ui.session import services
from ui.text import plain

_BY_ID = "the id of its case"
_MOST_SHOWN = 500
_FIELD = "truths_near"


@dataclass(frozen=True, kw_only=True)
class _Given:
    """What a file says, and what of it could not be read."""

    rows: Sequence[TruthRow]
    unread: Sequence[Unmatched] = ()
    cases_of_keys: CasesOfKeys | None = None


def draw() -> None:
    """The file, its columns, and what came of it."""
    st.markdown(
        "Right answers that come later: a table with one truth a row, or the JSON export of a Label Studio project whose "
        "tasks came from a data set. The same file again changes nothing."
    )
    endings = [suffix.lstrip(".") for suffix in table_suffixes()]
    upload = file_box.choose("A file with truths", "truths_upload", endings)
    if upload is None:
        return
    try:
        given = _given(upload.getvalue(), upload.name)
    except UnreadableFile as error:
        st.error(f"{plain(error.sentence)}  \n{plain(error.advice)}", title="It cannot be read")
        return
    if given is not None:
        _draw_form(given)


def _given(content: bytes, name: str) -> _Given | None:
    """What the file says; None as long as it is not said which columns do. Raises UnreadableFile."""
    tasks = _tasks(content, name)
    if tasks is None:
        return _of_table(read(content, name))
    found = label_studio_truths.annotated(tasks)
    count = "1 task" if len(tasks) == 1 else f"{len(tasks):,} tasks"
    st.caption(f":material/info: An export of Label Studio with {count}.")
    return _Given(rows=found.rows, unread=found.unread)


def _tasks(content: bytes, name: str) -> list[dict[str, object]] | None:
    """The tasks of an export of Label Studio; None for any other file."""
    if not name.lower().endswith(".json"):
        return None
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if label_studio_truths.is_export(found) else None


def _of_table(table: Table) -> _Given | None:
    by_keys = [_BY_ID, *(f"the business key of {name}" for name in _with_key())]
    with st.container(horizontal=True):
        how = st.selectbox("Each row names", by_keys, key="truths_by", format_func=plain)
        found_named, found_truth = truth_file.columns_of(table, is_by_key=how != _BY_ID)
        named = _column("Column that names the case", table, found_named, "truths_named")
        truth = _column("Column with the right answers", table, found_truth, "truths_truth")
    if not named or not truth:
        return None
    found = truth_file.named_truths(table, named, truth)
    if how == _BY_ID:
        rows = [TruthRow(place=e.place, case_id=e.name, truth=e.truth) for e in found]
        return _Given(rows=rows)
    server, _, name = how.removeprefix("the business key of ").partition("/")
    lookup = partial(services().cases_of_keys, ModelRef(server=server, name=name))
    rows = [TruthRow(place=e.place, key=e.name, truth=e.truth) for e in found]
    return _Given(rows=rows, cases_of_keys=lookup)


def _with_key() -> list[str]:
    """The models that who asks reviews and that name a business key."""
    named = services().business_keys()
    return [each for each in models.reviewed() if tuple(each.split("/", 1)) in named]


def _column(label: str, table: Table, found: str, key: str) -> str | None:
    place = table.columns.index(found) if found in table.columns else None
    return st.selectbox(
        label,
        table.columns,
        index=place,
        key=f"{key}_{found}",
        placeholder="Choose a column",
        format_func=plain,
    )


def _draw_form(given: _Given) -> None:
    with st.form("truths_form", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            near = st.number_input(
                "A number counts as right within (%)",
                0.0,
                99.0,
                None,
                1.0,
                "%g",
                key=_FIELD,
                placeholder="nobody has decided",
                help="Without it, a number that differs is kept as the truth, and makes no answer right or wrong.",
            )
            for_all = given.cases_of_keys is not None and st.checkbox(
                "A key is right for all its cases", key="truths_all"
            )
        rows = len(given.rows)
        label = "Record 1 truth" if rows == 1 else f"Record {rows:,} truths"
        pressed = st.form_submit_button(label, icon=":material/fact_check:", disabled=not rows)
    if not pressed:
        _draw_unmatched(given.unread)
        return
    try:
        found = import_truths(
            services().sessions,
            given.rows,
            person=session.person(),
            near=None if near is None else near / 100,
            is_for_all=for_all,
            cases_of_keys=given.cases_of_keys or (lambda _keys: {}),
        )
    except MdsError as error:
        errors.show(error)
        return
    _draw_result(found, given.unread)


def _draw_result(found: Imported, unread: Sequence[Unmatched]) -> None:
    unmatched = [*unread, *found.unmatched]
    words = f"{found.recorded:,} recorded, {found.unchanged:,} known already, {len(unmatched):,} not recorded."
    (st.warning if unmatched else st.success)(words)
    _draw_unmatched(unmatched)


def _draw_unmatched(unmatched: Sequence[Unmatched]) -> None:
    if not unmatched:
        return
    st.markdown("**Nothing is recorded of these**")
    st.dataframe(
        [
            {"Where": each.place, "Case or key": each.case_id or each.key, "Why": each.why}
            for each in unmatched[:_MOST_SHOWN]
        ],
        hide_index=True,
        alt="Rows of which nothing is recorded, and why",
    )
    if len(unmatched) > _MOST_SHOWN:
        st.caption(f"The first {_MOST_SHOWN:,} of {len(unmatched):,}.")
