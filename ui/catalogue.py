"""Cards of the deployed models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from mds_client.discovery import UNREACHABLE, Entry, ServerState
from mds_client.protocols.detection import probe_lines
from mds_client.signature import Signature
from mds_client.signature.facts import Facts
from signatures import overlay
from ui.model_picker import question_of, title_of, with_overlay
from ui.session import services
from ui.shell import page_path
from ui.text import plain

Color = Literal["green", "orange", "gray"]
MOST_CARDS = 24

_STATES: dict[str, tuple[str, str, Color]] = {
    "READY": ("Ready", ":material/check_circle:", "green"),
    "LOADING": ("Loading", ":material/hourglass_empty:", "orange"),
    "UNLOADING": ("Unloading", ":material/hourglass_empty:", "orange"),
    "UNAVAILABLE": ("Not loaded", ":material/cancel:", "gray"),
    UNREACHABLE: ("Unreachable", ":material/cloud_off:", "orange"),
}
_UNKNOWN: tuple[str, str, Color] = ("Unknown", ":material/help:", "gray")
_KINDS = {
    "image": "a picture",
    "audio": "a recording",
    "text": "text",
    "tensor": "rows of numbers",
    "json": "JSON",
}


def search(words: str) -> list[Entry]:
    """The models in which every word occurs, also in what people published of them."""
    if not words.strip():
        return services().catalogue.entries()
    published = overlay.published(services().sessions)
    return services().catalogue.search(words, {m: _search_words(f) for m, f in published.items()})


def _search_words(facts: Facts) -> str:
    labels = [field.label for field in facts.fields.values() if field.label]
    return " ".join([facts.title, facts.question, *labels])


def draw_servers(servers: Sequence[ServerState]) -> None:
    """A sentence for each server that does not answer, with since when and how it was recognised; and what a
    server without a model has that cannot be asked."""
    shown = {entry.ref.server for entry in services().catalogue.entries()}
    for state in servers:
        if not state.is_reachable:
            sentence = plain(f"{state.sentence} {state.advice}".rstrip())
            st.warning(
                f"{sentence} Its models are shown as they were last seen. "
                f"Since {state.since:%H:%M:%S} UTC.",
                icon=":material/cloud_off:",
            )
            name = plain(state.server.title or state.server.name)
            _draw_recognition(state, f"How “{name}” was asked")
        elif state.server.name not in shown:
            draw_not_offered(state, f"{plain(state.server.title or state.server.name)}: ")


def draw_notes(notes: Sequence[str]) -> None:
    """What the sources of servers could not see."""
    if notes:
        with st.expander("Some models may be missing", icon=":material/info:"):
            st.markdown("\n".join(f"- {plain(note)}" for note in notes))


def draw_models(entries: Sequence[Entry], servers: Sequence[ServerState]) -> None:
    """The first cards of what was found, server by server, and how many there are besides."""
    models: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        models.setdefault((entry.ref.server, entry.ref.name), []).append(entry)
    shown = list(models)[:MOST_CARDS]
    states = {state.server.name: state for state in servers}
    for server in dict.fromkeys(name for name, _ in shown):
        explained = [entry for entry in entries if entry.ref.server == server and entry.explainer]
        _draw_server(server, states.get(server), explained, is_alone=len(states) < 2)
        _draw_cards([models[name] for name in shown if name[0] == server])
    if len(models) > len(shown):
        st.caption(f"and {len(models) - len(shown):,} more: search to narrow down")


def _draw_cards(models: Sequence[Sequence[Entry]]) -> None:
    for start in range(0, len(models), 3):
        for column, versions in zip(st.columns(3), models[start : start + 3], strict=False):
            with column:
                draw_card(versions)


def _draw_server(
    name: str, state: ServerState | None, explained: Sequence[Entry], *, is_alone: bool
) -> None:
    """The server's name, needless where it is the only one, and how it was recognised."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if not is_alone:
            title = state.server.title if state else ""
            st.markdown(f"**{plain(title or name)}**", width="content")
        if state and state.is_reachable:
            _draw_recognition(state, explained=explained)
            draw_not_offered(state)


def _draw_recognition(
    state: ServerState,
    label: str = "How this server was recognised",
    explained: Sequence[Entry] = (),
) -> None:
    key = f"models_server_{state.server.name}"
    with st.popover(label, type="tertiary", key=key):
        st.markdown("\n\n".join([*_recognition_lines(state), *_explainers(explained)]))


def draw_not_offered(state: ServerState, name: str = "") -> None:
    """What the server has that cannot be asked from here, with the reason, a line each."""
    others = state.not_offered
    if not others:
        return
    lines = [f"- {plain(other.what)}: {plain(other.reason)}" for other in others[:MOST_CARDS]]
    if len(others) > MOST_CARDS:
        lines.append(f"- and {len(others) - MOST_CARDS} more")
    key = f"models_others_{state.server.name}"
    with st.popover(f"{name}{counted(len(others))} not offered", type="tertiary", key=key):
        st.markdown("\n".join(lines))


def counted(operations: int) -> str:
    """`1 operation`, `3 operations`."""
    return "1 operation" if operations == 1 else f"{operations} operations"


def _explainers(explained: Sequence[Entry]) -> list[str]:
    """What explains which model, where it is asked and how that is known, as Markdown paragraphs."""
    lines = [
        f"- {plain(entry.ref.name)} {plain(entry.ref.version)}: {plain(entry.explainer.route)}. "
        f"{plain(entry.explainer.evidence)}"
        for entry in explained[:MOST_CARDS]
        if entry.explainer
    ]
    return ["**Explainers beside the models**", "\n".join(lines)] if lines else []


def _recognition_lines(state: ServerState) -> list[str]:
    """The protocol, the evidence, what was asked, and since when, as Markdown paragraphs."""
    title, detection = plain(state.protocol), state.detected
    since = f"since {state.since:%Y-%m-%d %H:%M:%S} UTC"
    last = f"Answers {since}." if state.is_reachable else f"Not reachable {since}."
    if detection is None:
        sentence = "Its protocol is set in the configuration." if title else "Not recognised yet."
        return [f"**{title}**", sentence, last] if title else [sentence, last]
    lines = "\n".join(f"- {plain(line)}" for line in probe_lines(detection.probes))
    unknown = "Access refused" if detection.is_locked else "Unknown protocol"
    paragraphs = [f"**{title or unknown}**", plain(detection.evidence), lines, last]
    return [paragraph for paragraph in paragraphs if paragraph]


def draw_card(versions: Sequence[Entry]) -> None:
    """One model: its name and question in words, what it takes, its state, and the way in."""
    entry = versions[-1]
    with st.container(border=True, height="stretch"):
        st.subheader(plain(title_of(entry)), anchor=False)
        st.markdown(plain(question_of(entry)) or "What it answers is not described.")
        st.caption(_facts(versions))
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                "Ask",
                key=f"models_ask_{entry.ref}",
                type="primary",
                disabled=not entry.info.is_ready,
            ):
                st.switch_page(page_path("predict"), query_params={"model": str(entry.ref)})
            words, icon, color = _STATES.get(entry.info.state, _UNKNOWN)
            st.badge(words, icon=icon, color=color)


def _facts(versions: Sequence[Entry]) -> str:
    entry = versions[-1]
    names = [v.ref.version for v in versions if v.ref.version]
    version = f"{len(names)} versions" if len(names) > 1 else f"version {names[0]}" if names else ""
    parts = [
        input_words(entry),
        version,
        f"{entry.ref.server}/{entry.ref.name}",
        _explainer_words(entry),
    ]
    return plain(" · ".join(part for part in parts if part))


def _explainer_words(entry: Entry) -> str:
    """Its explainer, where that is a model of its own."""
    explainer = entry.explainer
    return f"explained by {explainer.title}" if explainer and explainer.model != entry.ref else ""


def input_words(entry: Entry) -> str:
    """What the model takes, in words."""
    signature = _best_signature(entry)
    if not signature or signature.layout == "unknown":
        return "Inputs not described"
    if signature.is_tabular:
        return f"Takes {len(signature.inputs)} values"
    kinds = dict.fromkeys(_KINDS.get(f.kind, "values") for f in signature.inputs)
    return f"Takes {' and '.join(kinds)}"


def _best_signature(entry: Entry) -> Signature | None:
    """With what people published; with what was found out only where there is nothing else: it is asked for
    model by model."""
    facts = overlay.current(services().sessions, entry.ref)
    is_silent = entry.known is not None and entry.known.layout == "unknown"
    if entry.signature is None or not (facts or is_silent):
        return entry.known
    return with_overlay(entry, entry.signature, facts)
