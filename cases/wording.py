"""What was entered, in words: whole numbers whole, units with their numbers, fields by their titles."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mds_client.sensitive_values import withheld
from mds_client.signature import Field

UNKNOWN = "unknown"
_WITHHELD = {"omit": "not stored", "mask": "entered, not stored", "hash": "stored as a hash alone"}
HIDDEN = "•" * 5
MOST_SHOWN = 2_000
_MOST_SHORT = 80
Fields = Mapping[str, Field]


def title(fields: Fields, name: str) -> str:
    """What people call a field; its name where nobody said."""
    field = fields.get(name)
    return field.title if field else name


def value_text(value: object, field: Field | None = None) -> str:
    """One value as it was entered, on one line of at most 2,000 characters; of a sensitive field, dots, or what became
    of the value."""
    if value is None:
        return UNKNOWN
    if mark := withheld(value):
        return _WITHHELD.get(mark, HIDDEN)
    if field is not None and field.sensitive:
        return HIDDEN
    return (field.word_for(value) if field else "") or _words(value, field)[:MOST_SHOWN]


def _words(value: object, field: Field | None) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number(value, field)
        case Mapping():
            return str(value.get("file") or "a large value")
        case list() | tuple():
            return _listed(value)
    return str(value)


def short(entered: Mapping[str, object], fields: Fields | None = None) -> str:
    """What was entered, in one line of at most 80 characters: `Bill length 39.1 mm, Island Dream`."""
    known = fields or {}
    parts = (f"{title(known, name)} {_short(v, known.get(name))}" for name, v in entered.items())
    text = ", ".join(parts)
    return text if len(text) <= _MOST_SHORT else f"{text[: _MOST_SHORT - 1]}…"


def _short(value: object, field: Field | None) -> str:
    if isinstance(value, list | tuple):
        return f"{len(value)} values"
    return value_text(value, field)


def _number(value: float, field: Field | None) -> str:
    """Every digit that was entered, without the ".0" that a whole number gets on its way."""
    form = field.format if field else ""
    if form == "fraction" and math.isfinite(value):
        return f"{_bare(round(value * 100, 10))}\N{NO-BREAK SPACE}%"
    unit = (field.unit if field else "") or ("%" if form == "percent" else "")
    if not unit:
        return _bare(value)
    # An amount has its thousands apart; a year of a calendar is none.
    shown = _bare(value) if unit == "year" else f"{value:,}".removesuffix(".0")
    return f"{shown}\N{NO-BREAK SPACE}{unit}"


def _bare(value: float) -> str:
    return repr(value).removesuffix(".0")


def _listed(values: Sequence[object]) -> str:
    """A list as people write it; of a long one its beginning."""
    text = ", ".join(value_text(each) for each in values[:MOST_SHOWN])
    return f"[{text}]"
