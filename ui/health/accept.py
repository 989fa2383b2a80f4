"""Accepting how a model is as its normal: what that would be, and the question whether to, which records exactly what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from health.baselines import in_words
from health.drift.wording import OWN_REFERENCE
from health.normal import Normal
from health.overview import Look
from health.reference import compared_from
from ui import model_titles
from ui.health.address import Chosen
from ui.text import plain

_ASKED = "health_to_accept"


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What somebody is asked about: of which model, and what would be its normal."""

    of: tuple[str, str]
    normal: Normal


def draw(look: Look, chosen: Chosen, reason: str, record: Callable[[Normal], None]) -> None:
    """What would be accepted, and a button; once that is pressed, the question, whose button records what it says. Without a `reason` it
    asks for one, and the question stays."""
    asked: _Asked | None = st.session_state.get(_ASKED)
    if asked is None or asked.of != (chosen.server, chosen.model):
        st.markdown(plain(_baseline_words(look.normal)))
        _draw_doubt(look.normal)
        st.caption(plain(_inputs_words(look)))
        st.button(
            "Accept as normal …",
            type="primary",
            key="health_decide",
            on_click=_ask,
            args=(_Asked(of=(chosen.server, chosen.model), normal=look.normal),),
        )
        return
    title = model_titles.of_model(chosen.server, chosen.model)
    words = asked.normal.words or _baseline_words(asked.normal)
    st.markdown(f"**Accept this as the normal of {plain(title)}?**  \n{plain(words)}")
    _draw_doubt(asked.normal)
    missing = st.empty()  # above the buttons: below them it would be out of sight
    with st.container(horizontal=True):
        is_sure = st.button("Yes, accept it", type="primary", key="health_accept")
        st.button("Not now", key="health_accept_not", on_click=forget)
    if is_sure and not reason.strip():
        missing.error("Say above why it becomes the normal. Nothing was recorded.")
    elif is_sure:
        forget()
        record(asked.normal)


def forget() -> None:
    """Ask no more."""
    st.session_state.pop(_ASKED, None)


def _ask(asked: _Asked) -> None:
    st.session_state[_ASKED] = asked


def _draw_doubt(normal: Normal) -> None:
    if normal.doubt:
        st.warning(plain(normal.doubt), icon=":material/warning:")


def _baseline_words(normal: Normal) -> str:
    if not normal.baseline.n:
        return "No drawn case is checked, so there is no baseline of right answers to accept."
    return f"The baseline will be {normal.words}"


def _inputs_words(look: Look) -> str:
    """What inputs are compared with once it is accepted."""
    day = in_words(compared_from(datetime.now(UTC)).date())
    lines = [f"From {day} on, inputs will be compared with those that come after today."]
    if chosen := look.drift_reference.chosen:
        lines.append(f"That takes the place of {chosen.words}.")
    if look.detections:
        lines.append(OWN_REFERENCE)
    return " ".join(lines)
