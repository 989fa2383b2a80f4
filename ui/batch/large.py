"""Files with more rows than a page holds: the plan before the start, how far it is, and the result page by page."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import streamlit as st

from batch import exports, partition
from batch.folder import BatchFolder
from batch.jobs import large_file
from batch.view import ResultView, Summary
from cases import batches, queries
from cases.batches import BatchView
from charts import histogram, probabilities
from jobs import store
from jobs.errors import JobUnderWay
from mds_client.errors import MdsError
from mds_client.signature import ModelRef, Signature
from tables.converting import Converted
from tables.kept_table import problems_of
from tables.streaming.blocks import blocks_of
from ui import errors, jobs, session
from ui.batch import judged_row
from ui.batch.answers import base_address
from ui.batch.asked import Asked
from ui.figure import draw_figure
from ui.results._shares import words_for
from ui.session import services
from ui.tables.given import Given
from ui.text import plain

PAGE_ROWS = 100
# A larger result is too much for a browser: the command line writes it to a file.
MOST_DOWNLOAD = 200 * 2**20
RECORDS = {
    "all": "Every row becomes a case: it can be found, explained and judged later",
    "sample": "One row in a hundred, and those that are drawn for a check",
    "drawn": "Only the rows that are drawn for a check",
}
_ORDERS = {
    "file": "All, in the file's order",
    "unsure": "Least certain first",
    "failed": "Without an answer",
}
_MEDIA = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".parquet": "application/vnd.apache.parquet",
}


def draw_plan(
    given: Given, converted: Converted, question: str, model: ModelRef, signature: Signature
) -> str:
    """What will happen, and the button that begins it; the id of the run that a press began."""
    rows, sent = len(given.table), len(converted.rows)
    left_out = f" {rows - sent:,} rows are not sent; the result says why." if rows > sent else ""
    st.markdown(
        f"**{sent:,} rows** are asked about in the background, many in each request.{left_out} "
        "You may close the page meanwhile: its address leads back here."
    )
    record = st.radio(
        "What is recorded",
        list(RECORDS),
        format_func=RECORDS.__getitem__,
        key="rows_record",
        persist_state="session",
    )
    if not st.button(
        f"Ask for all {sent:,} rows", type="primary", icon=":material/bolt:", key="rows_all"
    ):
        return ""
    return _start(given, converted, question, model, signature, record)


def _start(
    given: Given,
    converted: Converted,
    question: str,
    model: ModelRef,
    signature: Signature,
    record: str,
) -> str:
    found, batch_id = services(), store.new_id()
    folder = BatchFolder(found.batches_root, batch_id)
    try:
        with st.spinner("Writing down the rows …"):
            facts = partition.write(
                folder,
                blocks_of(given.table, converted, problems_of(given.table, converted), signature),
                columns=given.table.columns,
                signature=signature,
                name=given.name,
                row_word=given.table.row_word,
            )
        job = large_file.start(
            None if jobs.has_worker() else found.here,
            found.sessions,
            found.kinds[large_file.NAME],
            large_file.LargeFile(
                batch_id=batch_id,
                model=model,
                signature=signature,
                rows=facts.rows,
                record=record,
                base=base_address(),
            ),
            file_name=given.name,
            question=question,
            person=session.person(),
            press=given.press,
        )
    except JobUnderWay as other:
        folder.remove()
        return other.job_id
    except MdsError as error:
        folder.remove()
        errors.show(error)
        return ""
    given.press = uuid4().hex
    return job.id


def rows_left(batch: BatchView) -> int:
    """How many rows of a run nobody has asked about yet."""
    return batch.rows - batches.rows_done(services().sessions, batch)


def draw_result(asked: Asked, signature: Signature | None) -> None:
    """The answers of a run that is done: what they come to, its rows page by page, and files to take away."""
    batch = asked.batch
    path = BatchFolder(services().batches_root, batch.folder).result("parquet")
    try:
        view = ResultView(path)
    except MdsError as error:
        errors.show(error)
        return
    st.subheader("Answers", anchor=False)
    if asked.job:
        st.markdown(plain(asked.job.sentence))
    summary = _summary(batch, view)
    _draw_summary(summary)
    _draw_rows(view, summary, signature)
    _draw_downloads(path, batch)


def _summary(batch: BatchView, view: ResultView) -> Summary:
    """Read once in a session: it takes a moment for a long file."""
    last = st.session_state.get(session.BATCH_SUMMARY)
    if last is None or last[0] != batch.id:
        last = (batch.id, view.summary())
        st.session_state[session.BATCH_SUMMARY] = last
    found: Summary = last[1]
    return found


def _draw_summary(found: Summary) -> None:
    if len(found.classes) > 1:
        total = sum(found.classes.values())
        shown = dict(list(found.classes.items())[:12])
        shares = {name: count / total for name, count in shown.items()}
        words = words_for(sorted(shares.values(), reverse=True))
        sentence = ", ".join(f"{n} {shown[n]:,} ({words(s)})" for n, s in shares.items())
        st.markdown(f"{plain(sentence)}.")
        figure = probabilities.figure(shares, lambda share: f"{round(share * total):,}")
        draw_figure(figure, f"Bar chart of rows by answer: {sentence}.", key="large_classes")
    if len(set(found.numbers)) > 1:
        figure = histogram.figure(found.numbers, "answer")
        draw_figure(figure, histogram.alt_text(found.numbers, "answers"), key="large_numbers")


def _draw_rows(view: ResultView, summary: Summary, signature: Signature | None) -> None:
    counts = {"file": summary.rows, "unsure": min(summary.sure, 10_000), "failed": summary.failed}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = st.selectbox(
            "Rows in the table",
            [name for name, count in counts.items() if count],
            format_func=lambda name: f"{_ORDERS[name]} ({counts[name]:,})",
            key="large_order",
        )
        pages = -(-counts[order] // PAGE_ROWS)
        number = st.number_input(
            f"Page of {pages:,}", min_value=1, max_value=pages, step=1, key=f"large_page_{order}"
        )
    frame = view.page(order, (int(number) - 1) * PAGE_ROWS, PAGE_ROWS)
    chosen = st.dataframe(
        frame.dropna(axis="columns", how="all"),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="large_rows",
        column_config={
            view.case_column: st.column_config.LinkColumn(display_text="Open"),
            "Probability": st.column_config.NumberColumn(format="percent"),
        },
        alt="Some rows of the result. Choose one that became a case to say whether its answer was right.",
    )
    for place in chosen.selection.rows:
        _draw_case(frame.iloc[place], view.case_column, signature)


def _draw_case(row: pd.Series[Any], column: str, signature: Signature | None) -> None:
    link = row[column]
    case = None
    if isinstance(link, str):
        case = queries.case(services().sessions, link.rpartition("=")[2])
    if case is None:
        st.caption("This row is no case: it was not recorded.")
        return
    judged_row.draw("This row", case, signature)


def _draw_downloads(path: Path, batch: BatchView) -> None:
    name = batch.file_name.rpartition(".")[0] or batch.file_name
    if path.stat().st_size > MOST_DOWNLOAD:
        st.caption(
            f"The result is too large for a browser: `mds batch --result {batch.id} --out PATH` writes it."
        )
        return
    with st.container(horizontal=True):
        for suffix in (".csv", ".xlsx", ".parquet"):
            if suffix == ".xlsx" and batch.rows > exports.MOST_SHEET_ROWS:
                continue
            st.download_button(
                f"Download as {suffix.removeprefix('.').upper() if suffix != '.parquet' else 'Parquet'}",
                data=partial(_exported, path, suffix),
                file_name=f"{name} answers{suffix}",
                mime=_MEDIA[suffix],
                icon=":material/download:",
                on_click="ignore",
                key=f"large_download_{suffix}",
            )


def _exported(path: Path, suffix: str) -> bytes:
    if suffix == ".parquet":
        return path.read_bytes()
    file = path.with_suffix(suffix)
    if not file.is_file():
        exports.export(path, file)
    return file.read_bytes()
