"""Asking about the rows of a file: five to try it, then all; a job asks, and the page shows what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

import streamlit as st

from batch import partition
from batch.folder import BatchFolder
from batch.partition import Facts
from batch.plan import read_as_empty
from cases import batches
from cases.jobs import batch as batch_job
from cases.queries import CaseView
from jobs.errors import JobUnderWay
from mds_client.errors import MdsError
from mds_client.sensitive_values import has_withheld
from mds_client.signature import ModelRef, Signature
from tables.converting import Converted
from tables.kept_table import KeptTable, problems_of, to_keep
from tables.mapping import Mapping
from tables.mapping_store import remember
from tables.streaming.blocks import blocks_of
from ui import errors, session, technical
from ui.batch import answers, corrected, link, plan
from ui.batch.asked import (
    ANSWERS,
    Asked,
    announce,
    asked_of,
    draw_progress,
    place_for,
    sentence,
)
from ui.batch.corrected import Base
from ui.session import services
from ui.tables.given import Given
from ui.text import plain

AT_ONCE = 5_000
_TRIED = 5


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What a press would ask: the rows of this file, with these columns, of this model."""

    given: Given
    mapping: Mapping
    converted: Converted
    model: ModelRef
    signature: Signature
    # The run whose rows without an answer these are, corrected.
    base: Base | None = None

    @property
    def id(self) -> str:
        """The same for the same file with the same columns, asked by the same person."""
        columns = {**self.mapping.to_remember, **_fixed(self.mapping)}
        columns |= {"=corrects": self.base.batch.id} if self.base else {}
        return self.given.key(self.model, self.signature, columns, session.person())

    @property
    def most(self) -> int:
        """How many rows can be asked about at once."""
        return min(len(self.converted.rows), AT_ONCE)


def draw(
    given: Given, found: tuple[Mapping, Converted], model: ModelRef, signature: Signature
) -> None:
    """The buttons, and what came of them."""
    base = None if has_withheld(signature) else corrected.base_of(given, model)
    question = _Question(
        given=given,
        mapping=found[0],
        converted=found[1],
        model=model,
        signature=signature,
        base=base,
    )
    batch = batches.by_question(services().sessions, question.id)
    asked = asked_of(batch) if batch else None
    if base or (len(question.converted.rows) > AT_ONCE and not has_withheld(signature)):
        _draw_large(question, asked)
        return
    if asked and not asked.is_under_way:
        _draw_earlier(question, asked)
    for line in read_as_empty(question.converted.empty_words):
        st.caption(f":material/info: {plain(line)}")
    wanted = _draw_buttons(question.converted, asked)
    if wanted:
        _start(question, batch.key if batch else question.id, wanted)
    given.press = uuid4().hex  # the next press is another than this one
    announce(asked)
    if asked is None:
        link.close()
        return
    link.show(asked.batch.id)
    draw_progress(asked)
    _draw_answers(question, asked)


def _draw_large(question: _Question, asked: Asked | None) -> None:
    """More rows than a page holds: the plan, or the run that there is of this question."""
    is_open = asked is not None and (asked.is_under_way or link.is_shown(asked.batch.id))
    if asked is None or not asked.batch.folder or not is_open:
        announce(None)
        begun = plan.draw(_planned(question))
        if begun:
            question.given.press = uuid4().hex  # the next press is another than this one
            remember(services().sessions, question.model, question.mapping, person=session.person())
            link.show(begun)
            st.rerun()
        return
    link.draw(asked, question.signature)


def _planned(question: _Question) -> plan.Planned:
    given, converted, signature = question.given, question.converted, question.signature

    def write(folder: BatchFolder) -> Facts:
        return partition.write(
            folder,
            blocks_of(given.table, converted, problems_of(given.table, converted), signature),
            columns=given.table.columns,
            signature=signature,
            name=given.name,
            row_word=given.table.row_word,
        )

    return plan.Planned(
        question=question.id,
        file_name=given.name,
        model=question.model,
        signature=signature,
        rows=len(given.table),
        sent=len(converted.rows),
        first=lambda count: replace(converted, rows=converted.rows.head(count)).records(),
        write=write,
        press=lambda: given.press,
        base=question.base,
        empty_words=converted.empty_words,
    )


def _draw_earlier(question: _Question, asked: Asked) -> None:
    """When rows were answered and by which version; all are asked anew at a press."""
    converted = question.converted
    earlier = sentence(asked.cases, len(converted.rows) + converted.left_out)
    if not earlier:
        return
    st.info(earlier, icon=":material/history:")
    if st.button("Ask again", icon=":material/refresh:", key="rows_again"):
        _start(question, f"{question.id}-{question.given.press}", question.most)


def _draw_answers(question: _Question, asked: Asked) -> None:
    if not asked.cases:
        return
    _remember(question, asked)
    given, converted = question.given, question.converted
    source = answers.Source(
        name=given.name,
        sent=list(converted.rows.index),
        row_word=given.table.row_word,
        table=lambda: KeptTable.of(given.table, converted),
        left_out=converted.left_out,
    )
    with st.container(key=ANSWERS):
        answers.draw(source, asked.cases, question.signature)
    technical.draw(
        asked.cases[0]
    )  # what was sent for the first row, and the rows that went with it


def _remember(question: _Question, asked: Asked) -> None:
    """The columns, once a row was answered with them; of a run that was begun in this session."""
    if asked.batch.id in _begun() and any(case.is_answered for case in asked.cases):
        _begun().discard(asked.batch.id)
        remember(services().sessions, question.model, question.mapping, person=session.person())


def _begun() -> set[str]:
    """The runs of this session whose columns are not remembered yet."""
    return session.remembered(session.BATCHES, set)


def _fixed(mapping: Mapping) -> dict[str, str]:
    """What holds for every row, or for a cell, beside the columns; it makes the same file another question."""
    cells = {f"={name}={cell}": repr(value) for name, cell, value in mapping.replaced}
    return {f"={name}": repr(value) for name, value in mapping.fixed} | cells


def _draw_buttons(converted: Converted, asked: Asked | None) -> int:
    """How many rows are to be asked about now; 0 when no button was pressed."""
    rows = len(converted.rows)
    if rows > AT_ONCE:
        st.warning(
            f"The file has {rows:,} rows. At most {AT_ONCE:,} are answered at once: the first {AT_ONCE:,}."
        )
    most, first = min(rows, AT_ONCE), min(rows, _TRIED)
    cases: Sequence[CaseView] = asked.cases if asked else ()
    is_busy = bool(asked and asked.is_under_way)
    done = sum(case.is_answered for case in cases)
    with st.container(horizontal=True):
        is_tried = most > first and st.button(
            f"Try the first {first}",
            icon=":material/science:",
            key="rows_try",
            disabled=is_busy or done >= first,
        )
        is_all = st.button(
            "The rows are being asked"
            if is_busy
            else _label(most, len(cases), done, left_out=converted.left_out),
            type="primary",
            icon=":material/bolt:",
            key="rows_all",
            disabled=is_busy or done >= most,
        )
    return most if is_all else first if is_tried else 0


def _label(most: int, asked: int, done: int, *, left_out: int) -> str:
    if done >= most and left_out:
        return (
            "The row that can be sent is answered"
            if most == 1
            else f"All {most:,} rows that can be sent are answered"
        )
    if done >= most:
        return "All rows are answered"
    if asked and asked == most > done:
        rows = "row" if most - done == 1 else "rows"
        return f"Ask again for {most - done:,} {rows} without an answer"
    if not done:
        return plan.ask_label(most)
    return (
        "Ask for the other row" if most - done == 1 else f"Ask for the other {most - done:,} rows"
    )


def _start(question: _Question, key: str, count: int) -> None:
    """Begin to ask, and draw the page anew with the run; what is under way is not begun again."""
    found, given = services(), question.given
    converted = question.converted
    rows = converted.records()[:count]
    try:
        job = batch_job.start(
            place_for(len(rows), question.signature),
            found.sessions,
            found.kinds[batch_job.NAME],
            batch_job.BatchRows(
                model=question.model,
                signature=question.signature,
                key=key,
                rows=rows,
                left_out=converted.left_out if count == question.most else 0,
            ),
            batch_job.BatchFile(
                name=given.name,
                question=question.id,
                table=to_keep(given.table, converted, found.settings.kept_file_bytes),
            ),
            person=session.person(),
            press=given.press,
        )
    except JobUnderWay as other:
        link.show(other.job_id)
    except MdsError as error:
        errors.show(error)
        return
    else:
        _begun().add(job.id)
        link.show(job.id)
    st.rerun()
