"""Which cases are reviewed: each choice stands in the address, and as a chip that takes it away again."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from feedback.review_queue import ReviewFilter
from feedback.review_rules import REASONS
from ui import model_choice, unknown_choices
from ui.cases import filters
from ui.cases.counted import UNCHECKED
from ui.model_titles import of_model
from ui.text import plain

MODEL, REASON = model_choice.KEY, "reason"
# A bound box stands in the address as it is read.
_KEYS = {label: reason for reason, label in REASONS.items()}


def draw(counts: Mapping[tuple[str, str, str], int]) -> ReviewFilter:
    """The choices among what waits, by server, model and reason; and what they leave."""
    models = dict.fromkeys(f"{server}/{model}" for server, model, _ in counts)
    reasons = {reason for *_, reason in counts}
    unknown_choices.note(REASON, _KEYS)
    unread = dict.fromkeys(filters.unread(), "Cases")
    unknown_choices.draw(
        unknown_choices.noted({REASON: ""}) | filters.unread(), {REASON: "Reason", **unread}
    )
    cases = filters.of_health()
    with st.container(horizontal=True, vertical_alignment="bottom", key="review_choices"):
        model = model_choice.choose(
            _with_known(MODEL, list(models)),
            placeholder="any",
            width=240,
            on_change=filters.forget_of_health,
        )
        label = _choose("Reason", REASON, [REASONS[each] for each in REASONS if each in reasons])
        server, _, name = model.partition("/")
        if model:
            _draw_chip(MODEL, of_model(server, name))
        if label:
            _draw_chip(REASON, label)
        filters.draw_of_health(cases, model)
    return ReviewFilter(
        server=server,
        model=name,
        reason=_KEYS.get(label, ""),
        cases=filters.filter_of({MODEL: model, **cases}) if cases else None,
    )


def asked_for() -> tuple[tuple[str, str], ...]:
    """What the address says of drawn cases to check, which come before who asks whatever the rules say; empty where it says nothing."""
    cases, model = filters.of_health(), st.query_params.get(MODEL, "")
    is_of_checks = model and cases.get(filters.ON_HEALTH) == UNCHECKED
    return tuple({MODEL: model, **cases}.items()) if is_of_checks else ()


def _with_known(key: str, options: list[str]) -> list[str]:
    """These, and what the address says though nothing of it waits any more."""
    known = st.session_state.get(key) or st.query_params.get(key)
    if known and known not in options and (key == MODEL or known in _KEYS):
        return [*options, known]
    return options


def _choose(label: str, key: str, options: list[str]) -> str:
    picked = st.selectbox(
        label,
        _with_known(key, options),
        index=None,
        key=key,
        format_func=plain,
        placeholder="any",
        bind="query-params",
        width=240,
    )
    return picked or ""


def _draw_chip(name: str, value: str) -> None:
    st.button(
        plain(value),
        key=f"review_without_{name}",
        icon=":material/close:",
        help="Remove this filter",
        on_click=_take_away,
        args=(name,),
    )


def _take_away(name: str) -> None:
    st.session_state[name] = None
    if name == MODEL:
        filters.forget_of_health()
