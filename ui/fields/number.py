"""Numbers, whole numbers and money."""

from __future__ import annotations

import math
from decimal import Decimal

import streamlit as st

from mds_client.signature import Field
from mds_client.signature.checks import is_missing
from ui.fields._widget_state import open_with
from ui.labels import hint, label, usual

KINDS = ("number", "integer")
FORMATS = ("", "currency")
_MOST_EXACT = 2**53 - 1  # larger whole numbers lose digits in a browser


def render(field: Field, key: str, value: object) -> float | int | None:
    """A number box that shows every digit that is sent; empty means unknown."""
    if field.kind == "integer" and _is_long(field, value):
        return _render_digits(field, key, value)
    open_with(key, _typed(field, value))
    is_whole = field.kind == "integer"
    return st.number_input(
        label(field),
        value=None,
        step=1 if is_whole else _step(field),
        format="%d" if is_whole else "%g",
        key=key,
        persist_state="session",
        help=hint(field),
        placeholder=usual(field),
    )


def in_box(_field: Field, value: object) -> str | None:
    """The number, to the last digit."""
    if is_missing(value):
        return ""
    return str(value) if type(value) in (int, float) else None


def _render_digits(field: Field, key: str, value: object) -> int | None:
    """A whole number that a browser would round, as text; what is none is left for the check to name."""
    open_with(key, "" if is_missing(value) else str(value))
    typed = st.text_input(
        label(field), key=key, persist_state="session", help=hint(field), placeholder=usual(field)
    )
    try:
        return int(typed) if typed and len(typed) < 40 else typed or None  # type: ignore[return-value]
    except ValueError:
        return typed  # type: ignore[return-value]


def _is_long(field: Field, value: object) -> bool:
    samples = (*field.examples, value)
    return any(isinstance(n, int) and abs(n) > _MOST_EXACT for n in samples)


def _typed(field: Field, value: object) -> float | int | None:
    """The value as the box needs it; None for what is no number."""
    if is_missing(value) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if field.kind == "integer" else float(value)


def _step(field: Field) -> float:
    """A hundredth of the usual range, as a power of ten, so that the arrows are of use."""
    if not field.typical or field.typical[0] == field.typical[1]:
        return 1.0
    width = Decimal(str(field.typical[1] - field.typical[0])) / 50
    return float(Decimal(10) ** width.adjusted())
