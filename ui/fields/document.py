"""JSON of any form, typed or pasted."""

from __future__ import annotations

import json

import streamlit as st

from mds_client.signature import Field
from mds_client.signature.checks import Unreadable
from ui.fields._widget_state import open_with
from ui.labels import hint, label

KINDS = ("json",)


def render(field: Field, key: str, value: object) -> object:
    """What was typed, read as JSON; text that is none stays as it is, for the check to name."""
    shown = _written(value)
    open_with(key, shown)
    typed = st.text_area(
        label(field),
        key=key,
        persist_state="session",
        help=hint(field),
        height=180,
        placeholder='{"name": "value"}',
    )
    if not typed.strip():
        return None
    return value if typed == shown and not isinstance(value, Unreadable) else _read(field, typed)


def is_text(field: Field, value: object) -> bool:
    """Whether the model takes the JSON as its text, as the examples show."""
    sample = next((e for e in (value, *field.examples) if e is not None), None)
    return isinstance(sample, str) and not isinstance(_parsed(sample), str | Unreadable)


def _read(field: Field, typed: str) -> object:
    document = _parsed(typed)
    return typed if is_text(field, None) and not isinstance(document, Unreadable) else document


def _parsed(typed: str) -> object:
    try:
        return json.loads(typed)
    except (ValueError, RecursionError):
        return Unreadable(typed)


def _written(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, indent=2, ensure_ascii=False)
