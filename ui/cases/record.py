"""The page of one case. It needs neither the model nor its server: everything on it is recorded."""

from __future__ import annotations

import streamlit as st

from cases.files import is_named, kept_value
from cases.history import Step, history
from cases.queries import CaseView, case
from cases.recording import answer_of
from cases.wording import title, value_text
from mds_client.discovery import Entry
from mds_client.signature import Field, File, ModelRef, Signature
from ui import errors, media, results, technical
from ui.cases import filters
from ui.model_picker import signature_of
from ui.session import services
from ui.shell import page_path
from ui.text import exact, plain


def draw(case_id: str) -> None:
    """Everything that is known of a case."""
    st.page_link(
        page_path("cases"),
        label="Cases",
        icon=":material/arrow_back:",
        query_params=filters.address_of(st.query_params.get(filters.BACK, "")),
    )
    found = case(services().sessions, case_id)
    if found is None:
        st.title("No such case", anchor=False)
        st.warning("There is no case under this link, or it is not shared with you.")
        return
    ref = ModelRef(server=found.server, name=found.model, version=found.version_asked)
    entry = services().catalogue.find(ref)
    st.title(f"Case {found.id[-6:]}", anchor=False)
    st.caption(plain(_origin(found)))
    _draw_way_back(found, entry)
    signature = _signature(found, ref, entry)
    left, right = st.columns([7, 5], gap="large")
    with left:
        _draw_answer(found, signature)
        _draw_entered(found, signature)
    with right:
        _draw_history(history(services().sessions, found))
    technical.draw(found)


def _origin(found: CaseView) -> str:
    version = f", version {found.version}" if found.version else ""
    signature = f", signature {found.signature_fingerprint}" if found.signature_fingerprint else ""
    moment = f"{found.created_at:%-d %B %Y %H:%M:%S} UTC"
    return f"{found.server}/{found.model}{version}{signature} · {moment} · {found.person}"


def _draw_way_back(found: CaseView, entry: Entry | None) -> None:
    """Into the form again, where the model is deployed."""
    if entry is None:
        st.info("The model of this case is not deployed any more. Everything below was recorded.")
        return
    st.page_link(
        page_path("predict"),
        label="Open in Predict, with these inputs in the form",
        icon=":material/edit:",
        query_params={"case": found.id},
    )


def _signature(found: CaseView, ref: ModelRef, entry: Entry | None) -> Signature:
    """What the model takes, if that is still what it took then; else what its fields are called by now."""
    if entry and entry.signature:
        now = signature_of(entry)
        if found.signature_fingerprint in (now.fingerprint, now.declared_fingerprint):
            return now
        known = tuple(_called(field) for field in now.inputs)
        return Signature(model=ref, inputs=known, question=found.question)
    return Signature(model=ref, inputs=(), question=found.question)


def _called(field: Field) -> Field:
    """A field of another version of the model: its name and its title. Its unit and choices may be others."""
    return Field(name=field.name, kind=field.kind, label=field.label)


def _draw_answer(found: CaseView, signature: Signature) -> None:
    answer = answer_of(found)
    if answer is None:
        errors.show_failure(
            found.outcome, found.error_sentence, found.error_advice, found.request_id
        )
        return
    with st.container(border=True):
        if found.question:
            st.caption(plain(found.question))
        results.draw(answer, found.entered, signature)


def _draw_entered(found: CaseView, signature: Signature) -> None:
    """The inputs as they were entered: values in a table, files as what they are."""
    st.subheader("As entered", anchor=False)
    fields = {field.name: field for field in signature.inputs}
    files = {name: entered for name, entered in found.entered.items() if is_named(entered)}
    values = {name: entered for name, entered in found.entered.items() if name not in files}
    if values:
        st.table(
            {
                plain(title(fields, n)): plain(value_text(v, fields.get(n)))
                for n, v in values.items()
            }
        )
    for name, entered in files.items():
        _draw_file(plain(title(fields, name)), entered)


def _draw_file(name: str, entered: object) -> None:
    """What was kept of a file or a large value; its name and size where it was not."""
    st.markdown(f"**{name}**")
    value = kept_value(services().sessions, entered)
    facts = entered if isinstance(entered, dict) else {}
    named = f"{facts.get('file') or 'a large value'}, {facts.get('size', 0):,} bytes"
    if isinstance(value, File):
        kind = value.media_type.partition("/")[0]
        media.show_file(kind, value)
        st.caption(plain(named))
    elif value is None:
        st.caption(plain(f"{named}: not kept"))
    else:
        st.json(exact(value), expanded=False)


def _draw_history(steps: list[Step]) -> None:
    """The newest first."""
    st.subheader("What happened", anchor=False)
    with st.container(border=True):
        for step in steps:
            is_of_somebody = step.person not in ("", "anonymous")
            who = f" by {plain(step.person)}" if is_of_somebody else ""
            st.markdown(f"**{plain(step.what)}**{who}")
            moment = f"{step.at:%-d %b %Y, %H:%M:%S} UTC"
            st.caption(plain(f"{step.more} · {moment}" if step.more else moment))
            if step.case_id:
                st.page_link(page_path("case"), label="Open it", query_params={"id": step.case_id})
