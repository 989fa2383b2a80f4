"""What the owner of a model asks beside "Was this right?": one field a question, each of which may be left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from feedback.questions import (
    CHOICE,
    NUMBER,
    PASS_FAIL,
    PASSES,
    Question,
    questions_of,
    still_taken,
)
from ui.session import services
from ui.text import plain

_MOST_PILLS = 6
# How a strip and the desk tell the keys of the questions from their others.
PREFIX = "question_"


def asked_of(server: str, model: str) -> tuple[Question, ...]:
    """What is asked of this model."""
    return questions_of(services().sessions, server, model)


def draw(
    questions: Sequence[Question], key: str, said: Mapping[str, object] | None
) -> dict[str, object]:
    """The fields, which open with what was said; the answers as they are now, by question."""
    known = still_taken(questions, said)
    given = {
        each.words: _draw(each, f"{key}{PREFIX}{place}", known.get(each.words))
        for place, each in enumerate(questions)
    }
    return {words: value for words, value in given.items() if value is not None and value != ""}


def forget(key: str) -> None:
    """Empty the fields."""
    for name in [str(each) for each in st.session_state]:
        if name.startswith(f"{key}{PREFIX}"):
            st.session_state.pop(name)


def _draw(asked: Question, key: str, said: object) -> object:
    words = plain(asked.words)
    if asked.kind == NUMBER:
        return st.number_input(
            words,
            value=float(said) if isinstance(said, int | float) else None,
            min_value=_bound(asked.least),
            max_value=_bound(asked.most),
            key=key,
            placeholder="unknown",
        )
    if asked.kind in (PASS_FAIL, CHOICE):
        return _draw_options(asked, words, key, said)
    return st.text_input(words, value=str(said or ""), key=key)


def _bound(value: float | None) -> float | None:
    """A whole number would make the field one of whole numbers."""
    return None if value is None else float(value)


def _draw_options(asked: Question, words: str, key: str, said: object) -> object:
    options = list(PASSES if asked.kind == PASS_FAIL else asked.options)
    if len(options) <= _MOST_PILLS:
        return st.pills(words, options, default=said, key=key, format_func=plain)
    place = options.index(str(said)) if said in options else None
    return st.selectbox(words, options, index=place, key=key, format_func=plain)
