"""What somebody is changing in a signature: kept in the session until it is published or discarded."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

import streamlit as st

from mds_client.discovery import Entry
from mds_client.facts import Facts
from mds_client.signature import ModelRef, Signature
from signatures import overlay
from signatures.overlay import EMPTY, OverlayView
from ui import choosing
from ui.services import services

_DRAFTS = "studio_drafts"  # by server and name of the model


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An overlay while it is edited.

    `base` is the published version that it began with, number `based_on`; `opened` what its widgets
    opened with, anew with each `generation`; `content` what they held last. `key` is its idempotency key.
    """

    model: ModelRef
    based_on: int = 0
    base: Facts = EMPTY
    opened: Facts = EMPTY
    content: Facts = EMPTY
    generation: int = 0
    key: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def is_changed(self) -> bool:
        return self.content != self.base

    def widget(self, name: str) -> str:
        """The key of a widget that opens with `opened`."""
        return f"signature_{self.model.server}/{self.model.name}_{self.generation}_{name}"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything that the parts of the page share: the model as declared, and the draft on it."""

    entry: Entry
    declared: Signature
    draft: Draft

    def with_facts(self, facts: Facts) -> Signature:
        """The signature that people would see with these facts."""
        return choosing.with_overlay(self.entry, self.declared, facts)

    @property
    def published(self) -> Signature:
        """What the draft began with."""
        return self.with_facts(self.draft.base)

    @property
    def edited(self) -> Signature:
        return self.with_facts(self.draft.content)


def desk_for(entry: Entry) -> Desk:
    """The draft of this session on a model, or a fresh one of what is published.

    Widgets are forgotten while another page is shown: those of a draft that is come back to open with
    what they held. Raises MdsError.
    """
    kept = _all().get(_name(entry.ref))
    draft = kept or _fresh(entry.ref, overlay.latest(services().sessions, entry.ref))
    if kept and kept.content != kept.opened and kept.widget("fields") not in st.session_state:
        draft = replace(kept, opened=kept.content, generation=kept.generation + 1)
    _all()[_name(entry.ref)] = draft
    return Desk(entry=entry, declared=choosing.declared_of(entry), draft=draft)


def hold(desk: Desk, content: Facts) -> Desk:
    """Keep what the widgets hold now."""
    draft = replace(desk.draft, content=content)
    _all()[_name(draft.model)] = draft
    return replace(desk, draft=draft)


def reopen(draft: Draft, content: Facts) -> None:
    """Fill the widgets anew with this content, which is not published yet."""
    _all()[_name(draft.model)] = replace(
        draft, opened=content, content=content, generation=draft.generation + 1
    )


def begin_with(draft: Draft, view: OverlayView | None, content: Facts | None = None) -> None:
    """Go on from a published version, with its content or with this one."""
    fresh = _fresh(draft.model, view)
    reopen(replace(fresh, generation=draft.generation), fresh.base if content is None else content)


def _fresh(ref: ModelRef, view: OverlayView | None) -> Draft:
    facts = overlay.facts_of(view)
    number = view.number if view else 0
    return Draft(model=ref, based_on=number, base=facts, opened=facts, content=facts)


def _name(ref: ModelRef) -> str:
    return f"{ref.server}/{ref.name}"


def _all() -> dict[str, Draft]:
    found: dict[str, Draft] = st.session_state.setdefault(_DRAFTS, {})
    return found
