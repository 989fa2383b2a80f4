"""The copy of a case that is being changed, beside the case itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

import streamlit as st

from mds_client.prediction import Answer
from mds_client.signature import Values
from ui import session
from ui.explanations.answered_case import AnsweredCase
from ui.fields._widget_state import BESIDE


def _new_key() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, kw_only=True)
class Copy:
    """The values that somebody tries. `generation` changes when they are filled in anew, so that their widgets open with
    `opened_with`.

    `is_open` says that they stand in the place of the form, `turn` how often that changed; `key` is the idempotency key
    under which they are kept; `shown` the scenario that was kept last. `is_suggested` says that a search filled them in.
    """

    case_id: str
    opened_with: Values
    generation: int = 0
    is_open: bool = False
    turn: int = 0
    shown: str = ""
    is_suggested: bool = False
    key: str = field(default_factory=_new_key)

    @property
    def widget_key(self) -> str:
        return f"{BESIDE}{self.case_id}_{self.generation}"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What was tried last of a case: the values, what the model answers to them, and the field that was changed last."""

    case_id: str
    values: Values
    answer: Answer
    field: str = ""


def last() -> Copy | None:
    """The copy that was changed last, of whichever case."""
    copy: Copy | None = st.session_state.get(session.WHAT_IF)
    return copy


def copy_of(answered: AnsweredCase) -> Copy:
    """The copy of this case; a new one, which is not open, where another case was changed last."""
    copy = last()
    if copy is None or copy.case_id != answered.case.id:
        before = copy or Copy(case_id="", opened_with={})
        copy = replace(
            before,
            case_id=answered.case.id,
            opened_with=answered.values,
            is_open=False,
            shown="",
            is_suggested=False,
            key=_new_key(),
        )
        keep(copy)
    return copy


def fill(copy: Copy, values: Values, *, is_suggested: bool = False) -> Copy:
    """Fill the copy anew."""
    number = copy.generation + 1
    filled = replace(copy, opened_with=values, generation=number, is_suggested=is_suggested)
    st.session_state.pop(session.WHAT_IF_TRIED, None)
    return keep(filled)


def turn(copy: Copy, *, is_open: bool) -> Copy:
    """Put the values in the place of the form, or the form back."""
    return keep(replace(copy, is_open=is_open, turn=copy.turn + 1))


def renew_key(answered: AnsweredCase) -> None:
    """A new idempotency key, once everything that the last press gave has been drawn."""
    copy = last()
    if copy and copy.case_id == answered.case.id:
        keep(replace(copy, key=_new_key()))


def keep(copy: Copy) -> Copy:
    """Remember the copy."""
    st.session_state[session.WHAT_IF] = copy
    return copy
