"""Truths and categories: two words or few options as pills, many as a searchable list."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mds_client.signature import Field
from ui.labels import hint, label

KINDS = ("boolean", "category")
UNKNOWN = "unknown"
_MOST_PILLS = 5


def render(field: Field, key: str, value: object) -> object:
    """The chosen option; None when unknown."""
    options: list[object] = list(field.choices) if field.kind == "category" else [True, False]
    if not options:
        return (
            st.text_input(
                label(field),
                value=str(value or ""),
                key=key,
                persist_state="session",
                help=hint(field),
            )
            or None
        )
    if not field.required:
        options.append(UNKNOWN)
    chosen = _choose(field, key, options, value if value in options else _absent(field, value))
    return None if chosen == UNKNOWN and not field.required else chosen


def _absent(field: Field, value: object) -> object:
    """An optional field without a value opens as unknown, a required one without a choice."""
    return UNKNOWN if not field.required and value in (None, "") else None


def _choose(field: Field, key: str, options: Sequence[object], value: object) -> object:
    if len(options) <= _MOST_PILLS:
        return st.pills(
            label(field),
            options,
            default=value,
            key=key,
            persist_state="session",
            help=hint(field),
            format_func=_words,
        )
    index = options.index(value) if value in options else None
    return st.selectbox(
        label(field),
        options,
        index=index,
        key=key,
        persist_state="session",
        help=hint(field),
        format_func=_words,
    )


def _words(option: object) -> str:
    return (
        {True: "yes", False: "no"}.get(option, str(option))
        if isinstance(option, bool)
        else str(option)
    )
