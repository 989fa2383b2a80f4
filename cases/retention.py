"""How long cases are kept, by model: what is due, and its deletion.

Of the rules in the settings the first that fits a model counts; a model that none fits keeps everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import db.cases
import db.deletion
from audit_log.chain import Record, append
from cases import deleting
from cases.errors import NoSuchCase, check_length
from db.deletion import HoldView, Wanted
from db.engine import Sessions, reading, writing
from db.ids import utc_now
from db.scope import Models
from db.tables import SENTENCE

BY = "retention"


class Rule(Protocol):
    """A row of the settings: of which models it is, and after how many days what is deleted."""

    @property
    def servers(self) -> list[str]: ...

    @property
    def models(self) -> list[str]: ...

    @property
    def body_days(self) -> float | None: ...

    @property
    def case_days(self) -> float | None: ...


@dataclass(frozen=True, kw_only=True)
class Due:
    """What the rules say of one model now: so many cases, with so many statements and comments, and so many bodies of
    other cases; `staying` are cases that are old enough and yet golden, held or worked on."""

    server: str
    model: str
    cases: int
    statements: int
    bodies: int
    staying: int


@dataclass(frozen=True, kw_only=True)
class Deleted:
    """What was deleted of one model. `changed` are cases whose bodies stayed, for they are not as the trail says."""

    server: str
    model: str
    cases: int
    bodies: int
    changed: int
    batches: int


def preview(sessions: Sessions, rules: Sequence[Rule], now: datetime) -> list[Due]:
    """What would be deleted, by model that a rule fits."""
    with reading(sessions) as session:
        counts = []
        for server, model in db.deletion.models(session):
            if (rule := rule_of(rules, server, model)) is None:
                continue
            cases, bodies = _cases(rule, server, model, now), _bodies(rule, server, model, now)
            of_cases = db.deletion.count(session, cases) if cases else 0
            with_bodies = db.deletion.count(session, bodies, with_bodies=True) if bodies else 0
            if cases and bodies:
                both = min(cases, bodies, key=_before)
                with_bodies -= db.deletion.count(session, both, with_bodies=True)
            due = Due(
                server=server,
                model=model,
                cases=of_cases,
                statements=db.deletion.count_statements(session, cases) if cases else 0,
                bodies=with_bodies,
                staying=db.deletion.count_staying(session, cases or bodies or _NONE),
            )
            counts.append(due)
        return counts


def run(
    sessions: Sessions,
    rules: Sequence[Rule],
    now: datetime,
    *,
    person: str = BY,
    between: Callable[[str], None] = lambda _: None,
) -> list[Deleted]:
    """Delete what is due, a hundred cases a transaction; `between` is told after each how far it is, and may raise."""
    with reading(sessions) as session:
        models = db.deletion.models(session)
    return [
        _run_model(sessions, rule, server, model, now, person, between)
        for server, model in models
        if (rule := rule_of(rules, server, model)) is not None
    ]


def rule_of(rules: Iterable[Rule], server: str, model: str) -> Rule | None:
    """The first rule that fits a model."""
    return next((rule for rule in rules if _fits(rule, server, model)), None)


def hold(sessions: Sessions, case_id: str, *, person: str, reason: str, now: datetime) -> None:
    """Keep a case, whatever its age, until it is released. Raises NoSuchCase and TooLong; Conflict where it is held."""
    check_length("A reason", reason, SENTENCE)
    with writing(sessions) as session:
        if db.cases.by_id(session, case_id) is None:
            raise NoSuchCase(case_id)
        held = HoldView(case_id=case_id, person=person, created_at=now, reason=reason)
        db.deletion.hold(session, held)
        append(session, "hold", [Record(kind="case", id=case_id)], person=person)


def held(sessions: Sessions) -> Sequence[HoldView]:
    """The cases that are held, the newest first."""
    with reading(sessions) as session:
        return db.deletion.held(session)


def hold_of(sessions: Sessions, case_id: str) -> HoldView | None:
    """Who holds a case and why; None where nobody does."""
    return next((each for each in held(sessions) if each.case_id == case_id), None)


def now() -> datetime:
    """The moment that ages are counted from."""
    return utc_now()


def release(sessions: Sessions, case_id: str, *, person: str) -> bool:
    """Keep a case no longer than its rule says; whether it was held."""
    with writing(sessions) as session:
        was_held = db.deletion.release(session, case_id)
        if was_held:
            append(session, "release", [Record(kind="case", id=case_id)], person=person)
    return was_held


def _run_model(
    sessions: Sessions,
    rule: Rule,
    server: str,
    model: str,
    now: datetime,
    person: str,
    between: Callable[[str], None],
) -> Deleted:
    cases = bodies = changed = batches = 0
    if due := _cases(rule, server, model, now):
        for ids in deleting.delete_cases(sessions, due, person=person):
            cases += len(ids)
            between(f"{server}/{model}: {cases:,} cases deleted")
        batches = _delete_batches(sessions, due)
    if due := _bodies(rule, server, model, now):
        for done, left in deleting.delete_bodies(sessions, due, person=person):
            bodies, changed = bodies + done, changed + left
            between(f"{server}/{model}: bodies of {bodies:,} cases deleted")
    return Deleted(
        server=server, model=model, cases=cases, bodies=bodies, changed=changed, batches=batches
    )


def _delete_batches(sessions: Sessions, wanted: Wanted) -> int:
    deleted = 0
    while True:
        with writing(sessions) as session:
            part = db.deletion.delete_batches(session, wanted, deleting.AT_ONCE)
        deleted += part
        if not part:
            return deleted


_NONE = Wanted(ids=())


def _cases(rule: Rule, server: str, model: str, now: datetime) -> Wanted | None:
    return _older_than(rule.case_days, server, model, now)


def _bodies(rule: Rule, server: str, model: str, now: datetime) -> Wanted | None:
    return _older_than(rule.body_days, server, model, now)


def _older_than(days: float | None, server: str, model: str, now: datetime) -> Wanted | None:
    if days is None:
        return None
    return Wanted(server=server, model=model, before=now - timedelta(days=days))


def _before(wanted: Wanted) -> datetime:
    return wanted.before or datetime.min


def _fits(rule: Rule, server: str, model: str) -> bool:
    return any(
        Models(server=each, name=name).matches(server, model)
        for each in rule.servers
        for name in rule.models
    )
