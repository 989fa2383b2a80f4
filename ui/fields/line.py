"""Text in one line, and identifiers."""

from __future__ import annotations

import streamlit as st

from mds_client.signature import Field
from ui.fields._widget_state import open_with
from ui.labels import hint, label, such_as

KINDS = ("text",)
FORMATS = ("line", "identifier")


def render(field: Field, key: str, value: object) -> str | None:
    """One line; None when it is empty."""
    open_with(key, "" if value is None else str(value))
    typed = st.text_input(
        label(field),
        key=key,
        persist_state="session",
        help=hint(field),
        placeholder=such_as(field),
    )
    return typed or None


def in_box(_field: Field, value: object) -> str | None:
    """The text; a browser takes the line breaks out of one in several lines."""
    text = "" if value is None else str(value)
    return text if len(text.splitlines()) < 2 else None
