"""The copy of a case that is being changed, beside the case itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

import streamlit as st

from mds_client.signature import Values
from ui import session
from ui.explanations.answered_case import AnsweredCase
from ui.fields._widget_state import BESIDE


def _new_key() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A form of its own. `generation` changes when it is filled anew, so that its widgets open with `opened_with`.

    `key` is its idempotency key; `shown` the scenario that was asked last. `is_suggested` says that a search filled it.
    """

    case_id: str
    opened_with: Values
    generation: int = 0
    shown: str = ""
    is_suggested: bool = False
    key: str = field(default_factory=_new_key)

    @property
    def widget_key(self) -> str:
        return f"{BESIDE}{self.case_id}_{self.generation}"


def copy_of(answered: AnsweredCase) -> Copy:
    """The copy of this case; opened with a suggestion, where somebody chose one."""
    copy: Copy | None = st.session_state.get(session.WHAT_IF)
    if copy is None or copy.case_id != answered.case.id:
        copy = Copy(case_id=answered.case.id, opened_with=answered.values)
        keep(copy)
    suggested: Values | None = st.session_state.pop(session.SUGGESTED, None)
    if suggested is not None:
        st.session_state[open_key(answered)] = True
        fill(copy, suggested, is_suggested=True)
    current: Copy = st.session_state[session.WHAT_IF]
    return current


def fill(copy: Copy, values: Values, *, is_suggested: bool = False) -> None:
    """Fill the copy anew."""
    number = copy.generation + 1
    keep(replace(copy, opened_with=values, generation=number, shown="", is_suggested=is_suggested))


def renew_key(answered: AnsweredCase) -> None:
    """A new idempotency key, once everything that the last press gave has been drawn."""
    copy: Copy | None = st.session_state.get(session.WHAT_IF)
    if copy and copy.case_id == answered.case.id:
        keep(replace(copy, key=_new_key()))


def keep(copy: Copy) -> None:
    """Remember the copy."""
    st.session_state[session.WHAT_IF] = copy


def open_key(answered: AnsweredCase) -> str:
    """Under which the session has whether the copy is open."""
    return f"what_if_{answered.case.id}_open"
