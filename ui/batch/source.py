"""A file by its path or URL, where an operator allowed that: its beginning is mapped, all of it is read, and then it is asked
about as every large file is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

import pandas as pd
import streamlit as st

from batch import partition, problems
from batch.folder import BatchFolder
from batch.partition import Facts
from cases import batches
from jobs import store
from mds_client.errors import MdsError
from mds_client.sensitive_values import has_withheld
from mds_client.signature import ModelRef, Signature
from tables.converting import Converted
from tables.errors import UnreadableFile
from tables.mapping import Mapping
from tables.mapping_store import remember
from tables.streaming.blocks import blocks, check_kinds, sampled
from tables.streaming.sample import Sample
from tables.streaming.source import allowed_source
from tables.table import Choices
from ui import errors, session
from ui.batch import first_rows, link, plan
from ui.batch.asked import asked_of
from ui.session import services
from ui.tables import columns
from ui.tables.given import Given
from ui.text import many, plain

_PREVIEW = 5


@dataclass(frozen=True, kw_only=True)
class _Read:
    """The rows of a file that are written down: under which question, in which folder, and what is known of them."""

    question: str
    folder: BatchFolder
    facts: Facts


def are_offered() -> bool:
    """Whether files may be given by their path or URL at all."""
    return bool(services().settings.batch_sources)


def choose() -> str:
    """The box for a path or URL; what is in it."""
    where: str = st.text_input(
        "Or a file by its path or URL",
        key="rows_source",
        placeholder="/data/rows.csv or s3://bucket/rows.parquet",
        help="CSV and the like, also compressed, and Parquet, of any size, and every other format up to 200 MB, from where whoever runs the workbench allows it.",
        persist_state="session",
    )
    return where.strip()


def draw(where: str, model: ModelRef, signature: Signature) -> None:
    """Everything that stands under the box once it has a path or URL."""
    if has_withheld(signature):
        st.error("Values that may not be stored are asked about in a file that you upload.")
        return
    given, sample = _beginning(where, signature)
    if given is None or sample is None:
        return
    _draw_beginning(given)
    found = columns.draw(given, model, signature)
    if found is None:
        return
    mapping, converted = found
    columns_asked = {**mapping.to_remember, **{f"={n}": repr(v) for n, v in mapping.fixed}}
    question = given.key(model, signature, columns_asked, session.person())
    batch = batches.by_question(services().sessions, question)
    asked = asked_of(batch) if batch else None
    if asked and asked.batch.folder and (asked.is_under_way or link.is_shown(asked.batch.id)):
        link.draw(asked, signature)
        return
    _draw_unasked(question, given, sample, mapping, converted, signature)


def _draw_beginning(given: Given) -> None:
    word = "rows" if len(given.table) != 1 else "row"
    what = "The beginning of " if given.is_beginning else ""
    st.caption(f"{what}{plain(given.name)}: {len(given.table):,} {word}")
    for remark in (*given.table.warnings, *given.table.remarks[:8]):
        st.caption(f":material/info: {plain(remark)}")
    st.dataframe(
        given.table.frame.head(_PREVIEW),
        hide_index=True,
        placeholder="",
        alt="The first rows of the file",
    )


def _beginning(where: str, signature: Signature) -> tuple[Given | None, Sample | None]:
    """The first rows of the file, read once in a session as long as it stays the same; None where it cannot be read."""
    try:
        check_kinds(signature)
        source = allowed_source(where, services().settings.batch_sources)
        key = (source.url, source.stamp, signature.fingerprint)
        last = st.session_state.get(session.SOURCE)
        if last and last[0] == key:
            return last[1], last[2]
        with st.spinner("Reading the beginning of the file …"):
            sample = sampled(source, signature)
    except UnreadableFile as error:
        st.error(
            f"{plain(error.sentence)}  \n{plain(error.advice)}", title="This file cannot be read"
        )
        return None, None
    given = Given(
        name=source.name,
        digest=hashlib.sha256(repr(key[:2]).encode()).hexdigest(),
        choices=Choices(),
        table=sample.table,
        fitted=signature.fingerprint,
        is_beginning=not sample.is_whole,
    )
    st.session_state[session.SOURCE] = (key, given, sample)
    return given, sample


def _draw_unasked(
    question: str,
    given: Given,
    sample: Sample,
    mapping: Mapping,
    converted: Converted,
    signature: Signature,
) -> None:
    """All of the file is read first; then the plan, with what is wrong with its rows."""
    read: _Read | None = st.session_state.get(session.SOURCE_ROWS)
    if read is None or read.question != question or not read.folder.partition.is_file():
        st.markdown("Next all of the file is read and checked. Nothing is sent before you say so.")
        if st.button(
            "Read all of it", type="primary", icon=":material/file_open:", key="source_read"
        ):
            _read_all(question, given, sample, mapping, signature)
        return
    _draw_facts(read)
    if not read.facts.good:
        st.error("No row can be sent.")
        return
    begun = plan.draw(
        plan.Planned(
            question=question,
            file_name=given.name,
            model=signature.model,
            signature=signature,
            rows=read.facts.rows,
            sent=read.facts.good,
            first=lambda count: replace(converted, rows=converted.rows.head(count)).records(),
            write=_moved(read),
            press=lambda: given.press,
            empty_words=read.facts.empty_words,
        )
    )
    if begun:
        given.press = uuid4().hex
        st.session_state.pop(session.SOURCE_ROWS, None)
        remember(services().sessions, signature.model, mapping, person=session.person())
        link.show(begun)
        st.rerun()


def _moved(read: _Read) -> Callable[[BatchFolder], Facts]:
    """What puts the rows that were read into the folder of the run."""

    def write(folder: BatchFolder) -> Facts:
        read.folder.rename(folder)
        return read.facts

    return write


def _read_all(
    question: str, given: Given, sample: Sample, mapping: Mapping, signature: Signature
) -> None:
    folder = BatchFolder(services().batches_root, store.new_id())
    place = st.empty()

    def report(rows: int) -> None:
        place.caption(f"{many(rows, 'row')} read")

    try:
        facts = partition.write(
            folder,
            blocks(sample, mapping, signature),
            columns=sample.table.columns,
            signature=signature,
            name=given.name,
            row_word=given.table.row_word,
            report=report,
        )
    except MdsError as error:
        st.session_state.pop(session.SOURCE, None)
        errors.show(error)
        return
    st.session_state[session.SOURCE_ROWS] = _Read(question=question, folder=folder, facts=facts)
    st.rerun()


def _draw_facts(read: _Read) -> None:
    """How many rows of all can be sent, and what is wrong with the others."""
    facts = read.facts
    if not facts.bad:
        st.success(
            f"{'The row' if facts.rows == 1 else f'All {facts.rows:,} rows'} of the file can be sent.",
            icon=":material/check:",
        )
        return
    st.warning(f"Of the whole file {many(facts.good, 'row')} can be sent, {facts.bad:,} cannot.")
    kinds = problems.kinds(read.folder)
    lines = first_rows.of_kinds(facts, kinds) | {
        "Rows": [kind.rows for kind in kinds],
        "Problem": [kind.sentence for kind in kinds],
    }
    st.dataframe(
        pd.DataFrame(lines),
        hide_index=True,
        key="source_problems",
        alt="What is wrong, the most frequent first",
    )
    st.download_button(
        "Download the rows that cannot be sent",
        data=lambda: _to_correct(read.folder),
        file_name=f"{facts.name.partition('.')[0] or 'rows'} to correct.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="source_to_correct",
    )


def _to_correct(folder: BatchFolder) -> bytes:
    path = folder.path / "to-correct.csv"
    problems.write(folder, path)
    return path.read_bytes()
