"""Keeping how the inputs of each model compare with its first ones, as a whole and by field, so that a page reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import db.health_cases
import db.health_days
import db.health_joint_drift
from db.engine import Session, Sessions, reading, snapshot, writing
from db.errors import Conflict
from db.health import Selection
from db.health_cases import AskedCase
from db.health_joint_drift import FieldsView
from db.ids import utc_now
from health import input_drift
from health.drift.joint import Asked, compare, facts_of
from health.input_drift import (
    RECENT,
    REFERENCE,
    Inputs,
    Model,
    days_since,
    in_use,
    midnight,
    recent,
)
from health.outliers.earlier import with_features
from health.summary import ESTIMATED
from health.titles import Titles, as_named


def bring_up_to_date(
    sessions: Sessions, *, titles: Titles = as_named, clock: Callable[[], datetime] = utc_now
) -> int:
    """Compare anew, of every model whose counts by day changed since, and of all once a day; of how many. `sessions` see
    everything. Raises StorageError."""
    now = clock()
    with reading(sessions) as session:
        changed = db.health_joint_drift.changed(session, midnight(now))
    for server, model, revision in changed:
        with snapshot(sessions) as session:
            before, after = _windows(session, (server, model), now)
        day = days_since(before[-1].day, now) if before else 1
        joint = compare(_asked(before), _asked(after), day=day, titles=titles(server, model))
        found = [facts_of(each) for each in joint]
        by_field = FieldsView(
            fields=input_drift.facts_of(input_drift.compare(_inputs(before), _inputs(after), now)),
            revision=revision,
            computed_at=now,
        )
        try:
            with writing(sessions) as session:
                db.health_joint_drift.put(session, (server, model), found, by_field)
        except Conflict:
            continue  # another process has just done the same
    return len(changed)


def _windows(
    session: Session, model: Model, now: datetime
) -> tuple[list[AskedCase], list[AskedCase]]:
    """The first and the newest cases of the version that is in use, as health/input_drift.py takes them."""
    since, until = recent(now)
    every = Selection(purposes=ESTIMATED, server=model[0], model=model[1])
    versions = db.health_days.versions(session, every, since)
    of = replace(every, version=in_use(versions.get(model, ())))
    before = db.health_cases.asked(session, replace(of, until=since), REFERENCE, is_oldest=True)
    return before, db.health_cases.asked(session, replace(of, since=since, until=until), RECENT)


def _inputs(cases: Sequence[AskedCase]) -> Inputs:
    return [(case.id, case.day, case.entered) for case in cases]


def _asked(cases: Sequence[AskedCase]) -> list[Asked]:
    return [
        Asked(id=case.id, row=with_features(case.entered, case.features), vector=case.vector)
        for case in cases
    ]
