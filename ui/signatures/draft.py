"""What somebody is changing in a signature: kept in the session until it is published or discarded."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from functools import cached_property

import streamlit as st

from mds_client.discovery import Entry
from mds_client.signature import ModelRef, Signature
from mds_client.signature.facts import Facts
from signatures import overlay
from signatures.overlay import EMPTY, OverlayView
from ui import model_picker
from ui.session import services

_DRAFTS = "signature_drafts"  # by server and name of the model
_NEWS = "signature_news"  # what to say once the page is drawn anew
_LAST = "last_signature"  # the model that was edited last


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An overlay while it is edited.

    `base` is the published version that it began with, number `based_on`; `opened` what its widgets
    opened with, anew with each `generation`, and `rows` the fields that they opened for; `content` what
    they held last. `key` is its idempotency key.
    """

    model: ModelRef
    based_on: int = 0
    base: Facts = EMPTY
    opened: Facts = EMPTY
    content: Facts = EMPTY
    rows: tuple[str, ...] = ()
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
        return model_picker.with_overlay(self.entry, self.declared, facts)

    @cached_property
    def published(self) -> Signature:
        """What the draft began with."""
        return self.with_facts(self.draft.base)

    @cached_property
    def edited(self) -> Signature:
        return self.with_facts(self.draft.content)


def return_to_last() -> None:
    """Whoever comes back without a link finds the model that was edited last."""
    last = st.session_state.get(_LAST)
    if last and "model" not in st.query_params:
        st.query_params["model"] = str(last)


def desk_for(entry: Entry) -> Desk:
    """The draft of this session on a model, or a fresh one of what is published. Raises MdsError."""
    remembered = _drafts().get(_name(entry.ref))
    draft = remembered or _new_draft(entry.ref, overlay.latest(services().sessions, entry.ref))
    desk = Desk(entry=entry, declared=model_picker.declared_of(entry), draft=draft)
    if _is_stale(desk):
        reopen(draft, draft.content)
        desk = replace(desk, draft=_drafts()[_name(entry.ref)])
    rows = tuple(field.name for field in desk.with_facts(desk.draft.opened).inputs)
    _drafts()[_name(entry.ref)] = draft = replace(desk.draft, rows=rows)
    st.session_state[_LAST] = entry.ref
    return replace(desk, draft=draft)


def _is_stale(desk: Desk) -> bool:
    """Whether the widgets no longer hold the draft: Streamlit forgets them while another page is shown,
    and another version of the model may have other fields."""
    draft = desk.draft
    if draft.content != draft.opened and draft.widget("fields") not in st.session_state:
        return True
    rows = tuple(field.name for field in desk.with_facts(draft.opened).inputs)
    return bool(draft.rows) and draft.rows != rows


def keep_content(desk: Desk, content: Facts) -> Desk:
    """Keep what the widgets hold now."""
    draft = replace(desk.draft, content=content)
    _drafts()[_name(draft.model)] = draft
    return replace(desk, draft=draft)


def reopen(draft: Draft, content: Facts) -> None:
    """Fill the widgets anew with this content, which is not published yet."""
    _drafts()[_name(draft.model)] = replace(
        draft, opened=content, content=content, rows=(), generation=draft.generation + 1
    )


def begin_with(draft: Draft, view: OverlayView | None, content: Facts | None = None) -> None:
    """Go on from a published version, with its content or with this one."""
    fresh = _new_draft(draft.model, view)
    reopen(replace(fresh, generation=draft.generation), fresh.base if content is None else content)


def draw_anew(news: str) -> None:
    """Run the page again and say this then: what is said right before a rerun may be lost."""
    st.session_state[_NEWS] = news
    st.rerun()


def draw_news() -> None:
    """Say what came of the last click."""
    news = st.session_state.pop(_NEWS, "")
    if news:
        st.toast(news, icon=":material/check:")


def _new_draft(ref: ModelRef, view: OverlayView | None) -> Draft:
    facts = overlay.facts_of(view)
    number = view.number if view else 0
    return Draft(model=ref, based_on=number, base=facts, opened=facts, content=facts)


def _name(ref: ModelRef) -> str:
    return f"{ref.server}/{ref.name}"


def _drafts() -> dict[str, Draft]:
    drafts: dict[str, Draft] = st.session_state.setdefault(_DRAFTS, {})
    return drafts
