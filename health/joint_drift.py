"""Keeping how the inputs of each model compare with its first ones, or what else they are compared with (health/reference.py), as a whole
and by field, so that a page reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import db.health_cases
import db.health_days
import db.health_decisions
import db.health_joint_drift
import db.health_references
from db.engine import Session, Sessions, reading, snapshot, writing
from db.errors import Conflict
from db.health import Selection
from db.health_cases import AnsweredCase, AskedCase, Which
from db.health_joint_drift import FieldsView
from db.ids import utc_now
from health import input_drift
from health.alarms.decisions import reference_of
from health.drift.joint import Asked, compare, facts_of
from health.input_drift import Model, in_use
from health.outliers.earlier import with_features
from health.reference import Chosen, Reference, Row, after, before, midnight, recent
from health.summary import ESTIMATED
from health.titles import Titles, as_named


def bring_up_to_date(
    sessions: Sessions, *, titles: Titles = as_named, clock: Callable[[], datetime] = utc_now
) -> int:
    """Compare anew, of every model whose counts by day changed since or of which somebody decided otherwise, and of all once a day; of
    how many. `sessions` see everything. Raises StorageError."""
    now = clock()
    with reading(sessions) as session:
        due = _due(session, now)
    for (server, model), revision in due.items():
        with snapshot(sessions) as session:
            steps = db.health_decisions.all_of(session, server, model)
            chosen = db.health_references.newest(session, server, model)
            reference = reference_of(steps, chosen)
            of = _in_use(session, (server, model), now)
            earlier, newest = _windows(session, of, reference, now)
            by_field = input_drift.compare(_answered(earlier), _answered(newest), reference, now)
            by_field = input_drift.dated(session, by_field, of, now)
        day = input_drift.day_of(earlier[-1].day if earlier else None, reference, now)
        left_out = frozenset(by_field.unfit)
        sides = _asked(earlier, left_out), _asked(newest, left_out)
        joint = compare(*sides, day=day, titles=titles(server, model))
        to_keep = {
            "is_accepted": reference.accepted is not None,
            "is_chosen": reference.chosen is not None,
        }
        found = [{**facts_of(each), **to_keep, "reference": reference.words} for each in joint]
        kept = FieldsView(fields=input_drift.facts_of(by_field), revision=revision, computed_at=now)
        try:
            with writing(sessions) as session:
                db.health_joint_drift.put(session, (server, model), found, kept)
        except Conflict:
            continue  # another process has just done the same
    return len(due)


def _due(session: Session, now: datetime) -> dict[Model, str]:
    """By which fold each model was counted last, of those that are to be compared anew."""
    changed = db.health_joint_drift.changed(session, midnight(now))
    due = {(server, model): revision for server, model, revision in changed}
    steps, chosen = db.health_decisions.of_models(session), db.health_references.of_models(session)
    for model, kept in db.health_joint_drift.fields_of(session).items():
        reference = reference_of(steps.get(model, ()), chosen.get(model))
        if not input_drift.is_read_now(kept.fields, reference):
            due.setdefault(model, kept.revision)
    return due


def _in_use(session: Session, model: Model, now: datetime) -> Selection:
    """The cases of the version that is in use."""
    every = Selection(purposes=ESTIMATED, server=model[0], model=model[1])
    versions = db.health_days.versions(session, every, recent(now)[0])
    return replace(every, version=in_use(versions.get(model, ())))


def _windows(
    session: Session, of: Selection, reference: Reference, now: datetime
) -> tuple[Sequence[AskedCase], Sequence[AskedCase]]:
    """The earlier and the newest cases of a version, as health/input_drift.py takes them."""

    def read(selection: Selection, limit: int, which: Which) -> list[AskedCase]:
        return db.health_cases.asked(session, selection, limit, which)

    def given(chosen: Chosen) -> list[AskedCase]:
        rows = input_drift.given(session, chosen)
        return [
            AskedCase(id="", day=row.day, entered=row.entered, features={}, vector=())
            for row in rows
        ]

    return before(read, of, reference, now, given), after(read, of, reference, now)


def _answered(cases: Sequence[AskedCase]) -> list[AnsweredCase]:
    return [AnsweredCase(case.id, case.day, case.entered, case.answer) for case in cases]


def _asked(cases: Sequence[AskedCase], left_out: frozenset[str]) -> list[Asked]:
    rows: Sequence[Row] = [with_features(case.entered, case.features) for case in cases]
    if left_out:
        rows = input_drift.without(rows, left_out)
    return [
        Asked(id=case.id, row=row, vector=case.vector)
        for case, row in zip(cases, rows, strict=True)
    ]
