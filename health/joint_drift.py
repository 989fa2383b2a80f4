"""Keeping how the inputs of each model compare with its first ones, or the first since somebody accepted how it was, as a whole and by
field, so that a page reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import db.health_cases
import db.health_days
import db.health_decisions
import db.health_joint_drift
from db.engine import Session, Sessions, reading, snapshot, writing
from db.errors import Conflict
from db.health import Selection
from db.health_cases import AskedCase
from db.health_joint_drift import FieldsView
from db.ids import utc_now
from health import input_drift
from health.alarms.decisions import reference_of
from health.drift.joint import Asked, compare, facts_of
from health.input_drift import Input, Model, days_since, in_use
from health.outliers.earlier import with_features
from health.reference import Reference, after, before, midnight, recent
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
            reference = reference_of(db.health_decisions.all_of(session, server, model))
            of = _in_use(session, (server, model), now)
            earlier, newest = _windows(session, of, reference, now)
            by_field = input_drift.compare(_inputs(earlier), _inputs(newest), now)
            by_field = replace(by_field, reference=reference)
            by_field = input_drift.dated(session, by_field, of, now)
        day = days_since(earlier[-1].day, now) if earlier else 1
        joint = compare(_asked(earlier), _asked(newest), day=day, titles=titles(server, model))
        is_accepted = reference.accepted is not None
        found = [
            {"reference": reference.words, **facts_of(replace(each, is_accepted=is_accepted))}
            for each in joint
        ]
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
    steps = db.health_decisions.of_models(session)
    for model, kept in db.health_joint_drift.fields_of(session).items():
        if not input_drift.is_of(kept.fields, reference_of(steps.get(model, ()))):
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

    def read(selection: Selection, limit: int, is_oldest: bool) -> list[AskedCase]:
        return db.health_cases.asked(session, selection, limit, is_oldest=is_oldest)

    return before(read, of, reference, now), after(read, of, reference, now)


def _inputs(cases: Sequence[AskedCase]) -> list[Input]:
    return [(case.id, case.day, case.entered) for case in cases]


def _asked(cases: Sequence[AskedCase]) -> list[Asked]:
    return [
        Asked(id=case.id, row=with_features(case.entered, case.features), vector=case.vector)
        for case in cases
    ]
