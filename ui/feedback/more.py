"""What may be said beside a judgement: why, how sure, and in words. It opens with what was said, and stays as it was said
until the person says something else."""

from __future__ import annotations

import streamlit as st

from feedback.submission import FeedbackView
from feedback.wording import confidence_in_words, confidences, reasons_for
from ui.text import plain


def draw_reason(kind: str, judgement: str, said: FeedbackView | None, key: str) -> str:
    """Why an answer of this kind is wrong. A reason that was said and is none of these is one more to pick, also where
    the answer is said to be right."""
    own = said.reason if said and said.judgement == judgement else ""
    offered = reasons_for(kind) if judgement == "incorrect" else ()
    options = list(dict.fromkeys([*offered, *([own] if own else [])]))
    if not options:
        return ""
    _begin_with(key, own or None)
    label = "What was wrong?" if judgement == "incorrect" else "Why?"
    return st.pills(label, options, key=key, format_func=plain) or ""


def draw_confidence(label: str, said: FeedbackView | None, key: str) -> float | None:
    """How sure somebody is, in three words, and exactly where they said it so; None where they do not say."""
    before = said.confidence if said else None
    shares = confidences(before)
    _begin_with(key, confidence_in_words(before))
    word = st.segmented_control(label, list(shares), key=key)
    return shares[word] if word else None


def draw_comment(label: str, said: FeedbackView | None, key: str, height: int) -> str:
    """A comment. Its box has no limit of its own: Streamlit's would drop a longer one without a word."""
    before = said.comment if said else ""
    return st.text_area(label, value=before, key=key, height=height) or ""


def _begin_with(key: str, value: object) -> None:
    if key not in st.session_state:
        st.session_state[key] = value
