"""Truths and categories: two words or few options as pills, many as a searchable list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from mds_client.signature import Field
from ui.fields import line
from ui.fields._widget_state import open_with
from ui.labels import hint, label
from ui.text import plain

KINDS = ("boolean", "category")
UNKNOWN = "unknown"
_MOST_PILLS = 5
_MOST_LETTERS = 60


def render(field: Field, key: str, value: object) -> object:
    """The value of the chosen words; None when unknown."""
    options = values_by_words(field)
    if not options:
        return _render_free(field, key, value)
    words = [*options] if field.required else [*options, _unknown(options)]
    open_with(key, _initial_words(field, options, value))
    chosen = _choose(field, key, words)
    return options.get(str(chosen)) if chosen is not None else None


def in_box(field: Field, value: object) -> str | None:
    """The words that are chosen, empty where none are."""
    options = values_by_words(field)
    if not options:
        return (
            None if value is not None and not isinstance(value, str) else line.in_box(field, value)
        )
    return _initial_words(field, options, value) or ""


def values_by_words(field: Field) -> dict[str, object]:
    """Each value by the words that stand for it: its label, else itself; no two by the same words."""
    values: Sequence[object] = field.choices or ((True, False) if field.kind == "boolean" else ())
    labels: Sequence[str] = field.choice_labels
    if len(labels) != len(values):
        labels = [_words(value) for value in values]
    times = Counter(labels)
    pairs = zip(labels, values, strict=True)
    return {w if times[w] == 1 else f"{w} ({_words(v)})": v for w, v in pairs}


def _unknown(options: dict[str, object]) -> str:
    """The word for no value; another where a value has that word."""
    return UNKNOWN if UNKNOWN not in options else "(not known)"


def _initial_words(field: Field, options: dict[str, object], value: object) -> str | None:
    """An optional field without a value opens as unknown, a required one without a choice."""
    if value in (None, ""):
        return None if field.required else _unknown(options)
    equal = [word for word, option in options.items() if option == value]
    exact = [word for word in equal if type(options[word]) is type(value)]
    return next(iter([*exact, *equal]), None)


def _choose(field: Field, key: str, words: Sequence[str]) -> str | None:
    """Pills say their words as Markdown, lists as they are."""
    if len(words) <= _MOST_PILLS and sum(map(len, words)) <= _MOST_LETTERS:
        return st.pills(
            label(field),
            words,
            key=key,
            persist_state="session",
            help=hint(field),
            format_func=plain,
        )
    return st.selectbox(
        label(field),
        words,
        index=None,
        key=key,
        persist_state="session",
        help=hint(field),
        placeholder=f"Choose or search among {len(words):,}",
    )


def _render_free(field: Field, key: str, value: object) -> object:
    """A category whose values nobody declared: typed, as a number where the model takes codes."""
    typed = line.render(field, key, value)
    if typed is None or field.datatype == "BYTES":
        return typed
    try:
        return float(typed) if field.datatype.startswith(("FP", "BF")) else int(typed)
    except ValueError:
        return typed


def _words(option: object) -> str:
    if isinstance(option, bool):
        return "yes" if option else "no"
    return str(option)
