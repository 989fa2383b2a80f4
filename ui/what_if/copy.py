"""The copy of a case that is being changed, beside the case itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

import streamlit as st

from mds_client.signature import Values
from ui import session
from ui.explanations.answered_case import AnsweredCase
from ui.fields._keeping import BESIDE


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


def copy_of(asked: AnsweredCase) -> Copy:
    """The copy of this case; opened with a suggestion, where somebody chose one."""
    kept: Copy | None = st.session_state.get(session.WHAT_IF)
    if kept is None or kept.case_id != asked.case.id:
        kept = Copy(case_id=asked.case.id, opened_with=asked.values)
        keep(kept)
    suggested: Values | None = st.session_state.pop(session.SUGGESTED, None)
    if suggested is not None:
        st.session_state[open_key(asked)] = True
        fill(kept, suggested, is_suggested=True)
    found: Copy = st.session_state[session.WHAT_IF]
    return found


def fill(copy: Copy, values: Values, *, is_suggested: bool = False) -> None:
    """Fill the copy anew."""
    number = copy.generation + 1
    keep(replace(copy, opened_with=values, generation=number, shown="", is_suggested=is_suggested))


def renew_key(asked: AnsweredCase) -> None:
    """A new idempotency key, once everything that the last press gave has been drawn."""
    kept: Copy | None = st.session_state.get(session.WHAT_IF)
    if kept and kept.case_id == asked.case.id:
        keep(replace(kept, key=_new_key()))


def keep(copy: Copy) -> None:
    """Remember the copy."""
    st.session_state[session.WHAT_IF] = copy


def open_key(asked: AnsweredCase) -> str:
    """Under which the session has whether the copy is open."""
    return f"what_if_{asked.case.id}_open"
