"""Whether the inputs of models and their answers changed: the first cases of the version that is in use, or what else they are compared
with (health/reference.py), against those of the last two weeks. The answer is one more field that is compared.

What was found of a model is kept in this process for as long as nothing changes in its cases (db.health_days.revisions), and by a
job in the database, where another process finds it for as long. How its inputs compare as a whole takes longer: that is as the
job found it last (health/joint_drift.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any

import db.health_cases
import db.health_days
import db.health_detections
import db.health_joint_drift
import db.health_references
from db.engine import Session
from db.health import Selection
from db.health_cases import AnsweredCase, Which
from db.health_counting import DayCount
from db.health_days import VersionCount
from db.health_detections import DetectionView
from db.health_joint_drift import FieldsView, WholeView
from health.drift import fields
from health.drift.began import began
from health.drift.fields import LEAST_CASES, FieldDrift
from health.drift.joint import JointDrift, joint_drift_of
from health.reference import (
    FIRST_CASES,
    RECENT,
    RECENT_DAYS,
    REFERENCE,
    Chosen,
    Reference,
    Row,
    begin_of,
    midnight,
    recent,
    unfit,
)
from health.reference import after as cases_after
from health.reference import before as cases_before
from health.summary import ESTIMATED
from health.titles import ANSWER

__all__ = [
    "RECENT",
    "RECENT_DAYS",
    "REFERENCE",
    "InputDrift",
    "Model",
    "compare",
    "dated",
    "days_since",
    "facts_of",
    "forget",
    "in_use",
    "input_drift",
    "is_recent",
    "midnight",
    "recent",
]

Model = tuple[str, str]
_MOST_KEPT = 20_000
# By which rules fields are compared: another number than that which was kept, and they are compared anew.
_RULES = 2
# So many of the newest cases are looked through for the day on which a change began.
_MOST_DATED = 2_000
WHOLE = {
    "together": "how its inputs go together",
    "embedding": "what the model makes of its inputs",
}
_kept: dict[tuple[str, Model, Reference, date], InputDrift] = {}
# What was found last of a version of a model on a day, and of which cases.
_last: dict[tuple[Model, str | None, Reference, date], tuple[bytes, InputDrift]] = {}
_lock = Lock()


@dataclass(frozen=True, kw_only=True)
class InputDrift:
    """Each field now against before, the answer in the same way, the inputs as a whole as a job found them, what deployed detectors said lately, and of which days the fields are: the first and
    the last, None without a case. `answer` is None where it is neither a class nor a number, or what it is compared with has none. `cases` are how many of before and of now there are; `reference` is what somebody decided on what
    they are compared with, and `unfit` names the fields of which that says nothing. `joint_until` is until when the cases are that were compared as a whole; that
    `is_joint_due` where a job has not done it since somebody decided with what."""

    fields: Sequence[FieldDrift]
    answer: FieldDrift | None = None
    joint: Sequence[JointDrift] = ()
    detections: Sequence[DetectionView] = ()
    before: tuple[date, date] | None
    after: tuple[date, date] | None
    cases: tuple[int, int] = (0, 0)
    reference: Reference = FIRST_CASES
    unfit: tuple[str, ...] = ()
    joint_until: datetime | None = None
    is_joint_due: bool = False

    @property
    def flagged(self) -> tuple[str, ...]:
        """The names of the inputs that changed; where none did, what says that they go together otherwise."""
        joint = [each for each in self.joint if each.is_flagged]
        names = [field.name for field in self.fields if field.is_flagged]
        names += [each.name for each in joint if each.kind == "field"]
        names += [f"what {each.detector} watches" for each in self._drifting()]
        return tuple(dict.fromkeys(names or [WHOLE[each.kind] for each in joint[:1]]))

    @property
    def since(self) -> tuple[date, ...]:
        """The days on which fields that changed began to, as far as they are known, the first of them first."""
        return tuple(sorted({each.since for each in self.fields if each.since}))

    def _drifting(self) -> Iterator[DetectionView]:
        """Where detectors found drift, since somebody closed an alarm or accepted what it showed."""
        ended = self.reference.ended
        for each in self.detections:
            if each.is_drift and (ended is None or each.asked_at > ended):
                yield each


def input_drift(
    session: Session,
    now: datetime,
    selection: Selection,
    references: Mapping[Model, Reference],
    counted: Sequence[DayCount],
) -> dict[Model, InputDrift]:
    """Of each model that has a reference, which the selection holds all. `counted` is what db.health_days.not_kept finds of it."""
    kept = db.health_joint_drift.of_models(session, selection.server, selection.model)
    said = db.health_detections.of_models(session, selection.server, selection.model)
    return {
        model: replace(
            _with_joint(found, kept.get(model), references[model]),
            detections=[each for each in said.get(model, ()) if is_recent(each, now)],
        )
        for model, found in _of_fields(session, now, selection, references, counted).items()
    }


def is_of(facts: Mapping[str, object], reference: Reference) -> bool:
    """Whether what was kept is of this reference, and not of one before somebody decided otherwise."""
    return facts.get("reference", FIRST_CASES.words) == reference.words


def _with_joint(drift: InputDrift, kept: WholeView | None, reference: Reference) -> InputDrift:
    if kept is None:
        return drift
    joint = [joint_drift_of(each) for each in kept.found if is_of(each, reference)]
    is_due = bool(kept.found) and not joint and min(drift.cases) >= LEAST_CASES
    until = kept.computed_at if joint else None
    return replace(drift, joint=joint, joint_until=until, is_joint_due=is_due)


def _of_fields(
    session: Session,
    now: datetime,
    selection: Selection,
    references: Mapping[Model, Reference],
    counted: Sequence[DayCount],
) -> dict[Model, InputDrift]:
    selection = replace(selection, purposes=ESTIMATED)
    since, _ = recent(now)
    revisions = db.health_days.revisions(session, selection)
    found = {
        model: drift
        for model, reference in references.items()
        if (drift := _known(revisions, model, reference, now))
    }
    if any(model in revisions for model in references if model not in found):
        found |= _read(session, revisions, selection, references, now)
    if all(model in found for model in references):
        return found
    versions = db.health_days.versions(session, selection, since, counted)
    for model, reference in references.items():
        if model not in found:
            version = in_use(versions.get(model, ()))
            found[model] = _drift(session, model, version, reference, now)
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


def in_use(versions: Sequence[VersionCount]) -> str | None:
    """The newest version with enough answered cases lately: one that somebody only tried is not it. Where no version has so
    many, the one with the most of all cases; None without an answered case."""
    if in_use := [each for each in versions if each.lately >= LEAST_CASES]:
        return max(in_use, key=lambda each: each.last_at).version
    return max(versions, key=lambda each: (each.cases, each.last_at)).version if versions else None


def _drift(
    session: Session, model: Model, version: str | None, reference: Reference, now: datetime
) -> InputDrift:
    """Of the version that is in use: versions may take different fields. What is entered in a case never changes, so of the same
    cases it is the same."""
    of = Selection(purposes=ESTIMATED, server=model[0], model=model[1], version=version)
    key = (model, version, reference, now.date())
    if last := _last.get(key):

        def ids(selection: Selection, limit: int, which: Which) -> list[str]:
            return db.health_cases.ids(session, selection, limit, which)

        before_ids = cases_before(ids, of, reference, now, lambda chosen: [chosen.id])
        if _digest([*before_ids, "", *cases_after(ids, of, reference, now)]) == last[0]:
            return last[1]

    def cases(selection: Selection, limit: int, which: Which) -> list[AnsweredCase]:
        return db.health_cases.inputs_and_answers(session, selection, limit, which)

    before = cases_before(cases, of, reference, now, lambda chosen: given(session, chosen))
    after = cases_after(cases, of, reference, now)
    found = dated(session, compare(before, after, reference, now), of, now)
    with _lock:
        if len(_last) >= _MOST_KEPT:
            _last.clear()
        _last[key] = _digest([*_ids(before, reference), "", *(case.id for case in after)]), found
    return found


def given(session: Session, chosen: Chosen) -> list[AnsweredCase]:
    """The rows that are kept with a choice, as cases of the day on which it was made, which nobody answered."""
    rows = db.health_references.rows(session, chosen.id)
    return [AnsweredCase("", chosen.at.date(), row) for row in rows]


def _ids(before: Sequence[AnsweredCase], reference: Reference) -> list[str]:
    chosen = reference.chosen
    return [chosen.id] if chosen and chosen.since is None else [case.id for case in before]


def _digest(ids: Iterable[str]) -> bytes:
    return sha256("\n".join(ids).encode()).digest()


def compare(
    before: Sequence[AnsweredCase],
    after: Sequence[AnsweredCase],
    reference: Reference,
    now: datetime,
) -> InputDrift:
    """The fields of the newest cases, and their answers, against those of a reference, the oldest of these first."""
    earlier, newest = _rows(before), _rows(after)
    not_there = unfit(earlier, newest) if reference.chosen else frozenset()
    if not_there:
        earlier, newest = without(earlier, not_there), without(newest, not_there)
    day = day_of(before[-1].day if before else None, reference, now)
    found = {each.name: each for each in fields.compare(earlier, newest, day=day)}
    answer = found.pop(ANSWER, None)
    return InputDrift(
        fields=list(found.values()),
        answer=answer,
        before=_span(before) if any(case.id for case in before) else None,
        after=_span(after),
        cases=(len(before), len(after)),
        reference=reference,
        unfit=tuple(sorted(not_there - {ANSWER})),
    )


def _rows(cases: Sequence[AnsweredCase]) -> list[Row]:
    """What was entered, with the answer as one more field."""
    return [{**case.entered, ANSWER: case.answer} for case in cases]


def without(rows: Sequence[Row], names: frozenset[str]) -> list[Row]:
    """The rows without these fields."""
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


def day_of(last: date | None, reference: Reference, now: datetime) -> int:
    """On which day of comparing it is, from 1 on: since the last of the first cases, or since somebody chose what to compare with."""
    began = reference.chosen.at.date() if reference.chosen else last
    return days_since(began, now) if began else 1


def dated(session: Session, drift: InputDrift, of: Selection, now: datetime) -> InputDrift:
    """The same with the days on which the fields that changed, or the answers, began to; `of` is the version in use."""
    compared = [*drift.fields, *([drift.answer] if drift.answer else [])]
    if not any(each.is_flagged for each in compared):
        return drift
    first = begin_of(drift.before[1]) if drift.before else None
    moments = [moment for moment in (first, drift.reference.ended) if moment]
    newest = replace(of, since=max(moments, default=None), until=recent(now)[1])
    cases = db.health_cases.inputs_and_answers(session, newest, _MOST_DATED)
    read = [(case.day, row) for case, row in zip(cases, _rows(cases), strict=True)]
    # Where not all was read it may have begun before what was, and kept rows are of no day.
    is_whole = len(read) < _MOST_DATED and first is not None
    found = [_dated(each, read, is_whole=is_whole) for each in compared]
    answer = found.pop() if drift.answer else None
    return replace(drift, fields=found, answer=answer)


def _dated(
    field: FieldDrift, read: Sequence[tuple[date, Mapping[str, object]]], *, is_whole: bool
) -> FieldDrift:
    day = began(field, read) if field.is_flagged else None
    return replace(field, since=day if is_whole or day != read[-1][0] else None)


def facts_of(drift: InputDrift) -> dict[str, object]:
    """How its fields compare as plain data, to be kept."""
    spans = {"before": drift.before, "after": drift.after}
    kept = {name: span and [day.isoformat() for day in span] for name, span in spans.items()}
    return {
        "fields": [fields.facts_of(each) for each in drift.fields],
        "answer": drift.answer and fields.facts_of(drift.answer),
        "cases": list(drift.cases),
        "reference": drift.reference.words,
        "unfit": list(drift.unfit),
        "rules": _RULES,
        **kept,
    }


def _of_facts(facts: Mapping[str, Any], reference: Reference) -> InputDrift:
    """What was kept, back."""
    before, after = (
        facts[name] and tuple(map(date.fromisoformat, facts[name])) for name in ("before", "after")
    )
    return InputDrift(
        fields=[fields.field_drift_of(each) for each in facts["fields"]],
        answer=facts["answer"] and fields.field_drift_of(facts["answer"]),
        before=before,
        after=after,
        cases=(facts["cases"][0], facts["cases"][1]),
        reference=reference,
        unfit=tuple(facts.get("unfit", ())),
    )


def days_since(last: date, now: datetime) -> int:
    """How many days there are since the reference ended, from 1 on."""
    return max(1, (now.date() - last).days)


def _span(cases: Sequence[AnsweredCase]) -> tuple[date, date] | None:
    days = [case.day for case in cases]
    return (min(days), max(days)) if days else None


def _known(
    revisions: Mapping[Model, str], model: Model, reference: Reference, now: datetime
) -> InputDrift | None:
    return _kept.get((revisions.get(model, ""), model, reference, now.date()))


def _read(
    session: Session,
    revisions: Mapping[Model, str],
    selection: Selection,
    references: Mapping[Model, Reference],
    now: datetime,
) -> dict[Model, InputDrift]:
    """What a job found today of cases as they are counted now, against the reference of now."""
    found = {}
    kept = db.health_joint_drift.fields_of(session, selection.server, selection.model)
    for model, there in kept.items():
        reference = references.get(model)
        if reference and there.revision == revisions.get(model) and _holds(there, reference, now):
            found[model] = _of_facts(there.fields, reference)
            _keep(revisions, model, now, found[model])
    return found


def _holds(there: FieldsView, reference: Reference, now: datetime) -> bool:
    """Whether it is of today and can be read now."""
    return there.computed_at.date() == now.date() and is_read_now(there.fields, reference)


def is_read_now(facts: Mapping[str, object], reference: Reference) -> bool:
    """Whether what was kept by field is of this reference, and by the rules of this release: former ones compared codes as numbers."""
    return facts.get("rules") == _RULES and is_of(facts, reference)


def _keep(revisions: Mapping[Model, str], model: Model, now: datetime, drift: InputDrift) -> None:
    if model not in revisions:
        return
    with _lock:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[revisions[model], model, drift.reference, now.date()] = drift
