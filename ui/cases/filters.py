"""Which cases are listed: each choice stands in the address, and as a chip that takes it away again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from cases.search import MOST_READ, STATES, CaseFilter
from health.summary import ONE_BY_ONE
from people.viewer import Viewer
from ui import model_choice, unknown_choices
from ui.cases.chips import (
    DAYS,
    NUMBER,
    SURE,
    VALUE,
    WITHIN,
    Called,
    called,
    chip_words,
    number_of,
    single,
    span_of,
    sure_of,
    values_of,
    withins_of,
    without,
)
from ui.cases.counted import COUNTED, narrowed
from ui.session import services
from ui.text import plain

# Names of parameters in the address, and of the widgets that are bound to them.
BEFORE, BATCH, WHOSE = "before", "batch", "whose"
# Choices that other pages make: they stand in the address, and as a chip, and have no widget.
DRAWN, ANSWER, TRUTH = "drawn", "answer", "truth"
OUTCOME, UNLIKE = "outcome", "unlike"
ASKED, SINGLY = "asked", "singly"
ON_HEALTH = "counted"
KEY = "business_key"
BACK = "back"  # in the address of a case: the choices of the list that it was opened from
MINE, EVERYBODY = "mine", "everybody's"
_LONGEST = 2_000
_KEY_HELP = (
    "The number of a patient, an order, a sample: the whole value of a field that the page Signature names as a "
    "business key."
)
_DAYS = {"today": 1, "7 days": 7, "30 days": 30, "90 days": 90}
_STATE_WORDS = {"answered": "answered", "failed": "failed", "unknown": "answer unknown"}
_JUDGEMENTS = ("correct", "incorrect", "unsure", "none")
_JUDGEMENT_WORDS = {"none": "not judged"}
_CHANNELS = ("volunteered", "audit", "review", "upload", "api")
_WHOSE = (MINE, EVERYBODY)
_TEXTS = ("words", "version", "person", KEY)
_OPTIONS: Mapping[str, Collection[str]] = {
    "state": STATES,
    "judgement": _JUDGEMENTS,
    "time": _DAYS,
    "channel": _CHANNELS,
}
# Each choice that narrows the list, by its parameter: what stands on its chip.
_CHIPS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "words": ("Words", {}),
    "state": ("State", _STATE_WORDS),
    "judgement": ("Judgement", _JUDGEMENT_WORDS),
    "time": ("Time", {}),
    "model": ("Model", {}),
    "version": ("Version", {}),
    "person": ("Person", {}),
    KEY: ("Business key", {}),
    "channel": ("Channel", {}),
    BATCH: ("File", {}),
    DAYS: ("Days", {}),
    VALUE: ("Only", {}),
    WITHIN: ("Only", {}),
    DRAWN: ("Drawn for a check", {}),
    UNLIKE: ("Unlike earlier cases", {}),
    ANSWER: ("Answered", {}),
    TRUTH: ("True", {}),
    NUMBER: ("Answered", {}),
    SURE: ("Model's probability", {}),
    OUTCOME: ("Outcome", {}),
    ASKED: ("Asked", {SINGLY: "one by one, no rows of files"}),
    ON_HEALTH: ("Counted on Health", {name: each.words for name, each in COUNTED.items()}),
}
_WITHOUT_WIDGET = (
    BATCH, DAYS, VALUE, WITHIN, DRAWN, UNLIKE, ANSWER, TRUTH, NUMBER, SURE, OUTCOME, ASKED,
    ON_HEALTH,
)  # fmt: skip

# What a link of Health may choose of a model, wherever it leads.
_OF_HEALTH = (
    ON_HEALTH, "version", "channel", DAYS, VALUE, WITHIN, ANSWER, TRUTH, NUMBER, SURE, OUTCOME,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What is listed: as the search takes it, and as the address has it."""

    wanted: CaseFilter
    address: Mapping[str, str]

    @property
    def link(self) -> str:
        """The choices as one parameter of another page's address."""
        return urlencode(self.address)


def choose(viewer: Viewer) -> Choices:
    """What is looked for. A choice stands in the address, so that a link shows the same; changing one begins anew."""
    unknown = _unknown(viewer)
    words = _words()
    whose = _whose(viewer)
    with st.container(horizontal=True):
        _pills("State", STATES, "state", _STATE_WORDS)
        _pills("Judgement", _JUDGEMENTS, "judgement", _JUDGEMENT_WORDS)
        _pills("Time", tuple(_DAYS), "time")
    with st.expander("Model, version, person, business key, channel", icon=":material/tune:"):
        _model()
        _text("Version", "version")
        _text("Person", "person")
        _text("Business key", KEY, help=_KEY_HELP)
        _pills("Channel", _CHANNELS, "channel")
    chosen = {name: current for name in _CHIPS if (current := _chosen(name))}
    chosen |= {"words": words} if words else {}
    unknown_choices.draw(
        unknown, {WHOSE: "Whose cases", **{n: label for n, (label, _) in _CHIPS.items()}}
    )
    chosen = {name: value for name, value in chosen.items() if name not in unknown}
    address = chosen | ({WHOSE: whose} if viewer.is_named and whose != MINE else {})
    wanted = filter_of(chosen, viewer.name if whose == MINE else "")
    return Choices(wanted=wanted, address=address)


def _unknown(viewer: Viewer) -> dict[str, str]:
    """What the address asks for and nothing here is. Before the boxes are drawn: they drop it."""
    for name, options in {**_OPTIONS, WHOSE: _WHOSE}.items():
        if name != WHOSE or viewer.is_named:
            unknown_choices.note(name, options)
    return unknown_choices.noted((*_OPTIONS, WHOSE)) | unread()


def draw_chips(choices: Choices) -> None:
    """What narrows the list, each with a way to take it away."""
    chosen = {name: value for name, value in choices.address.items() if name in _CHIPS}
    server, _, model = choices.address.get(model_choice.KEY, "").partition("/")
    of = called(server, model, choices.address)
    _draw_each(chosen, of, "cases_without", _replace)
    if len(chosen) > 1:
        st.button(
            "Remove all filters",
            key="cases_without_any",
            type="tertiary",
            on_click=_take_away,
            args=(list(chosen),),
        )


def _draw_each(
    chosen: Mapping[str, str], of: Called, key: str, replace: Callable[[str, str], None]
) -> None:
    """The chips, with a way to take each away; `replace` sets a choice to what is left of it."""
    for name, value in chosen.items():
        for place, each in enumerate(single(name, value)):
            own = f"{key}_{name}_{place}" if place else f"{key}_{name}"
            _draw_chip(name, each, of, own, partial(replace, name, without(name, value, each)))


def _draw_chip(name: str, value: str, of: Called, key: str, take_away: Callable[[], None]) -> None:
    label, words = _CHIPS[name]
    words = model_choice.titles_of([value]) if name == model_choice.KEY else words
    said = words.get(value) or chip_words(name, value, of)
    st.button(
        plain(f"{label}: {said[:40]}"),
        key=key,
        icon=":material/close:",
        help="Remove this filter",
        on_click=take_away,
    )


def of_health() -> dict[str, str]:
    """The chips of Health in the address of a page that lists no cases; what cannot be read is left out, and `unread` says so."""
    asked, wrong = {name: st.query_params.get(name, "").strip() for name in _OF_HEALTH}, unread()
    return {name: value for name, value in asked.items() if value and name not in wrong}


def unread() -> dict[str, str]:
    """Choices of the address that cannot be read."""
    asked = {name: st.query_params.get(name, "") for name in _READ}
    return {name: value for name, value in asked.items() if value and not _READ[name](value)}


def draw_of_health(chosen: Mapping[str, str], model: str) -> None:
    """A chip for each of those, with a way to take it away."""
    server, _, name = model.partition("/")
    of = called(server, name, chosen)
    _draw_each(chosen, of, "chosen_without", _set)


def forget_of_health(names: Collection[str] = ()) -> None:
    """Take these chips from the address; all where none is named."""
    for name in names or _OF_HEALTH:
        st.query_params.pop(name, None)


def address_of(link: str) -> dict[str, str]:
    """The choices of a `link`, as far as they are choices: it comes from the address, so from anybody."""
    query = dict(parse_qsl(link[:_LONGEST]))
    return {name: value for name, value in query.items() if name in (*_CHIPS, WHOSE)}


def begin_anew() -> None:
    """Another choice has other pages."""
    st.query_params.pop(BEFORE, None)


def filter_of(chosen: Mapping[str, str], mine: str = "") -> CaseFilter:
    """The cases that choices stand for, as an address has them; of one person where one is named."""
    server, _, name = chosen.get("model", "").partition("/")
    found = CaseFilter(
        server=server,
        model=name,
        version=chosen.get("version", ""),
        person=mine or chosen.get("person", ""),
        state=chosen.get("state", ""),
        judgement=chosen.get("judgement", ""),
        channel=chosen.get("channel", ""),
        since=_first_day(chosen.get(DAYS, "")) or _since(chosen.get("time", "")),
        batch=chosen.get(BATCH, ""),
        words=chosen.get("words", ""),
        until=_until(chosen.get(DAYS, "")),
        values=values_of(chosen.get(VALUE, "")),
        within=withins_of(chosen.get(WITHIN, "")),
        is_drawn=chosen.get(DRAWN) == "yes",
        is_unlike=chosen.get(UNLIKE) == "yes",
        answer=chosen.get(ANSWER, ""),
        truth=chosen.get(TRUTH, ""),
        number=number_of(chosen.get(NUMBER, "")),
        sure=sure_of(chosen.get(SURE, "")),
        outcome=chosen.get(OUTCOME, ""),
        purposes=ONE_BY_ONE if chosen.get(ASKED) == SINGLY else (),
        key=services().key_search(chosen[KEY]) if KEY in chosen else None,
    )
    return narrowed(found, chosen.get(ON_HEALTH, ""))


def _chosen(name: str) -> str:
    """What is chosen: in its widget, or in the address where it has none."""
    is_in_address = name in _WITHOUT_WIDGET
    chosen = st.query_params.get(name) if is_in_address else st.session_state.get(name)
    return str(chosen or "").strip()


def _replace(name: str, value: str) -> None:
    _set(name, value)
    begin_anew()


def _take_away(names: Sequence[str]) -> None:
    for name in names:
        _set(name, "")
    begin_anew()


def is_open() -> bool:
    """Whether the choices were drawn before on this page: then they hold what was chosen, whatever the address says."""
    return "words" in st.session_state


def set_all(choices: Mapping[str, str]) -> None:
    """Choose exactly this, before anything is drawn; what is no choice is left out."""
    for name in _CHIPS:
        _set(name, choices.get(name, ""))
    whose = choices.get(WHOSE) if choices.get(WHOSE) in _WHOSE else MINE
    if st.session_state.get(WHOSE, MINE) != whose:
        st.session_state[WHOSE] = whose
    begin_anew()


def _set(name: str, value: str) -> None:
    if name in _WITHOUT_WIDGET:
        st.query_params.pop(name, None)
        if value:
            st.query_params[name] = value
    elif name in _TEXTS:
        st.session_state[name] = value
    else:
        is_choice = value and value in _OPTIONS.get(name, (value,))
        st.session_state[name] = value if is_choice else None


def _words() -> str:
    found = st.text_input(
        "Search the cases",
        key="words",
        placeholder="a value, an answer, a person",
        icon=":material/search:",
        type="search",
        bind="query-params",
        on_change=begin_anew,
        help=f"Searches the newest {MOST_READ:,} of the cases that match the other choices; then you can "
        "look further back.",
    )
    return (found or "").strip()


def _whose(viewer: Viewer) -> str:
    """Mine first, where it is known who I am."""
    if not viewer.is_named:
        return EVERYBODY
    picked = st.segmented_control(
        "Whose cases",
        _WHOSE,
        default=MINE,
        key=WHOSE,
        required=True,
        bind="query-params",
        on_change=begin_anew,
        help="“Everybody's” are those that you may see.",
    )
    return picked or MINE


def _pills(
    label: str, options: Sequence[str], key: str, words: Mapping[str, str] | None = None
) -> None:
    name: Callable[[str], str] = lambda option: (words or {}).get(option, option)  # noqa: E731
    st.pills(label, options, key=key, format_func=name, bind="query-params", on_change=begin_anew)


def _text(label: str, key: str, help: str | None = None) -> None:
    st.text_input(label, key=key, bind="query-params", on_change=begin_anew, help=help)


def _model() -> None:
    """`server/name`: one that is deployed, or the name of one that was."""
    entries = services().catalogue.entries()
    named = list(dict.fromkeys(f"{entry.ref.server}/{entry.ref.name}" for entry in entries))
    model_choice.choose(
        named,
        placeholder="any model; for one that is gone, type server/name",
        takes_others=True,
        on_change=begin_anew,
    )


def _first_day(days: str) -> datetime | None:
    """The beginning of `2026-11-02..2026-11-08`, days of UTC; None for what is no span."""
    span = span_of(days)
    return span[0] if span else None


def _until(days: str) -> datetime | None:
    span = span_of(days)
    return span[1] + timedelta(days=1) if span else None


def _is_yes(words: str) -> bool:
    return words == "yes"


def _is_singly(words: str) -> bool:
    return words == SINGLY


# How the choices without a box are read; what cannot be read narrows nothing.
_READ: Mapping[str, Callable[[str], object]] = {
    DAYS: span_of,
    VALUE: values_of,
    WITHIN: withins_of,
    DRAWN: _is_yes,
    UNLIKE: _is_yes,
    NUMBER: number_of,
    SURE: sure_of,
    ON_HEALTH: COUNTED.get,
}


def _since(time: str) -> datetime | None:
    days = _DAYS.get(time)
    if days is None:
        return None
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days - 1)
