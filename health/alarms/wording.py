"""What somebody decided on what Health found, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from db.health_alarms import ALARM_KINDS
from db.health_decisions import DecisionView
from health.alarms.decisions import ENDING, accepted, closed
from health.baselines import days_words, in_words, of_versions
from health.findings import Status
from health.reference import Reference, compared_from


def person_words(step: DecisionView) -> str:
    """`olga (operator)`: who decided, with the role where that was kept."""
    role = role_of(step)
    return f"{step.person} ({role})" if role else step.person


def role_of(step: DecisionView) -> str:
    """In which role somebody decided; empty where that was not kept."""
    role = step.evidence.get("role")
    return role if isinstance(role, str) else ""


def decision_words(step: DecisionView) -> str:
    """One step as a line of the record: when, who, what, and why."""
    at = f"{step.created_at:%-d %B %Y %H:%M} UTC"
    why = f" Why: {step.reason}" if step.reason else ""
    return f"{at}: {person_words(step)} {_done(step)}.{why}"


def _done(step: DecisionView) -> str:
    if step.action == "accepted":
        return f"accepted its state as normal{_accepted(step)}"
    if step.action == "snoozed" and step.snoozed_until:
        return f"put it off until {in_words(step.snoozed_until.date())}"
    return "takes care of it" if step.action == "acknowledged" else "closed what was found"


def _accepted(step: DecisionView) -> str:
    """What is compared with what, since then."""
    checked = ""
    if step.baseline_n:
        checked = (
            f": {step.baseline_right} of {step.baseline_n} checked answers{_of_which(step)} right"
        )
    since, day = (in_words(at.date()) for at in (step.created_at, compared_from(step.created_at)))
    return f"{checked}. From {day} on, inputs are compared with those since {since}"


def _of_which(step: DecisionView) -> str:
    """` of version v2, 16 November to 1 December,`, as far as it was kept."""
    baseline, since = accepted([step]), step.evidence.get("checked_since")
    day = (
        f", {days_words(date.fromisoformat(since), step.created_at.date())},"
        if since and isinstance(since, str)
        else ""
    )
    return f"{of_versions(baseline.checked) if baseline else ''}{day}"


def newest_words(steps: Sequence[DecisionView], status: Status) -> str:
    """The newest of the steps, which come first; what ended an alarm came before any alarm of now. Empty without a step, and where the
    sentence of the status tells of it."""
    ending = closed(steps)
    if not steps or (ending and steps[0].action == "closed" and ending.words in status.sentence):
        return ""
    step, on = steps[0], in_words(steps[0].created_at.date())
    who, why = person_words(step), f": {step.reason}" if step.reason else ""
    is_found = any(each.kind in ALARM_KINDS for each in status.findings)
    if step.action in ENDING and is_found:
        what = (
            "closed another alarm" if step.action == "closed" else "accepted how it was as normal"
        )
        return f"On {on}, before this began, {who} {what}{why}."
    words = {
        "acknowledged": f"has taken care of it since {on}",
        "snoozed": f"put it off on {on}",
        "accepted": f"accepted the state of {on} as normal",
        "closed": f"closed it on {on}",
    }
    return f"{who} {words[step.action]}{why}."


def reference_words(reference: Reference, steps: Sequence[DecisionView]) -> str:
    """With what the newest inputs are compared: what somebody chose, or the first cases since somebody accepted how it was in one of the
    steps, or the first."""
    if reference.chosen:
        return reference.chosen.words
    accepted = reference.accepted
    if accepted is None:
        return "the first cases"
    person = next((each.person for each in steps if each.created_at == accepted), "somebody")
    return f"the first cases after {person} accepted the state of {in_words(accepted.date())}"
