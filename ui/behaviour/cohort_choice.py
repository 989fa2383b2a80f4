"""Which rows a study is about: past cases, a file, or the model's examples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from explanations.behaviour import cohorts
from explanations.behaviour.cohorts import MOST_ROWS, Chosen, Cohort
from explanations.behaviour.sample import FEWEST
from explanations.contract import Truth
from mds_client.discovery import Entry
from mds_client.signature import Field, ModelRef, Signature
from tables import cells
from tables.converting import Converted
from tables.mapping import Mapping
from tables.source_column import Cells
from ui import session
from ui.behaviour.target_choice import labels_of
from ui.session import services
from ui.tables import columns, upload
from ui.tables.given import Given
from ui.text import plain

CASES, FILE, EXAMPLES = "Past cases", "A file", "Examples"
_PERIODS = {"Any time": None, "30 days": 30, "7 days": 7, "Today": 1}
_FEEDBACK = {"Either": None, "With feedback": True, "Without": False}
_USUAL = 500
_FRESH_SECONDS = 10


def choose(entry: Entry, signature: Signature) -> Cohort | None:
    """The rows that the person chose, and what they are in a sentence; None while there are too few."""
    sources = [CASES, FILE, EXAMPLES] if signature.example_rows else [CASES, FILE]
    versions = _versions(entry.ref, signature)
    source = st.segmented_control(
        "Which rows",
        sources,
        default=CASES if _has_enough(entry.ref, signature) else sources[-1],
        key=f"behaviour_rows_{entry.ref}",
        required=True,
        persist_state="session",
    )
    if source == FILE:
        cohort = _draw_file(entry, signature)
    elif source == EXAMPLES:
        cohort = cohorts.of_examples(signature)
    else:
        cohort = _draw_cases(entry, signature, versions)
    if cohort is None:
        return None
    if len(cohort.rows) < FEWEST:
        _draw_too_few(cohort)
        return None
    st.caption(plain(cohort.sentence))
    return cohort


def _draw_too_few(cohort: Cohort) -> None:
    st.info(
        f"{plain(cohort.sentence)} A study needs at least {FEWEST} rows: choose more of them, or other rows."
    )


def _draw_cases(entry: Entry, signature: Signature, versions: Sequence[str]) -> Cohort:
    """The newest cases that are wanted; read anew after some seconds."""
    key, labels = f"behaviour_{{}}_{entry.ref}", labels_of(signature, entry.ref)
    with st.expander("Choose among the cases"):
        last = st.number_input(
            *("The newest", FEWEST, MOST_ROWS, _USUAL),
            step=100,
            key=key.format("last"),
            persist_state="session",
        )
        version = st.selectbox(
            *("Version that answered", ["", *versions]),
            format_func=lambda name: plain(name) or "Any version",
            key=key.format("version"),
        )
        period = st.segmented_control(
            "Time", list(_PERIODS), default="Any time", key=key.format("period"), required=True
        )
        answer = ""
        if labels:
            answer = st.selectbox(
                *("Answer", ["", *labels]),
                format_func=lambda name: plain(name) or "Any answer",
                key=key.format("answer"),
            )
        with_feedback = st.segmented_control(
            "Feedback", list(_FEEDBACK), default="Either", key=key.format("said"), required=True
        )
    days = _PERIODS[period or "Any time"]
    chosen = Chosen(
        version=version or None,
        since=None if days is None else _since(days),
        period=_period_words(days),
        answer=answer or None,
        has_feedback=_FEEDBACK[with_feedback or "Either"],
        limit=int(last),
    )
    return _cases_of(str(entry.ref), session.scope_key(), signature.fingerprint, chosen, signature)


def _period_words(days: int | None) -> str:
    if days is None:
        return ""
    return f"in the last {days} days" if days > 1 else "of today"


def _since(days: int) -> datetime:
    """That long ago, to the minute, so that the same choice is the same question for a while."""
    return (datetime.now(UTC) - timedelta(days=days)).replace(second=0, microsecond=0)


@st.cache_data(ttl=_FRESH_SECONDS, max_entries=20, show_spinner=False)
def _cases_of(
    model: str, scope: str, fingerprint: str, chosen: Chosen, _signature: Signature
) -> Cohort:
    return cohorts.of_cases(services().sessions, _signature, chosen)


def _has_enough(ref: ModelRef, signature: Signature) -> bool:
    """Whether there are so many cases that they are the rows to begin with."""
    usual = _cases_of(
        str(ref), session.scope_key(), signature.fingerprint, Chosen(limit=_USUAL), signature
    )
    return len(usual.rows) >= FEWEST


def _versions(ref: ModelRef, signature: Signature) -> list[str]:
    return _known_versions(str(ref), session.scope_key(), signature)


@st.cache_data(ttl=_FRESH_SECONDS, max_entries=20, show_spinner=False)
def _known_versions(model: str, scope: str, _signature: Signature) -> list[str]:
    return cohorts.versions(services().sessions, _signature)


def _draw_file(entry: Entry, signature: Signature) -> Cohort | None:
    uploaded = upload.draw(entry.ref, signature)
    mapped = columns.draw(uploaded, entry.ref, signature) if uploaded else None
    if uploaded is None or mapped is None:
        return None
    mapping, converted = mapped
    truths, unread = _truths(uploaded, mapping, converted, signature, entry.ref)
    if unread:
        answers = "1 right answer" if unread == 1 else f"{unread:,} right answers"
        st.caption(f":material/info: {answers} could not be read.")
    return cohorts.of_file(uploaded.name, converted.records(), truths, left_out=converted.left_out)


def _truths(
    uploaded: Given, mapping: Mapping, converted: Converted, signature: Signature, ref: ModelRef
) -> tuple[list[Truth], int]:
    """The right answers from a column that the person names, one a row, and how many could not be read."""
    column = st.selectbox(
        "Column with the right answers",
        list(mapping.unused),
        index=None,
        placeholder="none",
        key=f"behaviour_truth_{uploaded.digest[:12]}_{ref}",
        help="Then the study says how much worse the model gets, not only how far its answers move.",
    )
    if column is None:
        return [], 0
    labels = labels_of(signature, ref)
    kind = "number" if signature.output("number") else "category" if labels else "text"
    wanted = Field(name=column, kind=kind, required=False, choices=tuple(labels))  # type: ignore[arg-type]
    read = cells.values(Cells.of(uploaded.table, column), wanted)
    at = {number: place for place, number in enumerate(uploaded.table.row_numbers)}
    places = [at[number] for number in converted.rows.index.tolist()]
    truths = [_truth(read.values[p], kind) if p not in read.sentences else None for p in places]
    return truths, sum(place in read.sentences for place in places)


def _truth(value: object, kind: str) -> Truth:
    if value is None or value != value:  # not a number
        return None
    return float(value) if kind == "number" else str(value)  # type: ignore[arg-type]
