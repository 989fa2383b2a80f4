"""Cards of models that can be told apart at a glance: what each takes, with an example, what it answers, and trouble."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import streamlit as st

from cases.usage import Usage
from feedback.golden import RunView, in_words
from health.estimates import MINIMUM_AUDITED
from health.kept_standings import StandingView
from health.status import share_words
from mds_client.discovery import UNREACHABLE, Entry
from mds_client.signature import Signature
from mds_client.signature.facts import Facts
from signatures import overlay
from ui import demo_mark, model_previews
from ui.form import css_key
from ui.model_picker import with_overlay
from ui.pressed import presses_of
from ui.session import services
from ui.shell import page_path
from ui.text import plain

Color = Literal["orange", "gray"]
Model = tuple[str, str]
_NO_RUNS: Mapping[Model, RunView] = {}
# Being ready is not said: it is what everybody expects.
_TROUBLE: dict[str, tuple[str, str, Color]] = {
    "LOADING": ("Loading", ":material/hourglass_empty:", "orange"),
    "UNLOADING": ("Unloading", ":material/hourglass_empty:", "orange"),
    "UNAVAILABLE": ("Not loaded", ":material/cancel:", "gray"),
    UNREACHABLE: ("Unreachable", ":material/cloud_off:", "orange"),
}
_WAY_IN = "models_ask"
_UNKNOWN: tuple[str, str, Color] = ("Unknown", ":material/help:", "gray")
# By kind of input: its word in the filter, and its icon.
KINDS = {
    "table": ("Table", ":material/table_rows:"),
    "text": ("Text", ":material/notes:"),
    "picture": ("Picture", ":material/image:"),
    "sound": ("Sound", ":material/graphic_eq:"),
    "other": ("Other values", ":material/data_object:"),
    "unknown": ("Not described", ":material/help:"),
}
_OF_FIELD = {"image": "picture", "audio": "sound", "text": "text"}


@dataclass(frozen=True, kw_only=True)
class Card:
    """One model: its newest version and how many there are, as it is called, and how often it was asked."""

    entry: Entry
    versions: tuple[str, ...]
    title: str
    question: str
    kind: str
    asked: int = 0
    own: int = 0
    golden: str = ""  # what the newest run of its golden cases found
    is_worse: bool = False
    standing: StandingView | None = None

    @property
    def model(self) -> Model:
        """By its server and name."""
        return self.entry.ref.server, self.entry.ref.name

    @property
    def is_ready(self) -> bool:
        return self.entry.info.is_ready


def cards(
    entries: Iterable[Entry],
    published: Mapping[Model, Facts],
    usage: Usage,
    runs: Mapping[Model, RunView] = _NO_RUNS,
    standings: Mapping[Model, StandingView] | None = None,
) -> list[Card]:
    """A card a model: those that who asks used most come first, then by name."""
    models: dict[Model, list[Entry]] = {}
    for entry in entries:
        models.setdefault((entry.ref.server, entry.ref.name), []).append(entry)
    made = [
        replace(
            _with_golden(_card(model, each, published.get(model), usage), runs.get(model)),
            standing=(standings or {}).get(model),
        )
        for model, each in models.items()
    ]
    return sorted(made, key=lambda card: (-card.own, card.title.casefold(), str(card.entry.ref)))


def _card(model: Model, versions: Sequence[Entry], facts: Facts | None, usage: Usage) -> Card:
    entry = versions[-1]
    signature = with_overlay(entry, entry.signature, facts) if entry.signature and facts else None
    return Card(
        entry=entry,
        versions=tuple(v.ref.version for v in versions if v.ref.version),
        title=(facts.title if facts else "") or entry.title,
        question=(facts.question if facts else "") or entry.question,
        kind=kind_of(signature or entry.known),
        asked=usage.asked.get(model, 0),
        own=usage.own.get(model, 0),
    )


def _with_golden(card: Card, run: RunView | None) -> Card:
    if run is None:
        return card
    words = f"Golden cases, version {run.version or '(none)'}: {in_words(run)}."
    passed = "Passed." if run.is_passed else "Not passed."
    return replace(card, golden=f"{words} {passed}", is_worse=not run.is_passed)


def kind_of(signature: Signature | None) -> str:
    """Which of KINDS a model takes."""
    if not signature or signature.layout == "unknown":
        return "unknown"
    if signature.is_tabular:
        return "table"
    kinds = {_OF_FIELD.get(field.kind, "other") for field in signature.inputs}
    return kinds.pop() if len(kinds) == 1 else "other"


def draw(card: Card) -> None:
    """One card; the way in is called after the model, so that it can be told from the others by ear."""
    entry, signature = card.entry, best_signature(card.entry)
    with st.container(
        border=True,
        height="stretch",
        gap="small",
        key=f"model_card_{css_key('card', str(entry.ref))}",
    ):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            _, icon = KINDS[kind_of(signature)]
            st.caption(f"{icon} {input_words(signature)}", width="content")
            if not card.is_ready:
                trouble, icon, color = _TROUBLE.get(entry.info.state, _UNKNOWN)
                st.badge(trouble, icon=icon, color=color)
            elif card.standing:
                _draw_word(card.standing)
        model_previews.draw(signature)
        with st.container(gap=None):
            st.subheader(plain(card.title), anchor=False)
            st.markdown(plain(card.question) or "What it answers is not described.")
        _draw_facts(card)
        st.space("stretch")
        _draw_way_in(card)


def forget_press() -> None:
    """Once all cards are drawn, each has heeded what was pressed on it."""
    presses_of(_WAY_IN).clear()


def _draw_way_in(card: Card) -> None:
    model, presses = str(card.entry.ref), presses_of(_WAY_IN)
    st.button(
        plain(f"Ask {card.title}"),
        key=f"models_ask_{model}",
        icon=":material/arrow_forward:",
        icon_position="right",
        type="tertiary",
        disabled=not card.is_ready,
        on_click=presses.note,
        args=(model,),
    )
    if model in presses:
        presses.clear()
        st.switch_page(page_path("predict"), query_params={"model": model})


def _draw_facts(card: Card) -> None:
    """Small: which model it is, and what is known of how it does."""
    with st.container(gap=None):
        st.caption(_facts(card))
        if card.golden:
            icon = ":orange[:material/warning:]" if card.is_worse else ":material/verified:"
            st.caption(f"{icon} {plain(card.golden)}")
        if words := standing_words(card.standing, card.entry.owner):
            st.caption(plain(words))
        if card.standing:
            demo_mark.draw_figures_badge(card.standing.demonstration)


# Drawn as a badge; that a model is healthy is said without a colour.
STANDINGS: dict[str, tuple[str, Literal["green", "orange", "red", "gray"]]] = {
    "Healthy": (":material/check:", "gray"),
    "Watch": (":material/visibility:", "orange"),
    "Act": (":material/priority_high:", "red"),
    "Not enough evidence": (":material/question_mark:", "gray"),
}


def _draw_word(standing: StandingView) -> None:
    """The word of Health, which says why where somebody points at it."""
    icon, color = STANDINGS[standing.word]
    sentence = f"{standing.sentence} {standing.sizes}".rstrip()
    st.badge(standing.word, icon=icon, color=color, help=plain(sentence))


def standing_words(standing: StandingView | None, owner: str = "") -> str:
    """`94 % of answers right (90–97 %, 180 checked), no worse than before · reviewer-1 takes care of it`, or `Owner: …` where nobody
    does; empty where nothing is known. Of numbers it says first how far they are off. Healthy is what is no worse than before, however often that is."""
    if standing is None:
        return f"Owner: {owner}" if owner else ""
    # Of a number how far it is off says more than how often somebody called it right.
    parts = [standing.sizes.rstrip(".")] if standing.sizes else []
    if standing.value is not None and standing.low is not None and standing.high is not None:
        interval = f"{standing.low * 100:.0f}–{standing.high * 100:.0f} %"
        before = ", no worse than before" if standing.word == "Healthy" else ""
        right = f"{share_words(standing.value)} of answers right"
        parts.append(f"{right} ({interval}, {standing.n:,} checked){before}")
    elif standing.n >= MINIMUM_AUDITED:
        # As after a file of many rows of which nobody has checked any; the word says which are left out.
        parts.append(f"{standing.n:,} checked, which do not speak for most answers")
    if standing.acknowledged_by:
        parts.append(f"{standing.acknowledged_by} takes care of it")
    elif owner:
        parts.append(f"Owner: {owner}")
    if standing.put_off:
        parts.append(standing.put_off.rstrip("."))
    return " · ".join(parts)


def _facts(card: Card) -> str:
    entry, names = card.entry, card.versions
    version = f"{len(names)} versions" if len(names) > 1 else f"version {names[0]}" if names else ""
    newest = f"{names[-1]} " if len(names) > 1 else ""
    asked = f"asked {card.asked:,}×" if card.asked else "not asked yet"
    explainer = entry.explainer
    explained = explainer and explainer.model != entry.ref
    parts = [
        f"{entry.ref.server}/{entry.ref.name}",
        version,
        f"{newest}{dated}" if (dated := _dated(entry)) else "",
        asked,
        f"explained by {explainer.title}" if explainer and explained else "",
    ]
    return plain(" · ".join(part for part in parts if part))


def _dated(entry: Entry) -> str:
    """`trained 1 Oct 2026`; empty where nobody says when."""
    word, day = entry.dated
    return f"{word} {date.fromisoformat(day):%-d %b %Y}" if day else ""


def input_words(signature: Signature | None) -> str:
    """What the model takes, in words."""
    kind = kind_of(signature)
    if signature is None or kind == "unknown":
        return "Inputs not described"
    count = len(signature.inputs)
    if kind == "table":
        return f"Table, {count} field{'' if count == 1 else 's'}"
    if kind != "other":
        return KINDS[kind][0]
    kinds = dict.fromkeys(_OF_FIELD.get(f.kind, "values") for f in signature.inputs)
    return " and ".join(kinds).capitalize()


def best_signature(entry: Entry) -> Signature | None:
    """With what people published; with what was found out only where there is nothing else: it is asked for
    model by model."""
    facts = overlay.current(services().sessions, entry.ref)
    is_silent = entry.known is not None and entry.known.layout == "unknown"
    if entry.signature is None or not (facts or is_silent):
        return entry.known
    return with_overlay(entry, entry.signature, facts)
