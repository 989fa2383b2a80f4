"""The word for a model, why, and what to do: the first thing on Health; and what somebody decides on it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from html import escape

import streamlit as st

from health.alarms.decisions import ENDING, decide
from health.alarms.evidence import evidence_of, normal_of
from health.alarms.wording import newest_words
from health.baselines import in_words
from health.kept_standings import look_again
from health.overview import DAYS, Look, Standing
from health.reference import compared_from
from health.status import Status, checks_for
from mds_client.errors import MdsError
from ui import errors, model_titles, session
from ui.health import address, alarms, parts, report, to_check
from ui.health.address import Chosen

ICONS = {
    "Healthy": "✓",
    "Watch": "◉",
    "Act": "!",
    "Not enough evidence": "?",
}
_STYLE = """<style>
.word { --ink: light-dark(#475467, #b6c0d0); --paper: light-dark(#edf0f5, #232c3c); border-radius: 12px;
  border: 1px solid var(--ink); background: var(--paper); color: light-dark(#141a26, #e9edf5); padding: 20px 24px;
  display: grid; grid-template-columns: auto 1fr; gap: 4px 24px; align-items: center; }
.word b.name { color: var(--ink); font-size: 36px; line-height: 1.2; font-weight: 700; }
.word p { margin: 0; font-size: 18px; line-height: 1.45; max-width: 86ch; }
.word p.next { grid-column: 2; font-size: 16px; }
.word.Healthy { --ink: light-dark(#0b6b3a, #6fd39c); --paper: light-dark(#e6f4ec, #12301f); }
.word.Watch { --ink: light-dark(#7a4b00, #f3c667); --paper: light-dark(#fdf2d8, #35290d); }
.word.Act { --ink: light-dark(#b42318, #ff9c92); --paper: light-dark(#fdeceb, #3d1a18); }
.word-row { display: grid; grid-template-columns: minmax(140px, 220px) 1fr; gap: 2px 16px; padding: 12px 0;
  border-bottom: 1px solid light-dark(#d5dae4, #364055); align-items: baseline; }
.word-row .chip { display: inline-block; font-weight: 700; font-size: 16px; border-radius: 7px; padding: 2px 10px;
  color: var(--ink); background: var(--paper); --ink: light-dark(#475467, #b6c0d0); --paper: light-dark(#edf0f5, #232c3c); }
.word-row .Healthy { --ink: light-dark(#0b6b3a, #6fd39c); --paper: light-dark(#e6f4ec, #12301f); }
.word-row .Watch { --ink: light-dark(#7a4b00, #f3c667); --paper: light-dark(#fdf2d8, #35290d); }
.word-row .Act { --ink: light-dark(#b42318, #ff9c92); --paper: light-dark(#fdeceb, #3d1a18); }
.word-row a { color: light-dark(#1d4ed8, #8db4ff); font-weight: 600; }
.word-row span.why { font-size: 16px; max-width: 86ch; }
@media (max-width: 640px) { .word, .word-row { grid-template-columns: 1fr; } .word p.next { grid-column: 1; } }
</style>"""


def draw(look: Look, chosen: Chosen) -> None:
    """The word in a coloured box, the buttons that go with it, and what was decided."""
    status = look.standing.status
    kind = status.word.split(" ")[0]
    next_step = f'<p class="next">{escape(status.action)} {escape(_newest(look))}</p>'
    st.html(
        f'{_STYLE}<section class="word {kind}" aria-label="Condition of the model">'
        f'<b class="name">{ICONS[status.word]} {status.word}</b><p>{_put_off(look.standing)}{escape(status.sentence)}</p>{next_step}</section>'
    )
    if not chosen.is_of_the_word:
        st.caption(
            f"The word is about all cases of the last {DAYS} days, the figures below are about what is chosen above."
        )
    with st.container(horizontal=True, key="health_actions"):
        _draw_link(status, chosen, checks_for(look.standing.accuracy))
        if session.services().scope.reviews(chosen.server, chosen.model):
            with st.popover("Decide", icon=":material/gavel:"):
                _draw_decision(look, chosen)
        report.draw(chosen)
    alarms.draw(look)


def draw_all(standings: list[Standing]) -> None:
    """A line for each model, what needs somebody first."""
    named = model_titles.of_models((each.server, each.model) for each in standings)
    st.html(_STYLE + "".join(_line(s, named[s.server, s.model]) for s in standings))


def _line(standing: Standing, title: str) -> str:
    status = standing.status
    name = f"{standing.server}/{standing.model}"
    owner = f" {escape(standing.owner)} takes care of it." if standing.owner else ""
    link = f'<a href="health?{address.MODEL}={escape(name)}" target="_self">{escape(title)}</a>'
    word = (
        f'<span class="chip {status.word.split(" ")[0]}">{ICONS[status.word]} {status.word}</span>'
    )
    why = f'<span class="why">{link}: {_put_off(standing)}{escape(status.sentence)} {escape(status.action)}{owner}</span>'
    return f'<div class="word-row"><div>{word}</div>{why}</div>'


def _put_off(standing: Standing) -> str:
    return f"<strong>{escape(standing.put_off)}</strong> " if standing.put_off else ""


def _draw_link(status: Status, chosen: Chosen, needed: int) -> None:
    """Where the next thing is done."""
    kinds = {finding.kind: finding for finding in status.findings}
    today = datetime.now(UTC).date()
    if found := kinds.get("accuracy"):
        days = {"days": f"{found.since}..{today}"} if found.since else {}
        st.link_button(
            "See the wrong answers", chosen.cases(judgement="incorrect", **days), type="primary"
        )
    elif found := kinds.get("errors"):
        days = {"days": f"{found.since}..{today}"} if found.since else {}
        st.link_button(
            "See the requests that failed", chosen.cases(state="failed", **days), type="primary"
        )
    elif "inputs" in kinds:
        days = {"days": f"{today - timedelta(days=13)}..{today}"}
        st.link_button("See the newest cases", chosen.cases(**days), type="primary")
    if "quiet" not in kinds:
        to_check.draw(needed, chosen)


def _newest(look: Look) -> str:
    return newest_words(look.steps, look.standing.status)


def _draw_decision(look: Look, chosen: Chosen) -> None:
    """What can be decided, with the reason."""
    options = {
        "acknowledged": "I'll take care of it",
        "snoozed": "Put it off for 7 days",
        "accepted": "Accept as the new normal",
        "closed": "Close it",
    }
    decision = st.radio(
        "What do you decide?", list(options), format_func=options.__getitem__, key="health_decision"
    )
    reason = st.text_input("Why?", key="health_reason", help="Needed to close it.")
    if decision in ENDING:
        _draw_consequences(look, is_accepted=decision == "accepted")
    if st.button("Record the decision", type="primary", key="health_decide"):
        _decide(look, chosen, decision or "acknowledged", reason or "")


def _draw_consequences(look: Look, *, is_accepted: bool) -> None:
    """What is compared with what once it is accepted, or closed."""
    normal = normal_of(look, datetime.now(UTC).date())
    lines: list[str] = []
    if is_accepted:
        day = in_words(compared_from(datetime.now(UTC)).date())
        lines.append(f"From {day} on, inputs will be compared with those that come after today.")
    else:
        lines.append("Only inputs from now on count as new; what they are compared with stays.")
    if is_accepted and normal.n:
        of = f"since {in_words(normal.since)}" if normal.since else "of the last weeks"
        lines.insert(0, f"The baseline will be {normal.right} of {normal.n} checked cases {of}.")
    if any(each.is_drift for each in look.detections):
        lines.append(
            "A deployed detector keeps its own reference: what it finds next is told again."
        )
    st.caption(" ".join(lines))


def _decide(look: Look, chosen: Chosen, decision: str, reason: str) -> None:
    try:
        decide(
            session.services().sessions,
            server=chosen.server,
            model=chosen.model,
            person=session.person(),
            decision=decision,
            reason=reason,
            days=7,
            evidence=evidence_of(look, parts.titles(chosen)),
            normal=normal_of(look, datetime.now(UTC).date()),
        )
    except MdsError as error:
        errors.show(error)
    else:
        with suppress(MdsError):  # a job looks within five minutes
            running = session.services()
            look_again(running.figures, chosen.server, chosen.model, titles=running.field_titles)
        st.rerun()
