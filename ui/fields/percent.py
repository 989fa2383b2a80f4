"""Shares, typed in percent: `percent` is sent as it is typed, `fraction` as 0.12 for 12 %."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from mds_client.signature import Field
from mds_client.signature.checks import is_missing
from ui.fields import number
from ui.fields._widget_state import own

KINDS = ("number", "integer")
FORMATS = ("percent", "fraction")


def render(field: Field, key: str, value: object) -> float | int | None:
    """A number box in percent. Its key is its own: the box of a fraction holds another number."""
    if field.format == "percent":
        return number.render(replace(field, unit=field.unit or "%"), key, value)
    opened = in_percent(value)
    typed = number.render(*as_typed(field, key), opened)
    if typed is None or isinstance(typed, str):
        return typed
    return value if typed == opened else as_fraction(typed)  # type: ignore[return-value]


def as_typed(field: Field, key: str) -> tuple[Field, str]:
    """What the number box of a field under a key holds, and the key of the box: of a fraction, percent."""
    if field.format != "fraction":
        return field, key
    return _in_percent_units(field), own(key, "percent")


def in_box(field: Field, value: object) -> str | None:
    """The number in percent."""
    return number.in_box(field, value if field.format == "percent" else in_percent(value))


def in_percent(value: object) -> float | None:
    """0.12 as 12, to the digit."""
    if is_missing(value) or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(Decimal(repr(value)) * 100)


def as_fraction(typed: float) -> float:
    """12 as 0.12, to the digit."""
    return float(Decimal(repr(typed)) / 100)


def _in_percent_units(field: Field) -> Field:
    """The field as it is typed: everything that is said of its size is said in percent."""
    typical = tuple(in_percent(edge) or 0.0 for edge in field.typical or ())
    return replace(
        field,
        kind="number",
        unit="%",
        typical=(typical[0], typical[1]) if typical else None,
        minimum=in_percent(field.minimum),
        maximum=in_percent(field.maximum),
        examples=tuple(in_percent(example) for example in field.examples),
    )
