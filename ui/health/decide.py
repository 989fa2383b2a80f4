"""What somebody decides on what Health found of a model, and the sign that it was recorded."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import streamlit as st

from health.alarms.decisions import ENDING, decide
from health.alarms.evidence import evidence_of, is_to_decide, normal_of
from health.alarms.wording import decision_words
from health.baselines import in_words
from health.drift.wording import OWN_REFERENCE
from health.kept_standings import look_again
from health.overview import Look
from health.reference import compared_from
from mds_client.errors import MdsError
from ui import session
from ui.announced import announce
from ui.health import parts, refusals
from ui.health.address import Chosen
from ui.text import plain

_OPTIONS = {
    "acknowledged": "I'll take care of it",
    "snoozed": "Put it off for 7 days",
    "accepted": "Accept as the new normal",
    "closed": "Close it",
}
_DAYS_OFF = 7
_REFUSED = "health_decision_refused"
_RECORDED = "health_recorded"  # the id of the decision that this session recorded last


def draw(look: Look, chosen: Chosen) -> None:
    """All that can be decided, where something was found; else the new normal alone, in a quieter place."""
    if is_to_decide(look):
        with st.popover("Decide", icon=":material/gavel:"):
            _draw_decision(look, chosen)
    else:
        with st.popover("Accept as normal", type="tertiary"):
            st.markdown(
                "There is nothing to decide on. How the model is now can become its normal."
            )
            _draw_rest(look, chosen, "accepted")


def draw_recorded(look: Look) -> None:
    """What this session decided last, as long as it is the newest decision on the model."""
    if words := _recorded(look):
        st.success(plain(words), icon=":material/check:")
    recorded = st.session_state[_RECORDED] if words else ""
    announce("health_decision", recorded, None, words)


def _recorded(look: Look) -> str:
    newest = look.steps[0] if look.steps else None
    is_own = newest is not None and newest.id == st.session_state.get(_RECORDED, "")
    return f"Recorded. {decision_words(newest)}" if newest and is_own else ""


def _draw_decision(look: Look, chosen: Chosen) -> None:
    decision = st.radio(
        "What do you decide?",
        list(_OPTIONS),
        format_func=_OPTIONS.__getitem__,
        key="health_decision",
    )
    _draw_rest(look, chosen, decision or "acknowledged")


def _draw_rest(look: Look, chosen: Chosen, decision: str) -> None:
    """The reason, what follows from it, and the button."""
    reason = st.text_input("Why?", key="health_reason", help="Needed to close it.")
    if decision in ENDING:
        st.caption(_consequences(look, is_accepted=decision == "accepted"))
    place = f"{chosen.server}/{chosen.model} {decision} {reason}"
    if words := _recorded(look):
        st.success(plain(words), icon=":material/check:")
    if st.button("Record the decision", type="primary", key="health_decide"):
        _decide(look, chosen, decision, reason or "", place)
    refusals.draw(_REFUSED, place)


def _consequences(look: Look, *, is_accepted: bool) -> str:
    """What is compared with what once it is accepted, or closed."""
    normal = normal_of(look, datetime.now(UTC).date())
    lines: list[str] = []
    if is_accepted:
        day = in_words(compared_from(datetime.now(UTC)).date())
        lines.append(f"From {day} on, inputs will be compared with those that come after today.")
        if chosen := look.drift_reference.chosen:
            lines.append(f"That takes the place of {chosen.words}.")
    else:
        lines.append("Only inputs from now on count as new; what they are compared with stays.")
    if is_accepted and normal.n:
        of = f"since {in_words(normal.since)}" if normal.since else "of the last weeks"
        lines.insert(0, f"The baseline will be {normal.right} of {normal.n} checked cases {of}.")
    if look.detections:
        lines.append(OWN_REFERENCE)
    return " ".join(lines)


def _decide(look: Look, chosen: Chosen, decision: str, reason: str, place: str) -> None:
    try:
        made = decide(
            session.services().sessions,
            server=chosen.server,
            model=chosen.model,
            person=session.person(),
            decision=decision,
            reason=reason,
            days=_DAYS_OFF,
            evidence=evidence_of(look, parts.titles(chosen)),
            normal=normal_of(look, datetime.now(UTC).date()),
        )
    except MdsError as error:
        refusals.keep(_REFUSED, place, error)
    else:
        st.session_state[_RECORDED] = made.id
        with suppress(MdsError):  # a job looks within five minutes
            running = session.services()
            look_again(
                running.figures,
                chosen.server,
                chosen.model,
                titles=running.field_titles,
                units=running.answer_unit,
            )
        st.rerun()
