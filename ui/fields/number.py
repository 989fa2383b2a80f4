"""Numbers and whole numbers."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from mds_client.checks import is_missing
from mds_client.signature import Field
from ui.labels import hint, label, usual

KINDS = ("number", "integer")
_MOST_DECIMALS = 8


def render(field: Field, key: str, value: object) -> float | int | None:
    """A number box; empty means unknown.

    The value is set through the session: a box with a default cannot be emptied again.
    """
    shown = None if is_missing(value) or not isinstance(value, int | float) else value
    if key not in st.session_state:
        st.session_state[key] = shown if shown is None else _typed(field, shown)
    is_whole = field.kind == "integer"
    return st.number_input(
        label(field),
        value=None,
        step=1 if is_whole else _step(field),
        format="%d" if is_whole else f"%.{decimals(field, shown)}f",
        key=key,
        persist_state="session",
        help=hint(field),
        placeholder=usual(field),
    )


def _typed(field: Field, value: float) -> float | int:
    return int(value) if field.kind == "integer" else float(value)


def decimals(field: Field, value: object = None) -> int:
    """As many decimals as the examples and the value need, so that nothing is rounded away."""
    numbers = [*field.examples, value]
    found = [_decimals(n) for n in numbers if isinstance(n, int | float) and not is_missing(n)]
    return min(max(found, default=2), _MOST_DECIMALS)


def _decimals(number: float) -> int:
    exponent = Decimal(repr(float(number))).normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _step(field: Field) -> float:
    """A hundredth of the usual range, as a power of ten, so that the arrows are of use."""
    if not field.typical or field.typical[0] == field.typical[1]:
        return 1.0
    width = Decimal(str(field.typical[1] - field.typical[0])) / 50
    return float(Decimal(10) ** width.adjusted())
