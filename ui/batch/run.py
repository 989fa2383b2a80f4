"""Asking about the rows of a file: five to try it, then all; and the answers as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from cases.batch import RowsRequest, predict_rows
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

AT_ONCE = 5_000
_TRIED = 5


def draw(
    given: Given, found: tuple[Mapping, Converted], model: ModelRef, signature: Signature
) -> None:
    """The two buttons, and what came of them."""
    mapping, converted = found
    key = given.key(model, signature, {**mapping.to_remember, **_fixed(mapping)})
    rows = converted.records()
    wanted = _draw_buttons(len(rows), len(given.cases.get(key, [])))
    if wanted:
        remember(services().sessions, model, mapping, person=session.person())
        if _ask(given, key, rows[:wanted], model, signature):
            st.rerun()  # the buttons say now what is left
    cases = given.cases.get(key, [])
    if cases:
        answers.draw(given, converted, cases, signature)
        _draw_sent(cases)


def _fixed(mapping: Mapping) -> dict[str, str]:
    """What holds for every row, beside the columns; it makes the same file another question."""
    return {f"={name}": repr(value) for name, value in mapping.fixed}


def _draw_buttons(rows: int, asked: int) -> int:
    """How many rows are to be asked about now; 0 when no button was pressed."""
    if rows > AT_ONCE:
        st.warning(
            f"The file has {rows:,} rows. At most {AT_ONCE:,} are answered at once: the first {AT_ONCE:,}."
        )
    most, first = min(rows, AT_ONCE), min(rows, _TRIED)
    with st.container(horizontal=True):
        is_tried = most > first and st.button(
            f"Try the first {first}",
            icon=":material/science:",
            key="rows_try",
            disabled=asked >= first,
        )
        label = (
            f"Ask for all {most:,} rows"
            if not asked
            else f"Ask for the other {most - asked:,} rows"
        )
        is_all = st.button(
            label,
            type="primary",
            icon=":material/bolt:",
            key="rows_all",
            disabled=asked >= most,
        )
    return most if is_all else first if is_tried else 0


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
