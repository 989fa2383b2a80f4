"""The word for a model, why, and what to do: the first thing on Health."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape

import streamlit as st

from health.alarms.wording import newest_words
from health.error_sizes import full_sentence
from health.overview import Look
from health.reference import RECENT_DAYS
from health.sentences import first_and_rest, lead_words
from health.standing import DAYS, Standing
from health.status import Status
from health.to_check import ToCheck
from ui import model_titles, session
from ui.cases.counted import FAILED
from ui.cases.titles import unit_of
from ui.health import address, alarms, decide, report, to_check, wrong_answers
from ui.health.address import Chosen
from ui.health.wrong_answers import WrongAnswers

ICONS = {
    "Healthy": "✓",
    "Watch": "◉",
    "Act": "!",
    "Not enough evidence": "?",
}
_LONG = 160  # letters: what follows the first sentence is folded, as in the list of all models
_STYLE = """<style>
.word { --ink: light-dark(#475467, #b6c0d0); --paper: light-dark(#edf0f5, #232c3c); border-radius: 12px;
  border: 1px solid var(--ink); background: var(--paper); color: light-dark(#141a26, #e9edf5); padding: 20px 24px;
  display: grid; grid-template-columns: auto 1fr; gap: 4px 24px; align-items: center; }
.word b.name { color: var(--ink); font-size: 36px; line-height: 1.2; font-weight: 700; }
.word p { margin: 0; font-size: 18px; line-height: 1.45; max-width: 86ch; }
.word p.more, .word p.next, .word details { grid-column: 2; font-size: 16px; }
.word details p { font-size: 16px; }
.word summary { cursor: pointer; }
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
.word-row details { font-size: 16px; max-width: 86ch; margin-top: 4px; }
.word-row summary { cursor: pointer; color: light-dark(#475467, #b6c0d0); }
@media (max-width: 640px) { .word, .word-row { grid-template-columns: 1fr; } .word p.more, .word p.next, .word details { grid-column: 1; } }
</style>"""


def draw(look: Look, chosen: Chosen) -> None:
    """The word in a coloured box, the buttons that go with it, and what was decided."""
    status = look.standing.status
    kind = status.word.split(" ")[0]
    first, rest = first_and_rest(_sentence(look))
    more = f'<p class="more">{escape(rest)}</p>' if rest else ""
    if len(rest) > _LONG:
        more = f"<details><summary>All of it</summary><p>{escape(rest)}</p></details>"
    next_step = f'<p class="next">{escape(status.action)} {escape(_newest(look))}</p>'
    st.html(
        f'{_STYLE}<section class="word {kind}" aria-label="Condition of the model">'
        f'<b class="name">{ICONS[status.word]} {status.word}</b><p>{_put_off(look.standing)}{escape(first)}</p>{more}{next_step}</section>'
    )
    if not chosen.is_of_the_word:
        st.caption(
            f"The word is about all cases of the last {DAYS} days, the figures below are about what is chosen above."
        )
    fall = next((each for each in status.findings if each.kind == "accuracy"), None)
    wrong = wrong_answers.found(fall, chosen) if fall else None
    with st.container(horizontal=True, key="health_actions"):
        _draw_link(status, wrong, chosen, look.to_check)
        if session.services().scope.reviews(chosen.server, chosen.model):
            decide.draw(look, chosen)
        report.draw(chosen)
    decide.draw_recorded(look)
    if wrong and (reason := wrong_answers.why(wrong)):
        st.markdown(reason)
    alarms.draw(look)


def draw_all(standings: list[Standing]) -> None:
    """A line for each model, what needs somebody first."""
    named = model_titles.of_models((each.server, each.model) for each in standings)
    st.html(_STYLE + "".join(_line(s, named[s.server, s.model]) for s in standings))


def _line(standing: Standing, title: str) -> str:
    status = standing.status
    name = f"{standing.server}/{standing.model}"
    sentence = full_sentence(standing, session.services().answer_unit)
    cares = (
        f" {escape(standing.acknowledged_by)} takes care of it." if standing.acknowledged_by else ""
    )
    link = f'<a href="health?{address.MODEL}={escape(name)}" target="_self">{escape(title)}</a>'
    word = (
        f'<span class="chip {status.word.split(" ")[0]}">{ICONS[status.word]} {status.word}</span>'
    )
    lead = lead_words(sentence, status.findings)
    why = f'<span class="why">{link}: {_put_off(standing)}<b>{escape(lead)}</b> {_action(standing)}{cares}</span>'
    more = f"<details><summary>All of it</summary>{escape(sentence)}</details>"
    return f'<div class="word-row"><div>{word}</div><div>{why}{more if lead != sentence else ""}</div></div>'


def _action(standing: Standing) -> str:
    """What to do next; a link to the cases to check, for who sees them all."""
    status, scope = standing.status, session.services().scope
    if not (status.to_check and scope.reviews(standing.server, standing.model)):
        return escape(status.action)
    check, dot, later = status.action.partition(". ")
    link = to_check.address(address.of_word(standing.server, standing.model))
    return f'<a href="{escape(link)}" target="_self">{escape(check)}</a>{dot}{escape(later)}'


def _put_off(standing: Standing) -> str:
    return f"<strong>{escape(standing.put_off)}</strong> " if standing.put_off else ""


def _draw_link(status: Status, wrong: WrongAnswers | None, chosen: Chosen, needed: ToCheck) -> None:
    """Where the next thing is done."""
    kinds = {finding.kind: finding for finding in status.findings}
    today, every = datetime.now(UTC).date(), chosen.every
    if wrong:
        wrong_answers.draw(wrong)
    elif failing := kinds.get("errors"):
        days = {"days": f"{failing.since}..{today}"} if failing.since else {}
        link = every.cases(counted=FAILED, **days)
        st.link_button("See the requests that failed", link, type="primary")
    elif "inputs" in kinds:
        days = {"days": f"{today - timedelta(days=RECENT_DAYS - 1)}..{today}"}
        st.link_button("See the newest cases", every.cases(**days), type="primary")
    if "quiet" not in kinds:
        to_check.draw(needed, chosen)


def _sentence(look: Look) -> str:
    """Why, with the size of the errors of numbers where the figures are of the same cases as the word."""
    return full_sentence(look.standing, unit_of)


def _newest(look: Look) -> str:
    return newest_words(look.steps, look.standing.status)
