"""Everything about one model, from its cases; the word for each is in health/standing.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import db.health_alarms
import db.health_cases
import db.health_days
import db.health_decisions
import db.health_figures
import db.health_references
from db.engine import Session, Sessions, snapshot
from db.health import Selection
from db.health_alarms import AlarmView
from db.health_cases import JudgedCase
from db.health_counting import DayCount
from db.health_decisions import DecisionView
from db.health_detections import DetectionView
from db.ids import utc_now
from db.scope import scope_of
from health import days, over_time
from health.alarms.decisions import put_off_words, reference_of
from health.answer_times import AnswerTimes, answer_times
from health.causes import Causes
from health.classification import known_of
from health.cohort import EVERY, Cohort
from health.comparison import Comparison, compare
from health.details import MOST_JUDGED, Details, causes_of, details
from health.drift.fields import FieldDrift
from health.drift.joint import JointDrift
from health.estimates import Rate, accuracy, rate
from health.input_drift import input_drift, midnight
from health.known_looks import KnownLooks, MadeOf
from health.over_time import VersionLine, Week
from health.reference import Reference
from health.standing import Standing, begin, closing_of, inputs_of, standing_of
from health.summary import ESTIMATED, SERVED, demonstration, groups, unchecked
from health.titles import FieldWords, Titles, Units, Words, as_coded, as_named, no_unit

# Of so many of the newest cases it is said how many were unlike earlier ones.
NEWEST = 1_000


@dataclass(frozen=True, kw_only=True)
class Look:
    """Everything about one model. `told` are the volunteered statements: right, wrong. `failed` is the share of what was sent;
    `unlike` that of the newest cases that were unlike all earlier ones, of those that were compared with them. `drift` is how the inputs changed, and `answer_drift` how the answers did, None where they are not compared. `drift_reference` is what the newest inputs are
    compared with, and `drift_unfit` names the fields of which that says nothing. `causes` is what
    a fall of the right answers comes from, None where there is none that goes on. `joint_drift` is of the cases until `joint_until`; `drift_cases` are how many cases of before and of now there are to
    compare. `times` are how long answers took."""

    standing: Standing
    weeks: Sequence[Week]
    versions: Sequence[VersionLine]
    drift: Sequence[FieldDrift]
    answer_drift: FieldDrift | None
    joint_drift: Sequence[JointDrift]
    joint_until: datetime | None
    detections: Sequence[DetectionView]
    drift_before: tuple[date, date] | None
    drift_after: tuple[date, date] | None
    drift_reference: Reference
    drift_unfit: Sequence[str]
    drift_cases: tuple[int, int]
    details: Details
    comparisons: Mapping[tuple[str, str], Comparison]
    steps: Sequence[DecisionView]
    alarms: Sequence[AlarmView]
    causes: Causes | None
    told: tuple[int, int]
    answered: int
    failed: Rate
    unlike: Rate
    times: AnswerTimes

    @property
    def compared(self) -> Sequence[FieldDrift]:
        """The answer, where it is compared, and the inputs."""
        return [*([self.answer_drift] if self.answer_drift else []), *self.drift]


def look(
    sessions: Sessions,
    server: str,
    model: str,
    cohort: Cohort = EVERY,
    *,
    protected: Sequence[str] = (),
    titles: Titles = as_named,
    words: Words = as_coded,
    units: Units = no_unit,
    clock: Callable[[], datetime] = utc_now,
) -> Look | None:
    """Everything about a model, of the cases of a cohort; None where it was never asked. The word is of all of its cases.
    `protected` names the fields whose groups are compared; sentences call fields by their `titles`, their values by their
    `words`, and numbers that are answered have their `units`.

    Raises StorageError.
    """
    now, named, worded = clock(), titles(server, model), words(server, model)
    everything = Selection(purposes=SERVED, server=server, model=model)
    since = begin(now)
    with snapshot(sessions) as session:
        ever = db.health_days.not_kept(session, everything)
        made_of = _made_of(session, now, everything, ever, (named, worded))
        of = (scope_of(session), server, model, cohort, tuple(protected), now.date())
        if known := _known.find(of, made_of):
            return _put_off(known, now)
        read = _read(session, replace(everything, since=since), cohort.of(everything), ever)
        if not read.lately and not read.shown:
            return None
        standing = standing_of(
            (server, model),
            read.lately,
            days.by_day(read.lately),
            steps=made_of.steps,
            closing=closing_of(session, everything, (server, model), made_of.steps, since),
            now=now,
            inputs=inputs_of(made_of.drift, (server, model), titles, units),
        )
        every = replace(everything, purposes=ESTIMATED, since=since)
        found = causes_of(session, every, standing.status, groups(read.lately), named, worded)
    behind = details(read.judged, groups(read.shown), protected, worded)
    behind = replace(behind, classes=known_of(behind.classes, cohort.answer, cohort.truth))
    if cohort == Cohort(since=since):  # figures of other cases are no reason of the word
        standing = replace(standing, sizes=behind.sizes)
    looked = _looked(read, made_of, standing, found, behind, now)
    if cohort.is_of_answered:
        looked = replace(looked, failed=rate(0, 0))
    _known.keep(of, made_of, looked)
    return looked


_known: KnownLooks[Look] = KnownLooks()


def _put_off(known: Look, now: datetime) -> Look:
    """Until when is of the moment."""
    words = put_off_words(known.steps, now)
    return replace(known, standing=replace(known.standing, put_off=words))


def _made_of(
    session: Session,
    now: datetime,
    everything: Selection,
    ever: Sequence[DayCount],
    named: tuple[Mapping[str, str], FieldWords],
) -> MadeOf:
    """What a look at a model is made of, beside its cases."""
    model = server, name = everything.server or "", everything.model or ""
    steps = db.health_decisions.all_of(session, server, name)
    picked = db.health_references.newest(session, server, name)
    references = {model: reference_of(steps, picked)}
    return MadeOf(
        revision=db.health_days.revisions(session, everything).get(model, ""),
        steps=steps,
        alarms=db.health_alarms.newest(session, server, name),
        drift=input_drift(session, now, everything, references, ever)[model],
        titles=dict(named[0]),
        words=dict(named[1]),
    )


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What was read of the cases of a model at one moment: `lately` counts all of its cases of the last days, `shown` those that are
    looked at; the judged ones of these, and the pairs of versions."""

    lately: Sequence[DayCount]
    shown: Sequence[DayCount]
    judged: Sequence[JudgedCase]
    pairs: Sequence[tuple[str, str, bool, bool]]
    unlike: tuple[int, int]
    times: AnswerTimes


def _read(
    session: Session, lately: Selection, chosen: Selection, ever: Sequence[DayCount]
) -> _Read:
    everything, estimated = replace(lately, since=None), replace(chosen, purposes=ESTIMATED)
    counted = db.health_days.since(ever, lately.since) if lately.since else ever
    return _Read(
        lately=db.health_days.by_day(session, lately, counted),
        shown=db.health_days.by_day(session, chosen, _of_time(ever, everything, chosen)),
        judged=db.health_cases.judged_cases(session, estimated, MOST_JUDGED),
        pairs=db.health_cases.compared(session, estimated, MOST_JUDGED),
        unlike=db.health_cases.unlike(session, estimated, NEWEST),
        times=answer_times(session, chosen),
    )


def _looked(
    read: _Read,
    made_of: MadeOf,
    standing: Standing,
    causes: Causes | None,
    found: Details,
    now: datetime,
) -> Look:
    shown, drift = read.shown, made_of.drift
    standing = replace(
        standing,
        accuracy=accuracy(groups(shown)),
        cases=sum(c.cases for c in shown),
        demonstration=demonstration(shown),
        unchecked=unchecked(shown),
    )
    volunteered = [c for c in shown if c.is_volunteered and c.judgement and not c.is_audited]
    return Look(
        standing=standing,
        weeks=over_time.weeks(shown, now.date()),
        versions=over_time.versions(shown),
        drift=drift.fields,
        answer_drift=drift.answer,
        joint_drift=drift.joint,
        joint_until=drift.joint_until,
        detections=drift.detections,
        drift_before=drift.before,
        drift_after=drift.after,
        drift_reference=drift.reference,
        drift_unfit=drift.unfit,
        drift_cases=drift.cases,
        details=found,
        comparisons=_comparisons(read.pairs),
        steps=made_of.steps,
        alarms=made_of.alarms,
        causes=causes,
        told=(days.judged(volunteered, "correct"), days.judged(volunteered, "incorrect")),
        answered=sum(c.cases for c in shown if c.outcome == "answered"),
        failed=over_time.failed(shown),
        unlike=rate(*read.unlike),
        times=read.times,
    )


def _of_time(
    counted: Sequence[DayCount], everything: Selection, chosen: Selection
) -> Sequence[DayCount] | None:
    """Those of a selection that is of whole days since one, and of everything else; None for another selection."""
    if replace(chosen, since=None) != everything:
        return None
    if chosen.since is None:
        return counted
    is_whole = chosen.since == midnight(chosen.since)
    return db.health_days.since(counted, chosen.since) if is_whole else None


def _comparisons(
    pairs: Iterable[tuple[str, str, bool, bool]],
) -> dict[tuple[str, str], Comparison]:
    by_versions: dict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)
    for first, second, is_first, is_second in pairs:
        by_versions[first, second].append((is_first, is_second))
    return {versions: compare(found) for versions, found in by_versions.items()}
