"""Whether the inputs of models changed: the first cases of the version that is in use against those of the last two weeks.

What was found of a model is kept in this process for as long as nothing changes in its cases (db.health_days.revisions), and by a
job in the database, where another process finds it for as long. How its inputs compare as a whole takes longer: that is as the
job found it last (health/joint_drift.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any

import db.health_cases
import db.health_days
import db.health_detections
import db.health_joint_drift
from db.engine import Session
from db.health import Selection
from db.health_counting import DayCount
from db.health_days import VersionCount
from db.health_detections import DetectionView
from health.drift import fields
from health.drift.fields import LEAST_CASES, FieldDrift
from health.drift.joint import JointDrift, joint_drift_of
from health.summary import ESTIMATED

Model = tuple[str, str]
# The id, the day and the values of each case.
Inputs = list[tuple[str, date, Mapping[str, object]]]
REFERENCE, RECENT = 300, 200
RECENT_DAYS = 14
_MOST_KEPT = 20_000
WHOLE = {
    "together": "how its inputs go together",
    "embedding": "what the model makes of its inputs",
}
_kept: dict[tuple[str, Model, date], InputDrift] = {}
# What was found last of a version of a model on a day, and of which cases.
_last: dict[tuple[Model, str | None, date], tuple[bytes, InputDrift]] = {}
_lock = Lock()


@dataclass(frozen=True, kw_only=True)
class InputDrift:
    """Each field now against before, the inputs as a whole as a job found them, what deployed detectors said lately, and of which days the fields are: the first and
    the last, None without a case."""

    fields: Sequence[FieldDrift]
    joint: Sequence[JointDrift] = ()
    detections: Sequence[DetectionView] = ()
    before: tuple[date, date] | None
    after: tuple[date, date] | None

    @property
    def flagged(self) -> tuple[str, ...]:
        """The names of the fields that changed; where none did, what says that they go together otherwise."""
        joint = [each for each in self.joint if each.is_flagged]
        names = [field.name for field in self.fields if field.is_flagged]
        names += [each.name for each in joint if each.kind == "field"]
        names += [f"what {each.detector} watches" for each in self.detections if each.is_drift]
        return tuple(dict.fromkeys(names or [WHOLE[each.kind] for each in joint[:1]]))


def input_drift(
    session: Session,
    now: datetime,
    selection: Selection,
    models: Iterable[Model],
    counted: Sequence[DayCount],
) -> dict[Model, InputDrift]:
    """Of each of the models, which the selection holds all. `counted` is what db.health_days.not_kept finds of it."""
    kept = db.health_joint_drift.of_models(session, selection.server, selection.model)
    said = db.health_detections.of_models(session, selection.server, selection.model)
    return {
        model: replace(
            found,
            joint=[joint_drift_of(each) for each in kept.get(model, ())],
            detections=[each for each in said.get(model, ()) if is_recent(each, now)],
        )
        for model, found in _of_fields(session, now, selection, models, counted).items()
    }


def _of_fields(
    session: Session,
    now: datetime,
    selection: Selection,
    models: Iterable[Model],
    counted: Sequence[DayCount],
) -> dict[Model, InputDrift]:
    selection = replace(selection, purposes=ESTIMATED)
    since, _ = recent(now)
    revisions = db.health_days.revisions(session, selection)
    wanted = list(models)
    found = {model: drift for model in wanted if (drift := _known(revisions, model, now))}
    if any(model in revisions for model in wanted if model not in found):
        found |= _read(session, revisions, selection, now)
    if all(model in found for model in wanted):
        return found
    versions = db.health_days.versions(session, selection, since, counted)
    for model in wanted:
        if model not in found:
            version = in_use(versions.get(model, ()))
            found[model] = _drift(session, model, version, now)
            _keep(revisions, model, now, found[model])
    return found


def is_recent(said: DetectionView, now: datetime) -> bool:
    """Whether what a detector said still says something of today."""
    return now - said.asked_at <= timedelta(days=RECENT_DAYS)


def forget() -> None:
    """Forget what this process has kept."""
    with _lock:
        _kept.clear()
        _last.clear()


def midnight(moment: datetime) -> datetime:
    """The beginning of its day in UTC."""
    return datetime.combine(moment.astimezone(UTC).date(), time(), tzinfo=UTC)


def in_use(versions: Sequence[VersionCount]) -> str | None:
    """The newest version with enough answered cases lately: one that somebody only tried is not it. Where no version has so
    many, the one with the most of all cases; None without an answered case."""
    if in_use := [each for each in versions if each.lately >= LEAST_CASES]:
        return max(in_use, key=lambda each: each.last_at).version
    return max(versions, key=lambda each: (each.cases, each.last_at)).version if versions else None


def recent(now: datetime) -> tuple[datetime, datetime]:
    """From when to when cases are the recent ones: what a clock that is wrong dates later would be the newest for ever."""
    return midnight(now) - timedelta(days=RECENT_DAYS - 1), midnight(now) + timedelta(days=2)


def _drift(session: Session, model: Model, version: str | None, now: datetime) -> InputDrift:
    """Of the version that is in use: versions may take different fields. What is entered in a case never changes, so of the same
    cases it is the same."""
    since, until = recent(now)
    of = Selection(purposes=ESTIMATED, server=model[0], model=model[1], version=version)
    first, newest = replace(of, until=since), replace(of, since=since, until=until)
    last = _last.get((model, version, now.date()))
    if last:
        there = db.health_cases.ids(session, first, REFERENCE, is_oldest=True)
        there += ["", *db.health_cases.ids(session, newest, RECENT)]
        if _digest(there) == last[0]:
            return last[1]
    before = db.health_cases.inputs(session, first, REFERENCE, is_oldest=True)
    after = db.health_cases.inputs(session, newest, RECENT)
    found = compare(before, after, now)
    with _lock:
        if len(_last) >= _MOST_KEPT:
            _last.clear()
        ids = [*(case[0] for case in before), "", *(case[0] for case in after)]
        _last[model, version, now.date()] = _digest(ids), found
    return found


def _digest(ids: Iterable[str]) -> bytes:
    return sha256("\n".join(ids).encode()).digest()


def compare(before: Inputs, after: Inputs, now: datetime) -> InputDrift:
    """The fields of the newest cases against those of the first ones, the oldest of these first."""
    day = days_since(before[-1][1], now) if before else 1
    found = fields.compare([row[2] for row in before], [row[2] for row in after], day=day)
    return InputDrift(fields=found, before=_span(before), after=_span(after))


def facts_of(drift: InputDrift) -> dict[str, object]:
    """How its fields compare as plain data, to be kept."""
    spans = {"before": drift.before, "after": drift.after}
    kept = {name: span and [day.isoformat() for day in span] for name, span in spans.items()}
    return {"fields": [asdict(each) for each in drift.fields], **kept}


def _of_facts(facts: Mapping[str, Any]) -> InputDrift:
    """What was kept, back."""
    before, after = (
        facts[name] and tuple(map(date.fromisoformat, facts[name])) for name in ("before", "after")
    )
    found = [fields.field_drift_of(each) for each in facts["fields"]]
    return InputDrift(fields=found, before=before, after=after)


def days_since(last: date, now: datetime) -> int:
    """How many days there are since the reference ended, from 1 on."""
    return max(1, (now.date() - last).days)


def _span(rows: Inputs) -> tuple[date, date] | None:
    days = [row[1] for row in rows]
    return (min(days), max(days)) if days else None


def _known(revisions: Mapping[Model, str], model: Model, now: datetime) -> InputDrift | None:
    return _kept.get((revisions.get(model, ""), model, now.date()))


def _read(
    session: Session, revisions: Mapping[Model, str], selection: Selection, now: datetime
) -> dict[Model, InputDrift]:
    """What a job found today of cases as they are counted now."""
    found = {}
    kept = db.health_joint_drift.fields_of(session, selection.server, selection.model)
    for model, there in kept.items():
        if there.revision == revisions.get(model) and there.computed_at.date() == now.date():
            found[model] = _of_facts(there.fields)
            _keep(revisions, model, now, found[model])
    return found


def _keep(revisions: Mapping[Model, str], model: Model, now: datetime, drift: InputDrift) -> None:
    if model not in revisions:
        return
    with _lock:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[revisions[model], model, now.date()] = drift
