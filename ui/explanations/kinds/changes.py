"""Suggested changes: what would have to be otherwise, and what the model then says."""

from __future__ import annotations

import hashlib

import streamlit as st

from explanations.contract import Change, Explanation, Suggestion
from explanations.counterfactuals.suggestions import SO_FAR
from explanations.differences import moved
from mds_client.signature import Values
from ui import session
from ui.text import percent, plain

KINDS = ("changes",)
# A search gives the smallest first.
_RANKS = ("Smallest", "Next smallest", "Another way")


def draw(explanation: Explanation, values: Values) -> None:
    """What was wanted and allowed, then each suggestion with the way to try it."""
    st.caption(plain(" · ".join(explanation.conditions)))
    for index, suggestion in enumerate(explanation.suggestions):
        with st.container(border=True):
            if len(explanation.suggestions) > 1:
                st.markdown(f"**{_RANKS[min(index, len(_RANKS) - 1)]}**")
            _draw_suggestion(explanation, suggestion)
            # What a search says on its way is drawn anew all the time: a press would be lost.
            if not explanation.note.endswith(SO_FAR):
                _draw_way_to_scenario(_key(explanation, index), suggestion, values)


def _draw_way_to_scenario(key: str, suggestion: Suggestion, values: Values) -> None:
    if st.button("Try these values", key=key, icon=":material/tune:"):
        changes = {change.field: change.value for change in suggestion.changes}
        st.session_state[session.SUGGESTED] = {**values, **changes}
        st.rerun()


def _draw_suggestion(explanation: Explanation, suggestion: Suggestion) -> None:
    st.markdown("\n".join(f"- {change_words(change)}" for change in suggestion.changes))
    st.markdown(f"The model then answers **{plain(answer_after(explanation, suggestion))}**")


def change_words(change: Change) -> str:
    """One change, before and after, as Markdown."""
    return f"{plain(change.title)}: {plain(change.before_text)} → **{plain(change.after_text)}**"


def answer_after(explanation: Explanation, suggestion: Suggestion) -> str:
    """What the model answers, and how far its number went."""
    target, before = explanation.target, explanation.prediction
    if before is None or target.kind == "agreement":
        return suggestion.headline
    went = moved(target, before, suggestion.number)
    if target.kind == "probability":
        tie = ", almost a tie" if percent(suggestion.number) == percent(0.5) else ""
        return f"{suggestion.headline} ({target.answer} {went}{tie})"
    return f"{target.value_text(suggestion.number)} ({went})"


def _key(explanation: Explanation, index: int) -> str:
    digest = hashlib.sha256(explanation.to_json().encode()).hexdigest()[:16]
    return f"suggestion_{digest}_{index}"
