"""Finding out what a model takes that does not say it: ask it, paste a request, or show it a table."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cases.queries import GENUINE, recent
from mds_client.errors import MdsError
from mds_client.schema_learning import from_cases, learned, payload
from mds_client.schema_learning.probing import is_open
from mds_client.signature import ModelRef, Signature
from mds_client.signature.facts import Facts
from signatures import discovered
from tables.errors import UnreadableFile
from tables.readers import suffixes
from tables.reading import read
from ui import errors, file_box, session
from ui.session import services
from ui.text import plain

_FORMATS = [
    suffix.lstrip(".")
    for suffix in suffixes()
    if suffix in (".csv", ".tsv", ".xlsx", ".parquet", ".json", ".jsonl")
]
_MOST_CASES = 500


def draw(model: ModelRef, signature: Signature) -> None:
    """Three ways to a form, where there is none; nothing for a model that says what it takes."""
    if not is_open(signature):
        return
    with st.container(border=True, key="finding"):
        st.markdown(
            "**This model does not describe its inputs.** Set up the form in one of three ways:"
        )
        with st.container(horizontal=True):
            _draw_probe(model)
            _draw_paste(model)
            _draw_table(model)


def draw_ways(model: ModelRef, signature: Signature) -> None:
    """What else can be found out of a model, whatever it says itself."""
    st.markdown("Find out what the server does not describe. What people publish takes precedence.")
    with st.container(horizontal=True):
        if is_open(signature):
            _draw_probe(model)
        _draw_paste(model)
        _draw_table(model)
        _draw_cases(model, signature)


def _draw_cases(model: ModelRef, signature: Signature) -> None:
    if st.button(
        "Learn from the cases so far",
        icon=":material/history:",
        key="finding_cases",
        help=f"Usual ranges, choices and examples in the last {_MOST_CASES} cases.",
    ):
        _keep_facts(model, lambda: _of_cases(model, signature))


def _of_cases(model: ModelRef, signature: Signature) -> Facts | None:
    """The facts in what was asked and answered; None where nothing was."""
    found_cases = recent(
        services().sessions,
        server=model.server,
        model=model.name,
        outcome="answered",
        limit=_MOST_CASES,
        purposes=GENUINE,
    )
    facts = from_cases([case.entered for case in reversed(found_cases)], signature)
    return facts if facts.fields else None


def _draw_probe(model: ModelRef) -> None:
    if st.button(
        "Probe the model",
        icon=":material/travel_explore:",
        key="finding_probe",
        help="Sends at most three rows of zeros, and reads from the responses what the model expects.",
    ):
        with st.spinner("Asking the model …"):
            _keep_facts(model, lambda: services().catalogue.client(model.server).probe(model))


def _draw_paste(model: ModelRef) -> None:
    with st.popover("Paste a request", icon=":material/content_paste:", key="finding_paste"):
        text = st.text_area(
            "A request that the model answers",
            key="finding_text",
            placeholder="The JSON body, or a curl command",
            height=160,
        )
        if st.button("Create the form", key="finding_text_take", disabled=not text):
            _keep_facts(model, lambda: payload(text, name="a pasted request"))


def _draw_table(model: ModelRef) -> None:
    with st.popover("Upload a table", icon=":material/table:", key="finding_table"):
        uploaded = file_box.choose(
            "A table with the columns that the model takes", "finding_file", _FORMATS
        )
        if uploaded is None:
            return
        try:
            frame = read(uploaded.getvalue(), uploaded.name).frame
        except UnreadableFile as error:
            st.error(f"{plain(error.sentence)}  \n{plain(error.advice)}")
            return
        names = [str(name) for name in frame.columns]
        columns = st.multiselect(
            "Columns that the model takes", names, default=names, key="finding_columns"
        )
        if st.button("Create the form", key="finding_table_take", disabled=not columns):
            _keep_facts(
                model, lambda: learned({n: list(frame[n]) for n in columns}, name=uploaded.name)
            )


def _keep_facts(model: ModelRef, find: Callable[[], Facts | None]) -> None:
    """Keep what was found and draw the form; a sentence where nothing was."""
    try:
        facts = find()
        if facts and (facts.inputs or facts.fields):
            discovered.keep(services().sessions, model, facts, person=session.person())
            st.session_state.pop(session.FORM, None)
            st.rerun()
    except MdsError as error:
        errors.show(error)
        return
    problem = facts.about.get("Problem") if facts else ""
    st.warning(plain(problem or "Nothing was found this way. Try one of the others."))
