"""Numbers of any shape, typed or pasted."""

from __future__ import annotations

import json
import re

import streamlit as st

from mds_client.signature import Field
from ui.fields._widget_state import open_with
from ui.labels import hint, label

KINDS = ("tensor",)
_BETWEEN = re.compile(r"[\s,;]+")


def render(field: Field, key: str, value: object) -> object:
    """What was pasted, as numbers; the text itself where it is none, for the check to name."""
    open_with(key, written(value))
    pasted = st.text_area(
        label(field),
        key=key,
        persist_state="session",
        help=hint(field),
        height=140,
        placeholder="5.1, 3.5, 1.4, 0.2",
    )
    return parsed(field, pasted)


def parsed(field: Field, pasted: str) -> object:
    """What was pasted, read; the text itself where it is nested too deep for any reader."""
    try:
        return read(field, pasted)
    except RecursionError:
        return pasted


def written(value: object) -> str:
    """The value as it stands in the box."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def read(field: Field, pasted: str) -> object:
    """`1.5, 2 3` or `[[1.5, 2, 3]]` for numbers, a line a row; any JSON for a json field. Raises RecursionError."""
    if not pasted.strip():
        return None
    try:
        return json.loads(pasted)
    except ValueError:
        return _numbers(field, pasted) if field.kind == "tensor" else pasted


def _numbers(field: Field, pasted: str) -> object:
    rows = [_BETWEEN.split(line.strip(" \t,;")) for line in pasted.splitlines() if line.strip()]
    try:
        numbers = [[float(word) for word in row if word] for row in rows]
    except ValueError:
        return pasted
    return numbers if len(field.shape) == 3 else [n for row in numbers for n in row]
