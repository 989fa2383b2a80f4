"""Which model the Predict page asks: from the link, from the list, and how it introduces itself."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cases.queries import CaseView, case
from cases.recording import error_of
from cases.restored import inputs_of
from cases.seen import note_look
from mds_client.discovery import UNREACHABLE, Entry
from mds_client.errors import EndpointUnreachable
from mds_client.signature import ModelRef, Signature, Values
from mds_client.signature.facts import Facts
from signatures import known, overlay
from ui import frame, predict_form, session
from ui.model_titles import of_models
from ui.session import services
from ui.text import plain

SIGNATURE_SECONDS = 30
_WIDTH = 400


def bar() -> DeltaGenerator:
    """Where the choice of the model stands: small, above the question."""
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key="model_bar")


def choose_model() -> Entry:
    """The model of the link, else the one that was asked last, else the first. Draws the list."""
    entries = services().catalogue.entries()
    if not entries:
        st.info("There are no models yet. They appear here as soon as a server lists one.")
        _wait_for_models()
        st.stop()
    entry = _linked_entry(entries)
    # A link may be to a model that is not listed, such as a detector beside another one.
    entries = entries if entry in entries else [*entries, entry]
    named = list(dict.fromkeys((entry.ref.server, entry.ref.name) for entry in entries))
    titles = of_models(named)
    picked = st.selectbox(
        "Model",
        named,
        label_visibility="collapsed",
        index=named.index((entry.ref.server, entry.ref.name)),
        format_func=titles.__getitem__,
        filter_mode="fuzzy",
        width=_WIDTH,
    )
    if picked != (entry.ref.server, entry.ref.name):
        _go_to(_newest(entries, picked))
    frame.name_tab(title_of(entry))
    return _choose_version(entry, [e for e in entries if (e.ref.server, e.ref.name) == picked])


def signature_of(entry: Entry) -> Signature:
    """What the model takes now, with what people published of it. Raises MdsError when nothing is known."""
    return with_overlay(entry, declared_of(entry), overlay.current(services().sessions, entry.ref))


def with_overlay(entry: Entry, declared: Signature, facts: Facts | None) -> Signature:
    """The declared signature with what else is known of the model, and these facts of people."""
    found = services()
    return found.stored(known.with_facts(found.sessions, entry, declared, facts))


def title_of(entry: Entry) -> str:
    """What a model is called; a published title counts most."""
    facts = overlay.current(services().sessions, entry.ref)
    return (facts.title if facts else "") or entry.title


def question_of(entry: Entry) -> str:
    """What a model answers, as a question; a published one counts most."""
    facts = overlay.current(services().sessions, entry.ref)
    return (facts.question if facts else "") or entry.question


def declared_of(entry: Entry) -> Signature:
    """What the server declares now; while it does not answer, what it was last known to take, so
    that a form never vanishes from under a person. Raises MdsError when nothing is known."""
    if entry.signature and entry.info.state == UNREACHABLE:
        return entry.signature
    try:
        return _signature(entry.ref, session.scope_key())
    except EndpointUnreachable:
        if entry.signature is None:
            raise
        return entry.signature


def draw_heading(entry: Entry, signature: Signature) -> None:
    """What the model answers, in its own words."""
    st.title(plain(signature.question or signature.title or title_of(entry)), anchor=False)


def reopen_case(*, is_moved: bool) -> None:
    """Open the case of the link, once: its values in the form, its answer beside them."""
    wanted, reply = st.query_params.get("case"), st.session_state.get(session.ASKED)
    if not wanted or (reply and reply.case.id == wanted):
        return
    if wanted == st.session_state.pop(session.ASKING, None):  # a second click gives its answer
        return
    linked_case = case(services().sessions, wanted)
    if linked_case is None:
        st.warning("There is no case under this link. You can ask again below.")
        del st.query_params["case"]
        return
    _open_case(linked_case, is_moved=is_moved)


def _open_case(linked_case: CaseView, *, is_moved: bool) -> None:
    ref = ModelRef(
        server=linked_case.server, name=linked_case.model, version=linked_case.version_asked
    )
    entry = services().catalogue.find(ref)
    if entry is None or entry.signature is None:
        st.warning("The model of this case is no longer deployed.")
        return
    signature = signature_of(entry)
    if linked_case.sensitive and not note_look(services().sessions, linked_case, session.person()):
        linked_case = replace(linked_case, sensitive=None)
    values = restored(linked_case, signature)
    is_beside = _names_another_form(entry.ref)
    if not is_beside:
        predict_form.open_form(entry.ref, values, is_followed=is_moved)
        st.query_params["model"] = str(entry.ref)
    st.session_state[session.ASKED] = predict_form.Reply(
        case=linked_case,
        values=values,
        signature=signature,
        error=error_of(linked_case),
        shown=values if is_beside else None,
    )


def _names_another_form(ref: ModelRef) -> bool:
    """Whether the link names an example, or another version than the case's: its answer stood beside that."""
    try:
        linked = ModelRef.parse(st.query_params.get("model", ""))
    except ValueError:
        return False
    is_of_model = (linked.server, linked.name) == (ref.server, ref.name)
    is_other_version = bool(linked.version) and linked.version != ref.version
    return is_of_model and (is_other_version or "example" in st.query_params)


def restored(linked_case: CaseView, signature: Signature) -> Values:
    """The values as entered. A file comes back where it is one of the model's examples, or was kept."""
    return inputs_of(services().sessions, linked_case, signature)


@st.cache_data(
    ttl=SIGNATURE_SECONDS, max_entries=200, show_spinner=False, hash_funcs={ModelRef: str}
)
def _signature(ref: ModelRef, scope: str) -> Signature:
    """`scope` keeps apart what different people may see."""
    return services().model(ref).signature()


def _linked_entry(entries: list[Entry]) -> Entry:
    link, form = st.query_params.get("model"), st.session_state.get(session.FORM)
    if link:
        try:
            linked = services().catalogue.find(ModelRef.parse(link))
        except ValueError:
            linked = None
        if linked:
            return linked
        st.warning(f"There is no model {plain(link[:80])}. Here is another one.")
    last = services().catalogue.find(form.model) if form else None
    return last or entries[0]


def _newest(entries: list[Entry], name: tuple[str, str]) -> Entry:
    return [entry for entry in entries if (entry.ref.server, entry.ref.name) == name][-1]


def _choose_version(entry: Entry, versions: list[Entry]) -> Entry:
    if len(versions) < 2:
        return entry
    names = [version.ref.version for version in versions]
    picked = st.segmented_control(
        "Version",
        names,
        default=entry.ref.version,
        key=f"predict_version_{entry.ref}",
        required=True,
        label_visibility="collapsed",
    )
    if picked and picked != entry.ref.version:
        _go_to(versions[names.index(picked)])
    return entry


def _go_to(entry: Entry) -> None:
    """Open another model, or another version, beside which the last answer stays: then its case stays in the address, in
    one step of the browser's history, which Back takes back."""
    reply, ref = st.session_state.get(session.ASKED), entry.ref
    asked = reply.signature.model if reply else None
    is_beside = asked is not None and (asked.server, asked.name) == (ref.server, ref.name)
    kept = {"case": st.query_params["case"]} if is_beside and "case" in st.query_params else {}
    st.query_params.from_dict({"model": str(ref), **kept})
    st.rerun()


@st.fragment(run_every="2s")
def _wait_for_models() -> None:
    if services().catalogue.entries():
        st.rerun()
