"""What widgets hold, kept while their page is not the one that is shown.

Most widgets keep it themselves (`persist_state`); those for files, dates and tables do not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import streamlit as st

BESIDE = "what_if|"  # in the keys of a form that stands beside the page's own
_KEPT = "form_kept"
Value = TypeVar("Value")


def own(key: str, part: str) -> str:
    """The key of a part of a field. It starts otherwise than any field's: no field's name meets it."""
    return f"{part} of {key}"


def open_with(key: str, shown: object) -> None:
    """What the widget of that key opens with: what it held before, else `shown`.

    It is set through the session: a widget with a default cannot be emptied again.
    """
    if key not in st.session_state:
        st.session_state[key] = _all().get(key, shown)


def keep(key: str, value: Value) -> Value:
    """Keep the value under that key."""
    _all()[key] = value
    return value


def kept(key: str, make: Callable[[], Value]) -> Value:
    """The value that was kept under that key, made at first use."""
    return cast(Value, _all().setdefault(key, make()))


def forget_others(key: str) -> None:
    """Keep only what belongs to the form of that key; forms that stand beside the page's form go by themselves."""
    states, is_beside = _all(), BESIDE in key
    for other in [name for name in states if key not in name and (BESIDE in name) == is_beside]:
        del states[other]


def _all() -> dict[str, object]:
    return cast(dict[str, object], st.session_state.setdefault(_KEPT, {}))
