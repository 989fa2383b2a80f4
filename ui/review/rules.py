"""The rules of a model: which cases come to its reviewers, and what they are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from feedback.review_filling import fill
from feedback.review_queue import ReviewFilter
from feedback.review_rules import Rules, rules_of, set_rules
from mds_client.errors import MdsError
from ui import errors, session
from ui.model_choice import titles_of
from ui.review import models, questions
from ui.session import services

# The rules by their names, as the form has them: those that are on or off, shares in percent, and whole numbers with the
# least and the most of each.
_ON = {
    "audit": "Those drawn at random for a check",
    "flagged": "All answers that somebody calls wrong",
    "versions": "Where another version answered differently",
    "unlike": "Inputs unlike all earlier ones",
}
_SHARES = {
    "uncertain_below": "Answers with a probability below (%), 0 for none",
    "rest_share": "A random share of the rest (%)",
    "second_share": "Read again by a second reviewer, blind (%)",
    "first_share": "People answer first on Predict, before the model (%)",
}
_WHOLE = {
    "truth_days": ("Days until a truth is overdue, 0 for never", 0, 365),
    "days": ("Days that a case waits", 1, 365),
    "lease_minutes": ("Minutes that an opened case is reserved", 1, 120),
}


def draw(wanted: ReviewFilter) -> None:
    """A button that opens them."""
    box = st.popover("Rules", icon=":material/rule:", key="review_rules", on_change="rerun")
    if not box.open:
        return
    with box:
        reviewed = models.reviewed()
        if not reviewed:
            st.caption("You review no model that is deployed.")
            return
        chosen = f"{wanted.server}/{wanted.model}"
        titles = titles_of(reviewed)
        model = st.selectbox(
            "Model",
            reviewed,
            index=reviewed.index(chosen) if chosen in reviewed else 0,
            key="review_rules_model",
            format_func=lambda name: titles.get(name, name),
        )
        server, _, name = model.partition("/")
        _draw_form(server, name, rules_of(services().sessions, server, name))


def _draw_form(server: str, model: str, now: Rules) -> None:
    key = f"review_rules_{server}_{model}"
    with st.form(key, border=False):
        instructions = st.text_area(
            "Instructions, shown above each case",
            value=now.instructions,
            key=f"{key}_instructions",
            height=80,
        )
        st.markdown("**Which cases**")
        given: dict[str, Any] = _draw_choices(now, key)
        asked = questions.draw(now.questions, f"{key}_questions")
        told = st.container()  # above the button, in sight of who presses it
        if st.form_submit_button("Keep the rules", type="primary"):
            given |= {"instructions": instructions or "", "questions": asked}
            with told:
                _keep(server, model, replace(now, **given))


def _draw_choices(now: Rules, key: str) -> dict[str, bool | float | int]:
    """What comes into the queue, which shares of it, and for how long; by the names of the rules."""
    on = {
        name: st.checkbox(words, value=getattr(now, name), key=f"{key}_{name}")
        for name, words in _ON.items()
    }
    shares = {
        name: _percent(words, getattr(now, name), f"{key}_{name}")
        for name, words in _SHARES.items()
    }
    whole = {
        name: _whole(words, getattr(now, name), least, most, f"{key}_{name}")
        for name, (words, least, most) in _WHOLE.items()
    }
    return {**on, **shares, **whole}


def _whole(words: str, value: int, least: int, most: int, key: str) -> int:
    return int(st.number_input(words, value=value, min_value=least, max_value=most, key=key))


def _percent(words: str, share: float, key: str) -> float:
    value = st.number_input(
        words, value=round(share * 100, 1), min_value=0.0, max_value=100.0, step=1.0, key=key
    )
    return float(value) / 100


def _keep(server: str, model: str, rules: Rules) -> None:
    """Keep them and fill the queue anew, or say why not with everything still in the form."""
    found = services()
    try:
        set_rules(found.sessions, server=server, model=model, rules=rules, person=session.person())
        fill(found.sessions)
    except MdsError as error:
        errors.show(error)
        return
    st.toast("The rules are kept.", icon=":material/check:")
    st.rerun()
