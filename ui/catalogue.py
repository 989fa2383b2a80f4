"""The list of models: search, filters, cards, and what is said of their servers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

import streamlit as st

from cases.usage import NONE, Usage, usage
from feedback.golden import RunView, newest_runs
from health.coming_in import coming_in
from health.kept_standings import StandingView, kept
from health.status import WORDS
from mds_client.discovery import Entry, ServerState
from mds_client.errors import MdsError
from mds_client.protocols.detection import probe_lines
from mds_client.signature.facts import Facts
from signatures import overlay
from ui import history, model_cards, session, unknown_choices
from ui.model_cards import KINDS, STANDINGS, Card
from ui.session import services
from ui.text import plain

MOST_CARDS = 24

_RECOGNISED = "How this server was recognised"
_CARD_WIDTH = 268
_SEARCH = "search"  # what is searched for, in the address
_USAGE_SECONDS = 30
_ORDER = {each: place for place, each in enumerate((*KINDS, "Ready", *WORDS))}
_NOT_LOOKED = "No figures yet"  # a model that Health has not looked at since it came


def search(words: str, published: Mapping[tuple[str, str], Facts]) -> list[Entry]:
    """The models in which every word occurs, also in what people published of them, and in the kind of their inputs."""
    entries = services().catalogue.entries()
    if not words.strip():
        return entries
    more = {model: _search_words(facts) for model, facts in published.items()}
    for entry in entries:
        of, kind = (entry.ref.server, entry.ref.name), KINDS[model_cards.kind_of(entry.known)][0]
        more[of] = f"{more.get(of, '')} {kind}"
    return services().catalogue.search(words, more)


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


def draw_models() -> None:
    """The search, the filters, and the first cards of what they leave; as the address says where it is to be followed."""
    if history.take():
        _follow()
    words = st.text_input(
        "Search the models",
        key=_key(_SEARCH),
        placeholder="question, model or kind of input",
        icon=":material/search:",
        type="search",
        live="300ms",
        on_change=_write,
        args=(_SEARCH,),
        label_visibility="collapsed",
    )
    catalogue = services().catalogue
    published = overlay.published(services().sessions)
    everything = model_cards.cards(
        catalogue.entries(), published, _usage(), _golden(), _standings()
    )
    names = {(e.ref.server, e.ref.name) for e in search(words or "", published)}
    found = [card for card in everything if card.model in names]
    shown = _filtered(everything, found)
    if not shown:
        _draw_nothing(words or "", is_found=bool(found))
    with st.grid("auto", min_column_width=_CARD_WIDTH, gap="small", key="catalogue"):
        for card in shown[:MOST_CARDS]:
            model_cards.draw(card)
    model_cards.forget_press()  # of a card that is not there any more
    if len(shown) > MOST_CARDS:
        st.caption(f"and {len(shown) - MOST_CARDS:,} more: search to narrow down")


def _draw_nothing(words: str, *, is_found: bool) -> None:
    """Why there is no card: the choices leave none of those `is_found`, the words find none, or none is listed yet."""
    if is_found:
        st.info("No model matches the filters above. Remove one.")
    elif words:
        st.info("No model matches these words. Try fewer, or other ones.")
    elif all(server.is_reachable for server in services().catalogue.servers()):
        st.info("Asking the servers for their models. They appear here as soon as they are listed.")


def _usage() -> Usage:
    """How often each model was asked, as of the last half minute; nothing while that is not known."""
    try:
        return _counted(session.scope_key(), session.person())
    except MdsError:
        return NONE


def _standings() -> Mapping[tuple[str, str], StandingView]:
    """What Health said last of each model; nothing while that is not known."""
    try:
        found, coming = kept(services().figures), coming_in(services().figures)
        return {of: coming.as_kept(view) if coming else view for of, view in found.items()}
    except MdsError:
        return {}


@st.cache_data(ttl=_USAGE_SECONDS, max_entries=1_000, show_spinner=False)
def _counted(scope: str, person: str) -> Usage:
    """`scope` keeps apart what different people may see."""
    return usage(services().figures, services().sessions, person)


def _golden() -> Mapping[tuple[str, str], RunView]:
    """What the newest run of each model's golden cases found, as of the last half minute."""
    try:
        return _newest_runs(session.scope_key())
    except MdsError:
        return {}


@st.cache_data(ttl=_USAGE_SECONDS, max_entries=500, show_spinner=False)
def _newest_runs(scope: str) -> Mapping[tuple[str, str], RunView]:
    """`scope` keeps apart what different people may see."""
    return newest_runs(services().sessions)


def _filtered(everything: Sequence[Card], found: Sequence[Card]) -> list[Card]:
    """Those found that are of the kind, the server, the state and the health that are chosen; one alone is not offered."""
    options = {name: {part(card) for card in everything} for name, part in _FILTERS.items()}
    if everything:  # until the servers have listed their models, nothing is known
        _draw_unknown(options)
    chosen = {name: _chosen(name, offered) for name, offered in options.items()}
    with st.container(horizontal=True, key="models_filters"):
        for name, part in _FILTERS.items():
            if len(options[name]) > 1:
                others = {**chosen, name: None}
                _draw_filter(name, options[name], Counter(map(part, _left(found, others))))
    return _left(found, chosen)


def _draw_unknown(options: Mapping[str, Collection[str]]) -> None:
    """What the address asks for and no model is."""
    asked = {name: st.query_params.get(name, "") for name in options}
    unknown = {n: value for n, value in asked.items() if value and value not in options[n]}
    unknown_choices.draw(unknown, {name: name.capitalize() for name in unknown})


def _left(found: Sequence[Card], chosen: Mapping[str, str | None]) -> list[Card]:
    """Those that are all that is chosen."""
    wants = [(_FILTERS[name], want) for name, want in chosen.items() if want is not None]
    return [card for card in found if all(part(card) == want for part, want in wants)]


def _chosen(name: str, offered: Collection[str]) -> str | None:
    """One of what is offered, or none. What is not offered any more is forgotten."""
    key = _key(name)
    if st.session_state.get(key) not in offered or len(offered) < 2:
        st.session_state.pop(key, None)
    picked: str | None = st.session_state.get(key)
    return picked


def _draw_filter(name: str, offered: Collection[str], counts: Mapping[str, int]) -> None:
    """The choice, with how many each leaves of what the other choices leave."""
    st.pills(
        name.capitalize(),
        sorted(offered, key=lambda each: (_ORDER.get(each, len(_ORDER)), each)),
        key=_key(name),
        format_func=lambda each: f"{_words(name, each)} {counts.get(each, 0)}",
        on_change=_write,
        args=(name,),
        label_visibility="collapsed",
    )


def _key(name: str) -> str:
    return f"models_{name}"


def _follow() -> None:
    """Search and choose what the address says. Not bound to it: a bound choice would stand there with its count."""
    st.session_state[_key(_SEARCH)] = st.query_params.get(_SEARCH, "")
    for name in _FILTERS:
        st.session_state[_key(name)] = st.query_params.get(name)


def _write(name: str) -> None:
    """What was just searched or chosen, in the address: Back and a reload show what was there."""
    if value := st.session_state.get(_key(name)):
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def _words(name: str, option: str) -> str:
    if name == "kind":
        words, icon = KINDS[option]
        return f"{icon} {words}"
    if name == "health" and option in STANDINGS:
        return f"{STANDINGS[option][0]} {option}"
    return _server_title(option) if name == "server" else option


def _kind_of(card: Card) -> str:
    return card.kind


def _server_of(card: Card) -> str:
    return card.entry.ref.server


def _server_title(name: str) -> str:
    states = {state.server.name: state.server.title for state in services().catalogue.servers()}
    return plain(states.get(name) or name)


def _state_of(card: Card) -> str:
    return "Ready" if card.is_ready else "Not ready"


def _health_of(card: Card) -> str:
    return card.standing.word if card.standing else _NOT_LOOKED


_FILTERS: Mapping[str, Callable[[Card], str]] = {
    "kind": _kind_of,
    "server": _server_of,
    "state": _state_of,
    "health": _health_of,
}


def draw_recognitions() -> None:
    """Under the cards: how each server was recognised, and what of it cannot be asked."""
    entries = services().catalogue.entries()
    states = [state for state in services().catalogue.servers() if state.is_reachable]
    with st.container(horizontal=True, vertical_alignment="center"):
        for state in states:
            name = state.server.name
            explained = [e for e in entries if e.ref.server == name and e.explainer]
            title = plain(state.server.title or name)
            label = f"How {title} was recognised" if len(states) > 1 else _RECOGNISED
            _draw_recognition(state, label, explained)
            if any(entry.ref.server == name for entry in entries):
                draw_not_offered(state)


def _draw_recognition(
    state: ServerState,
    label: str = _RECOGNISED,
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
