"""Asking about the rows of a file: five to try it, then all; and the answers as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import uuid4

import streamlit as st

from cases.batch import RowsRequest, answered, predict_rows
from cases.errors import CaseNotRecorded
from cases.queries import CaseView
from mds_client.errors import MdsError
from mds_client.signature import ModelRef, Signature
from services import services
from tables.converting import Converted
from tables.mapping import Mapping
from tables.mapping_store import remember
from ui import errors, session, technical
from ui.batch import answers
from ui.tables.given import Given
from ui.text import plain

AT_ONCE = 5_000
_TRIED = 5


def draw(
    given: Given, found: tuple[Mapping, Converted], model: ModelRef, signature: Signature
) -> None:
    """The buttons, and what came of them."""
    mapping, converted = found
    question = given.key(model, signature, {**mapping.to_remember, **_fixed(mapping)})
    key = question + given.rounds.get(question, "")
    rows = converted.records()
    _draw_earlier(given, question, key, min(len(rows), AT_ONCE))
    wanted = _draw_buttons(len(rows), given.cases.get(key, []))
    if wanted and _ask(given, key, rows[:wanted], model, signature):
        _remember(given.cases[key], model, mapping)
        st.rerun()  # the buttons say now what is left
    cases = given.cases.get(key, [])
    if cases:
        answers.draw(given, converted, cases, signature)
        _draw_sent(cases)


def _remember(cases: Sequence[CaseView], model: ModelRef, mapping: Mapping) -> None:
    """The columns, once a row was answered with them."""
    if any(case.is_answered for case in cases):
        remember(services().sessions, model, mapping, person=session.person())


def _draw_earlier(given: Given, question: str, key: str, count: int) -> None:
    """What was answered before this session, when and by which version; asked anew at a press."""
    if key not in given.looked_up:
        given.looked_up[key] = answered(services().sessions, key, count)
    earlier = given.looked_up[key]
    if not earlier:
        return
    if len(earlier) == count and not given.cases.get(key):
        given.cases[key] = [earlier[row] for row in range(count)]
    st.info(_earlier_in_words(list(earlier.values()), count), icon=":material/history:")
    if st.button("Ask again", icon=":material/refresh:", key="rows_again"):
        given.rounds[question] = f"-{uuid4().hex}"
        st.rerun()


def _earlier_in_words(cases: Sequence[CaseView], count: int) -> str:
    versions = list(dict.fromkeys(case.version for case in cases if case.version))
    by = f" by version {plain(', '.join(versions[:3]))}" if versions else ""
    day = f"{max(case.created_at for case in cases):%-d %B %Y}"
    which = (
        "These rows were" if len(cases) == count else f"{len(cases):,} of these {count:,} rows were"
    )
    return f"{which} answered on {day}{by}."


def _fixed(mapping: Mapping) -> dict[str, str]:
    """What holds for every row, or for a cell, beside the columns; it makes the same file another question."""
    cells = {f"={name}={cell}": repr(value) for name, cell, value in mapping.replaced}
    return {f"={name}": repr(value) for name, value in mapping.fixed} | cells


def _draw_buttons(rows: int, cases: Sequence[CaseView]) -> int:
    """How many rows are to be asked about now; 0 when no button was pressed."""
    if rows > AT_ONCE:
        st.warning(
            f"The file has {rows:,} rows. At most {AT_ONCE:,} are answered at once: the first {AT_ONCE:,}."
        )
    most, first = min(rows, AT_ONCE), min(rows, _TRIED)
    done = sum(case.is_answered for case in cases)
    with st.container(horizontal=True):
        is_tried = most > first and st.button(
            f"Try the first {first}",
            icon=":material/science:",
            key="rows_try",
            disabled=done >= first,
        )
        is_all = st.button(
            _label(most, len(cases), done),
            type="primary",
            icon=":material/bolt:",
            key="rows_all",
            disabled=done >= most,
        )
    return most if is_all else first if is_tried else 0


def _label(most: int, asked: int, done: int) -> str:
    if done >= most:
        return "All rows are answered"
    if asked and asked == most > done:
        rows = "row" if most - done == 1 else "rows"
        return f"Ask again for {most - done:,} {rows} without an answer"
    return f"Ask for the other {most - done:,} rows" if done else f"Ask for all {most:,} rows"


def _ask(
    given: Given, key: str, rows: Sequence[dict[str, object]], model: ModelRef, signature: Signature
) -> bool:
    """Ask, showing how far it is; whether all went well. What was answered before an error stays."""
    found = services()
    asked = RowsRequest(
        model=found.model(model, signature),
        sessions=found.sessions,
        key=key,
        person=session.person(),
        audit=found.audit,
        keep_bytes=found.settings.kept_file_bytes,
    )
    given.cases[key] = []
    bar = st.progress(0.0, "Asking the model …")
    try:
        for cases in _steps(asked, rows):
            given.cases[key] += cases
            done = len(given.cases[key])
            bar.progress(done / len(rows), f"{done:,} of {len(rows):,} rows")
    except (MdsError, CaseNotRecorded) as error:
        errors.show(error)
        return False
    finally:
        bar.empty()
    return True


def _steps(asked: RowsRequest, rows: Sequence[dict[str, object]]) -> Iterator[list[CaseView]]:
    """The few that are tried are a step of their own, so that they are not asked again."""
    yield from predict_rows(asked, rows[:_TRIED])
    yield from predict_rows(asked, rows[_TRIED:], first=_TRIED)


def _draw_sent(cases: Sequence[CaseView]) -> None:
    """Exactly what was sent for the first row, and the rows that went with it."""
    technical.draw(cases[0])
