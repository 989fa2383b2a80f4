"""The result of a file with more rows than a page holds: what its answers come to, its rows page by page, and files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from batch import exports, problems
from batch.folder import BatchFolder
from batch.jobs.large_file import in_words
from batch.partition import Partition
from batch.result import NOT_ASKED
from batch.view import ResultView, Summary
from cases import batches, queries
from cases.batches import BatchView
from charts import histogram, probabilities
from mds_client.errors import MdsError
from mds_client.signature import Signature
from ui import errors, session
from ui.batch import comparison, first_rows, judged_row, percents
from ui.batch.asked import Asked
from ui.figure import draw_figure
from ui.results._shares import words_for
from ui.session import services
from ui.text import plain

PAGE_ROWS = 100
# The box for a file, below what was asked about an earlier one.
ANOTHER_FILE = "Ask about another file"
# A larger result is too much for a browser: the command line writes it to a file.
MOST_DOWNLOAD = 200 * 2**20
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


def rows_left(batch: BatchView) -> int:
    """How many rows of a run are still to be sent: what cannot be sent is none of them. Raises MdsError."""
    done = batches.rows_done(services().sessions, batch)
    return Partition(BatchFolder(services().batches_root, batch.folder)).good_without(done)


def draw_result(asked: Asked, signature: Signature | None) -> None:
    """The answers of a run that is done: what they come to, its rows page by page, and files to take away."""
    batch = asked.batch
    folder = BatchFolder(services().batches_root, batch.folder).whole
    try:
        view = ResultView(folder.result("parquet"))
        rows = Rows(folder)
    except MdsError as error:
        errors.show(error)
        return
    st.subheader("Answers", anchor=False)
    summary = _summary(batch, view)
    if asked.job:
        is_done = asked.job.state == "done"
        told = asked.job.sentence if is_done else in_words(summary.rows, summary.answered, [])
        st.markdown(plain(told))
    _draw_summary(summary)
    _draw_problems(folder, rows.file_name, summary)
    _draw_rows(view, rows, summary, signature)
    _draw_downloads(folder.result("parquet"), rows.file_name, asked)
    comparison.draw(batch, view)


class Rows:
    """Where a person finds the rows of a batch in their file, under the word for such a place, and the name of that file."""

    def __init__(self, folder: BatchFolder) -> None:
        partition = Partition(folder)
        word = partition.facts.row_word.capitalize()
        own = {name.casefold() for name in partition.facts.columns}
        self.word = word if word.casefold() not in own else f"{word} of the file"
        self.file_name = partition.facts.name
        self._numbers = partition.row_numbers()

    def numbers(self, places: Sequence[int]) -> list[int]:
        """The numbers of the rows at these places, counted from 0."""
        return [self._numbers[int(place)].as_py() for place in places]


def _summary(batch: BatchView, view: ResultView) -> Summary:
    """Read once in a session: it takes a moment for a long file."""
    last = st.session_state.get(session.BATCH_SUMMARY)
    if last is None or last[0] != (batch.id, view.rows):
        last = ((batch.id, view.rows), view.summary())
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


def _draw_problems(folder: BatchFolder, name: str, summary: Summary) -> None:
    """What is wrong with the rows without an answer, by kind, and these rows alone as a file to correct."""
    if not summary.failed:
        return
    found = problems.kinds(folder)
    not_asked = sum(kind.rows for kind in found if kind.sentence == NOT_ASKED)
    is_given = (
        session.FILE in st.session_state
    )  # then its box is above, and takes another file in its place
    where = "in place of the file above" if is_given else f"under *{ANOTHER_FILE}* below"
    st.warning(
        f"{_without_answer(summary.failed, not_asked)} and upload the new file {where}: only its rows are asked about, "
        "and their answers take their places here.",
        icon=":material/warning:",
    )
    lines = {"Problem": [k.sentence for k in found], "Rows": [k.rows for k in found]}
    st.dataframe(
        pd.DataFrame(lines | first_rows.of_kinds(Partition(folder).facts, found)),
        hide_index=True,
        key="large_problems",
        alt="Why rows have no answer, the most frequent first",
    )
    st.download_button(
        f"Download the {'row' if summary.failed == 1 else 'rows'} without an answer",
        data=partial(_bad_rows, folder),
        file_name=f"{_bare(name)} to correct.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="large_bad_rows",
    )


def _without_answer(failed: int, not_asked: int) -> str:
    """How many rows have no answer, those that were not asked about apart, and what to do with them."""
    bad = failed - not_asked
    rows = "1 row has" if failed == 1 else f"{failed:,} rows have"
    if not not_asked:
        return f"{rows} no answer. Download these rows, correct them,"
    if not bad:
        return f"{rows} no answer, since it ended before. Download these rows"
    were = "1 was" if not_asked == 1 else f"{not_asked:,} were"
    return (
        f"{rows} no answer: {bad:,} to correct, and {were} not asked about, since it ended before. "
        f"Download these rows, correct the {bad:,},"
    )


def _bad_rows(folder: BatchFolder) -> bytes:
    path = folder.path / "to-correct.csv"
    problems.write(folder, path)
    return path.read_bytes()


def _bare(name: str) -> str:
    return name.rpartition(".")[0] or name


def _draw_rows(view: ResultView, rows: Rows, summary: Summary, signature: Signature | None) -> None:
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
    frame.insert(0, rows.word, rows.numbers(list(frame.index)))
    shown = percents.shown(frame.dropna(axis="columns", how="all"), view.probability_columns)
    chosen = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="large_rows",
        placeholder="",
        column_config={
            view.case_column: st.column_config.LinkColumn(display_text="Open"),
            **percents.columns(shown, view.probability_columns),
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


def _draw_downloads(path: Path, name: str, asked: Asked) -> None:
    batch = asked.batch
    if path.stat().st_size > MOST_DOWNLOAD:
        how = "--cancel" if asked.job and asked.job.is_withdrawn else "--resume"
        st.caption(
            f"The result is too large for a browser: `mds batch {how} {batch.id} --out PATH` writes it."
        )
        return
    with st.container(horizontal=True):
        for suffix in (".csv", ".xlsx", ".parquet"):
            if suffix == ".xlsx" and batch.rows > exports.MOST_SHEET_ROWS:
                continue
            st.download_button(
                f"Download as {suffix.removeprefix('.').upper() if suffix != '.parquet' else 'Parquet'}",
                data=partial(_exported, path, suffix),
                file_name=f"{_bare(name)} answers{suffix}",
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
