"""Passwords, tokens and other secrets: masked, and never kept as a draft."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from mds_client.signature import Field
from ui.fields._widget_state import open_with
from ui.labels import hint, label

KINDS = ("text",)
FORMATS = ("password",)


def render(field: Field, key: str, value: object) -> str | None:
    """One masked line, which no password manager fills; None when it is empty."""
    open_with(key, "" if value is None else str(value))
    typed = st.text_input(
        label(field),
        key=key,
        type="password",
        autocomplete="new-password",
        persist_state="session",
        help=hint(replace(field, sensitive=True)),
    )
    return typed or None
