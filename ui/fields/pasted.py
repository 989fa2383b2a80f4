"""Rows of numbers and JSON, typed or pasted."""

from __future__ import annotations

import json
import re

import streamlit as st

from mds_client.signature import Field
from ui.labels import label
from ui.text import plain

KINDS = ("tensor", "json")
_BETWEEN = re.compile(r"[\s,;]+")


def render(field: Field, key: str, value: object) -> object:
    """What was pasted, as numbers or JSON; the text itself where it is neither, for the check to name."""
    shown = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    if field.description:
        st.caption(plain(field.description))
    pasted = st.text_area(
        label(field),
        value=shown,
        key=key,
        persist_state="session",
        height=140,
        placeholder="5.1, 3.5, 1.4, 0.2",
    )
    return read(field, pasted)


def read(field: Field, pasted: str) -> object:
    """`1.5, 2 3` or `[[1.5, 2, 3]]` for numbers; any JSON for a json field."""
    if not pasted.strip():
        return None
    try:
        return json.loads(pasted)
    except ValueError:
        return _numbers(pasted) if field.kind == "tensor" else pasted


def _numbers(pasted: str) -> object:
    try:
        return [float(word) for word in _BETWEEN.split(pasted.strip()) if word]
    except ValueError:
        return pasted
