"""The life of an alert: seen by somebody who takes care of it, put off until a day, accepted as the new normal, or closed.

What is kept with a decision (health/alarms/evidence.py) and the role of who decided stand in its `evidence`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import db.health_alarms
import db.health_decisions
import db.health_standings
from audit_log.chain import Record, append
from db.audit_log import MAIN
from db.engine import Sessions, reading, writing
from db.health_alarms import ALARM_KINDS
from db.health_decisions import ACTIONS, DecisionView
from db.health_references import ReferenceView
from db.ids import new_id as make_id
from db.ids import utc_now
from db.person import known
from db.scope import Scope, scope_of
from db.tables import SENTENCE
from health.baselines import Baseline
from health.chosen_reference import chosen_of
from health.closing import Closing
from health.reference import Reference
from mds_client.errors import MdsError
from people.errors import NotPermitted

__all__ = [
    "ACTIONS",
    "DecisionRefused",
    "DecisionView",
    "accepted",
    "acknowledged_by",
    "causes_then",
    "closed",
    "decide",
    "decisions",
    "found_then",
    "is_silent",
    "put_off_words",
    "reference_of",
]

MOST_SNOOZED = 90
# What ends an alarm, so that what comes after it is another one.
ENDING = ("accepted", "closed")


class DecisionRefused(MdsError):
    """The decision cannot be taken as it is."""

    kind = "decision_refused"


def decide(
    sessions: Sessions,
    *,
    server: str,
    model: str,
    person: str,
    decision: str,
    reason: str = "",
    days: int = 0,
    evidence: Mapping[str, object] | None = None,
    normal: Baseline | None = None,
    workspace: str = MAIN,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> DecisionView:
    """Record what somebody decides on what Health found of a model, with an entry of the trail.

    `decision` is one of ACTIONS; `days` is how long it is put off; `normal` what is accepted as the baseline, where a case is checked: inputs
    that changed, which the `evidence` tells of, can be accepted without. Raises DecisionRefused where something is missing, NotPermitted for who does not review the model, and StorageError.
    """
    reason = " ".join(reason.split())
    known_then = dict(evidence or {})
    _check(decision, reason, days, (normal, known_then))
    now = clock()
    baseline = normal if decision == "accepted" and normal and normal.n else None
    made = DecisionView(
        id=new_id(),
        server=server,
        model=model,
        person=known(person),
        created_at=now,
        action=decision,
        reason=reason,
        evidence=known_then,
        snoozed_until=now + timedelta(days=days) if decision == "snoozed" else None,
        baseline_right=baseline.right if baseline else None,
        baseline_n=baseline.n if baseline else None,
    )
    return _keep(sessions, made, workspace, clock)


def _keep(
    sessions: Sessions, made: DecisionView, workspace: str, clock: Callable[[], datetime]
) -> DecisionView:
    """With an entry of the trail; what ends an alarm ends it, and what was said of the model before is no longer so."""
    of = (made.server, made.model)
    with writing(sessions) as session:
        scope = scope_of(session)
        if not scope.reviews(*of):
            raise NotPermitted("Only people who review or operate the model can decide this.")
        evidence = {**made.evidence, "role": _role(scope, *of)}
        kept = db.health_decisions.add(session, replace(made, evidence=evidence))
        if made.action in ENDING:
            db.health_alarms.end_of_model(session, *of, ALARM_KINDS, made.created_at)
            db.health_standings.forget(session, *of)
        elif made.action == "acknowledged":
            db.health_standings.acknowledge(session, *of, made.person)
        append(
            session,
            f"health-{made.action}",
            [Record(kind="health", id=kept.id)],
            person=kept.person,
            workspace=workspace,
            clock=clock,
        )
    return kept


def decisions(sessions: Sessions, server: str, model: str) -> list[DecisionView]:
    """What was decided on a model, the newest first. Raises StorageError."""
    with reading(sessions) as session:
        return db.health_decisions.all_of(session, server, model)


def accepted(steps: Sequence[DecisionView]) -> Baseline | None:
    """The baseline that holds: the last that somebody accepted."""
    for step in steps:
        if step.action == "accepted" and step.baseline_n:
            return Baseline(
                right=step.baseline_right or 0,
                n=step.baseline_n,
                until=step.created_at.date(),
                is_accepted=True,
                checked=_checked(step),
            )
    return None


def _checked(step: DecisionView) -> dict[str, tuple[int, int]]:
    """(right, wrong) of each version, as it was kept with what was accepted."""
    kept = step.evidence.get("checked")
    found = kept.items() if isinstance(kept, Mapping) else ()
    return {
        str(version): (int(labels[0]), int(labels[1]))
        for version, labels in found
        if isinstance(labels, list | tuple) and len(labels) == 2
    }


def reference_of(steps: Sequence[DecisionView], chosen: ReferenceView | None = None) -> Reference:
    """With what inputs are compared after these decisions, the newest first, and what somebody chose last: whichever came later."""
    accepted = next((step.created_at for step in steps if step.action == "accepted"), None)
    ended = next((step.created_at for step in steps if step.action in ENDING), None)
    if chosen is None or (accepted and accepted > chosen.created_at):
        return Reference(accepted=accepted, ended=ended)
    return Reference(ended=ended, chosen=chosen_of(chosen))


def _role(scope: Scope, server: str, model: str) -> str:
    return "operator" if scope.operates(server, model) else "reviewer"


def found_then(step: DecisionView) -> tuple[str, ...]:
    """The kinds of what was found and went on when something was decided."""
    return _found_of(step.evidence)


def _found_of(evidence: Mapping[str, object]) -> tuple[str, ...]:
    kept = evidence.get("found")
    return tuple(map(str, kept)) if isinstance(kept, list | tuple) else ()


def causes_then(step: DecisionView) -> tuple[str, ...]:
    """What accounted for a fall when something was decided on it, in sentences."""
    kept = step.evidence.get("causes")
    return tuple(filter(None, map(str, kept))) if isinstance(kept, list | tuple) else ()


def closed(steps: Sequence[DecisionView]) -> Closing | None:
    """How the last alarm was closed, or what it showed accepted; `steps` are the newest first."""
    for step in steps:
        if step.action in ENDING:
            return Closing(
                person=step.person,
                at=step.created_at,
                reason=step.reason,
                is_accepted=step.action == "accepted",
                found=found_then(step),
            )
    return None


def acknowledged_by(steps: Sequence[DecisionView]) -> str:
    """Who last said that they take care of what goes on; empty where nobody did since the last was closed or accepted. `steps` are
    the newest first."""
    for step in steps:
        if step.action in ENDING:
            return ""
        if step.action == "acknowledged":
            return step.person
    return ""


def put_off_words(steps: Sequence[DecisionView], now: datetime) -> str:
    """`Put off until 6 December by olga.`; empty where it is not. `steps` are the newest first."""
    if not is_silent(steps, now) or steps[0].snoozed_until is None:
        return ""
    return f"Put off until {steps[0].snoozed_until:%-d %B} by {steps[0].person}."


def is_silent(steps: Sequence[DecisionView], now: datetime) -> bool:
    """Whether the newest step puts it off until a moment that has not come."""
    until = steps[0].snoozed_until if steps else None
    return until is not None and until > now


def _check(
    action: str,
    reason: str,
    days: int,
    now: tuple[Baseline | None, Mapping[str, object]],
) -> None:
    normal, evidence = now
    advice = "Change it and send it again. Nothing was recorded."
    if action not in ACTIONS:
        raise DecisionRefused(f"A decision is one of {', '.join(ACTIONS)}.", advice=advice)
    if action == "closed" and not reason:
        raise DecisionRefused("Say why it is closed.", advice=advice)
    if len(reason) > SENTENCE:
        sentence = f"A reason has at most {SENTENCE:,} characters, and this one {len(reason):,}."
        raise DecisionRefused(sentence, advice=advice)
    if action == "snoozed" and not 0 < days <= MOST_SNOOZED:
        raise DecisionRefused(f"It can be put off by 1 to {MOST_SNOOZED} days.", advice=advice)
    if action == "accepted":
        _check_accepted(reason, normal, evidence, advice)


def _check_accepted(
    reason: str, normal: Baseline | None, evidence: Mapping[str, object], advice: str
) -> None:
    is_checked = normal is not None and normal.n > 0
    if not is_checked and "inputs" not in _found_of(evidence):
        raise DecisionRefused(
            "There are no checked cases to accept as the new normal.",
            advice="Check some of the drawn cases first.",
        )
    if not reason:
        raise DecisionRefused("Say why it becomes the normal.", advice=advice)
