"""The form of a model: at most seven fields in sight, the others in named groups."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from mds_client.signature import NUMERIC_KINDS, Field, Signature, Values
from ui import fields
from ui.text import plain

IN_SIGHT = 7


def draw(signature: Signature, opened_with: Values, key: str) -> dict[str, object]:
    """Draw every field, opened with these values; give back what the widgets hold now."""
    values: dict[str, object] = {}
    for name, group in layout(signature):
        if not name:
            values |= _draw_fields(group, opened_with, key)
            continue
        with st.expander(f"{plain(name)} ({len(group)})"):
            values |= _draw_fields(group, opened_with, key)
    return values


def layout(signature: Signature) -> list[tuple[str, list[Field]]]:
    """The fields in sight under the empty name, then the rest under their groups' names."""
    ordered = sorted(signature.inputs, key=lambda f: math.inf if f.order is None else f.order)
    if len(ordered) <= IN_SIGHT + 1:
        return [("", ordered)]
    rest = ordered[IN_SIGHT:]
    names = list(dict.fromkeys(field.group or "More" for field in rest))
    return [
        ("", ordered[:IN_SIGHT]),
        *((name, [f for f in rest if (f.group or "More") == name]) for name in names),
    ]


def _draw_fields(shown: Sequence[Field], opened_with: Values, key: str) -> dict[str, object]:
    """Short inputs two abreast, so that the whole form is in sight; long ones over the full width."""
    values: dict[str, object] = {}
    for pair in _abreast(shown):
        columns = st.columns(2) if len(pair) == 2 else [st.container()]
        for column, field in zip(columns, pair, strict=True):
            with column:
                widget_key = f"{key}_{field.name}"
                values[field.name] = fields.render(field, widget_key, opened_with.get(field.name))
    return values


def _abreast(shown: Sequence[Field]) -> list[list[Field]]:
    """Neighbours that fit beside each other, in order."""
    pairs: list[list[Field]] = []
    for field in shown:
        if pairs and len(pairs[-1]) == 1 and _is_short(field) and _is_short(pairs[-1][0]):
            pairs[-1].append(field)
        else:
            pairs.append([field])
    return pairs


def _is_short(field: Field) -> bool:
    return field.kind in NUMERIC_KINDS
