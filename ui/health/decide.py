"""What somebody decides on what Health found of a model, and the sign that it was recorded."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from health.alarms.decisions import decide
from health.alarms.evidence import evidence_of, is_to_decide
from health.alarms.wording import decision_words
from health.drift.wording import OWN_REFERENCE
from health.kept_standings import look_again
from health.normal import Normal
from health.overview import Look
from mds_client.errors import MdsError
from ui import session
from ui.announced import announce
from ui.health import accept, parts, refusals
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
    why = "Why?" if decision in ("closed", "accepted") else "Why? (optional)"
    reason = st.text_input(why, key="health_reason", help="Needed to accept or close it.") or ""
    place = f"{chosen.server}/{chosen.model} {decision} {reason}"
    if words := _recorded(look):
        st.success(plain(words), icon=":material/check:")
    if decision == "accepted":
        accept.draw(
            look, chosen, reason, lambda normal: _decide(look, chosen, decision, reason, normal)
        )
    else:
        accept.forget()
        if decision == "closed":
            st.caption(_closing_words(look))
        if st.button("Record the decision", type="primary", key="health_decide"):
            _decide(look, chosen, decision, reason)
    refusals.draw(_REFUSED, place)


def _closing_words(look: Look) -> str:
    """What counts once it is closed."""
    words = (
        "Only inputs from now on count as new; what they are compared with stays. Answers and failures until now no longer count for the "
        "word: what goes on is found anew only once enough is known of what comes after, and until then it is *Not enough evidence*."
    )
    return f"{words} {OWN_REFERENCE}" if look.detections else words


def _decide(
    look: Look, chosen: Chosen, decision: str, reason: str, normal: Normal | None = None
) -> None:
    try:
        made = decide(
            session.services().sessions,
            server=chosen.server,
            model=chosen.model,
            person=session.person(),
            decision=decision,
            reason=reason,
            days=_DAYS_OFF,
            evidence=evidence_of(look, parts.titles(chosen), normal),
            normal=normal.baseline if normal else None,
        )
    except MdsError as error:
        refusals.keep(_REFUSED, f"{chosen.server}/{chosen.model} {decision} {reason}", error)
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
