"""The fields of a case that is being changed: as the form has them, and a slider under each number that has a range.

Outside a form a box sends what it holds when it is left, and a slider when it is let go.
"""

from __future__ import annotations

from math import floor, log10
from typing import Any, TypeGuard

import streamlit as st

from mds_client.signature import NUMERIC_KINDS, Field, Signature, Values
from ui import fields, form, labels
from ui.fields import percent
from ui.fields._widget_state import own

MOST = 10
_STEPS = 100


def draw(signature: Signature, opened_with: Values, key: str) -> dict[str, object]:
    """Draw every field, opened with these values; give back what they hold now."""
    with_slider = {field.name for field in movable(signature) if field.kind in NUMERIC_KINDS}

    def render(field: Field, field_key: str, value: object) -> object:
        held = fields.render(field, field_key, value)
        if field.name in with_slider:
            _draw_slider(field, field_key, value)
        return held

    return form.draw(signature, opened_with, key, render)


def movable(signature: Signature) -> list[Field]:
    """The first fields of which a curve can be drawn: numbers with a range, choices, and yes or no."""
    ordered = sorted(signature.inputs, key=lambda f: (f.order is None, f.order or 0))
    return [field for field in ordered if _can_move(field)][:MOST]


def bounds(field: Field, value: float) -> tuple[float, float] | None:
    """Between what a number moves: its usual range, else its limits, and what it is now; None without any."""
    low, high = field.typical or (field.minimum, field.maximum)
    if low is None or high is None or low >= high:
        return None
    return min(low, value), max(high, value)


def step(low: float, high: float) -> float:
    """About a hundredth of the way from low to high: 1, 2 or 5 times a power of ten."""
    least = (high - low) / _STEPS
    power = 10.0 ** floor(log10(least))
    return next(times * power for times in (5.0, 2.0, 1.0) if times * power <= least * (1 + 1e-9))


def _draw_slider(field: Field, key: str, opened: object) -> None:
    """Below the box of a number, and in step with it; none while the box is empty."""
    box, box_key = percent.as_typed(field, key)
    held = st.session_state.get(box_key)
    begun = opened if box is field else percent.in_percent(opened)
    if not _is_number(held):
        return
    reach = bounds(box, begun if _is_number(begun) else held)
    if reach is None:
        return
    is_whole, own_key = box.kind == "integer", own(key, "slider")
    kind: Any = int if is_whole else float
    low, high, each = kind(reach[0]), kind(reach[1]), kind(step(*reach))
    st.session_state[own_key] = min(max(kind(held), low), high)
    st.slider(
        labels.label(box),
        low,
        high,
        step=each or 1,
        format="%d" if is_whole else "%.4g",
        key=own_key,
        label_visibility="collapsed",
        on_change=_follow,
        args=(own_key, box_key, 0 if is_whole else max(0, -floor(log10(each)))),
    )


def _follow(slider_key: str, box_key: str, places: int) -> None:
    """Put the number of the slider into its box."""
    moved = st.session_state[slider_key]
    st.session_state[box_key] = round(moved, places) if isinstance(moved, float) else moved


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _can_move(field: Field) -> bool:
    if field.sensitive:
        return False
    if field.kind in NUMERIC_KINDS:
        return field.typical is not None or None not in (field.minimum, field.maximum)
    return field.kind == "boolean" or (field.kind == "category" and 0 < len(field.choices) <= 6)
