"""The condition of models, from their cases: a word for each, and everything about one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

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
from health import days, over_time
from health.alarms.decisions import (
    accepted,
    acknowledged_by,
    closed,
    put_off_words,
    reference_of,
)
from health.answer_times import AnswerTimes, answer_times
from health.causes import Causes
from health.closing import Closing
from health.cohort import EVERY, Cohort
from health.comparison import Comparison, compare
from health.details import MOST_JUDGED, NO_SIZES, Details, Sizes, causes_of, details, sizes
from health.drift.fields import FieldDrift
from health.drift.joint import JointDrift
from health.estimates import Estimate, Rate, accuracy, rate
from health.input_drift import InputDrift, Model, input_drift, midnight
from health.over_time import VersionLine, Week
from health.reference import Reference
from health.status import DayFigures, History, Inputs, Status, judge
from health.summary import ESTIMATED, SERVED, demonstration, groups, unchecked
from health.titles import Titles, Words, as_coded, as_named, called

# How far back alarms look.
DAYS = 120
# A century; longer ago there is no date to count from.
MOST_DAYS = 36_500
# Of so many of the newest cases it is said how many were unlike earlier ones.
NEWEST = 1_000


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A model in a line: its word and why, its accuracy, and who last said that they take care of it. `demonstration` of its cases
    are the history of a demonstration, and `unchecked` are drawn and not judged right or wrong. `put_off` says until when, and by
    whom, where it is put off. `sizes` are those of the errors of its numbers, of the cases that the word is of."""

    server: str
    model: str
    versions: tuple[str, ...]
    status: Status
    accuracy: Estimate
    cases: int
    acknowledged_by: str
    put_off: str = ""
    demonstration: int = 0
    unchecked: int = 0
    sizes: Sizes = NO_SIZES


@dataclass(frozen=True, kw_only=True)
class Look:
    """Everything about one model. `told` are the volunteered statements: right, wrong. `failed` is the share of what was sent;
    `unlike` that of the newest cases that were unlike all earlier ones, of those that were compared with them. `drift_reference` is what the newest inputs are
    compared with, and `drift_unfit` names the fields of which that says nothing. `causes` is what
    a fall of the right answers comes from, None where there is none that goes on. `joint_drift` is of the cases until `joint_until`; `drift_cases` are how many cases of before and of now there are to
    compare. `times` are how long answers took."""

    standing: Standing
    weeks: Sequence[Week]
    versions: Sequence[VersionLine]
    drift: Sequence[FieldDrift]
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


def begin(now: datetime, days: int = DAYS) -> datetime:
    """The midnight (UTC) since when the last so many days are, today among them: of the word, unless told otherwise."""
    return midnight(now) - timedelta(days=days - 1)


def standings(
    sessions: Sessions,
    *,
    server: str | None = None,
    model: str | None = None,
    titles: Titles = as_named,
    clock: Callable[[], datetime] = utc_now,
) -> dict[Model, Standing]:
    """The word and the accuracy of every model that was asked, or of those of a server or a name, by (server, model). Sentences call fields by their `titles`. Raises StorageError."""
    now = clock()
    everything = Selection(purposes=SERVED, server=server, model=model)
    since = begin(now)
    selection = replace(everything, since=since)
    with snapshot(sessions) as session:
        ever = db.health_days.not_kept(session, everything)
        counted = db.health_days.since(ever, since)
        counts: dict[Model, list[DayCount]] = defaultdict(list)
        for count in db.health_days.by_version(session, selection, counted):
            counts[count.key.server, count.key.model].append(count)
        by_day = db.health_figures.by_day(session, selection, days.KINDS, counted)
        steps = db.health_decisions.of_models(session)
        ends = {of: _closing(session, everything, of, steps.get(of, ()), since) for of in counts}
        chosen = db.health_references.of_models(session, server, model)
        references = {of: reference_of(steps.get(of, ()), chosen.get(of)) for of in counts}
        drift = input_drift(session, now, everything, references, ever)
        numeric = db.health_cases.answering_numbers(session, counts)
        far_off = {of: _sizes(session, selection, of, counts[of]) for of in numeric}
    return {
        of: _standing(
            of,
            found,
            [days.of_numbers(day, numbers) for day, numbers in by_day[of].items()],
            steps=steps.get(of, []),
            closing=ends[of],
            now=now,
            inputs=_inputs(drift[of], called(drift[of].flagged, titles, *of)),
            far_off=far_off.get(of, NO_SIZES),
        )
        for of, found in sorted(counts.items())
    }


def look(
    sessions: Sessions,
    server: str,
    model: str,
    cohort: Cohort = EVERY,
    *,
    protected: Sequence[str] = (),
    titles: Titles = as_named,
    words: Words = as_coded,
    clock: Callable[[], datetime] = utc_now,
) -> Look | None:
    """Everything about a model, of the cases of a cohort; None where it was never asked. The word is of all of its cases.
    `protected` names the fields whose groups are compared; sentences call fields by their `titles`, and their values by their
    `words`.

    Raises StorageError.
    """
    now, named, worded = clock(), titles(server, model), words(server, model)
    everything = Selection(purposes=SERVED, server=server, model=model)
    since = begin(now)
    with snapshot(sessions) as session:
        read = _read(session, now, replace(everything, since=since), cohort.of(everything))
        if not read.lately and not read.shown:
            return None
        standing = _standing(
            (server, model),
            read.lately,
            days.by_day(read.lately),
            steps=read.steps,
            closing=_closing(session, everything, (server, model), read.steps, since),
            now=now,
            inputs=_inputs(read.drift, tuple(named.get(name, name) for name in read.drift.flagged)),
        )
        every = replace(everything, purposes=ESTIMATED, since=since)
        found = causes_of(session, every, standing.status, groups(read.lately), named, worded)
    behind = details(read.judged, groups(read.shown), protected, worded)
    if cohort == Cohort(since=since):  # figures of other cases are no reason of the word
        standing = replace(standing, sizes=behind.sizes)
    return _looked(read, standing, found, behind, now)


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What was read of a model at one moment: `lately` counts all of its cases of the last days, `shown` those that are looked
    at; the judged ones of these, and the pairs of versions."""

    lately: Sequence[DayCount]
    shown: Sequence[DayCount]
    steps: Sequence[DecisionView]
    alarms: Sequence[AlarmView]
    drift: InputDrift
    judged: Sequence[JudgedCase]
    pairs: Sequence[tuple[str, str, bool, bool]]
    unlike: tuple[int, int]
    times: AnswerTimes


def _read(session: Session, now: datetime, lately: Selection, chosen: Selection) -> _Read:
    server, model = lately.server or "", lately.model or ""
    everything, estimated = replace(lately, since=None), replace(chosen, purposes=ESTIMATED)
    ever = db.health_days.not_kept(session, everything)
    counted = db.health_days.since(ever, lately.since) if lately.since else ever
    steps = db.health_decisions.all_of(session, server, model)
    picked = db.health_references.newest(session, server, model)
    references = {(server, model): reference_of(steps, picked)}
    return _Read(
        lately=db.health_days.by_day(session, lately, counted),
        shown=db.health_days.by_day(session, chosen, _of_time(ever, everything, chosen)),
        steps=steps,
        alarms=db.health_alarms.newest(session, server, model),
        drift=input_drift(session, now, everything, references, ever)[server, model],
        judged=db.health_cases.judged_cases(session, estimated, MOST_JUDGED),
        pairs=db.health_cases.compared(session, estimated, MOST_JUDGED),
        unlike=db.health_cases.unlike(session, estimated, NEWEST),
        times=answer_times(session, chosen),
    )


def _looked(
    read: _Read, standing: Standing, causes: Causes | None, found: Details, now: datetime
) -> Look:
    shown, drift = read.shown, read.drift
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
        steps=read.steps,
        alarms=read.alarms,
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


def _standing(
    model: Model,
    counts: Sequence[DayCount],
    by_day: Sequence[DayFigures],
    *,
    steps: Sequence[DecisionView],
    closing: Closing | None,
    now: datetime,
    inputs: Inputs,
    far_off: Sizes = NO_SIZES,
) -> Standing:
    """`counts` need not be by day."""
    found, waiting = accuracy(groups(counts)), unchecked(counts)
    in_order = sorted(counts, key=lambda count: (count.day, count.key.version))
    history = History(
        days=days.without_gaps(by_day, now.date()),
        today=now.date(),
        accuracy=found,
        accepted=accepted(steps),
        inputs=inputs,
        closed=closing,
        ahead=days.ahead(by_day, now.date()),
        unchecked=waiting,
    )
    return Standing(
        server=model[0],
        model=model[1],
        versions=tuple(dict.fromkeys(count.key.version for count in in_order)),
        status=judge(history),
        accuracy=found,
        cases=sum(count.cases for count in counts),
        acknowledged_by=acknowledged_by(steps),
        put_off=put_off_words(steps, now),
        demonstration=demonstration(counts),
        unchecked=waiting,
        sizes=far_off,
    )


def _sizes(
    session: Session, selection: Selection, model: Model, counts: Sequence[DayCount]
) -> Sizes:
    """How far the numbers of a model are off, of all of its cases that the word is of."""
    server, name = model
    estimated = replace(selection, purposes=ESTIMATED, server=server, model=name)
    return sizes(session, estimated, groups(counts))


def _inputs(drift: InputDrift, changed: tuple[str, ...]) -> Inputs:
    """`changed` are the fields as people call them."""
    (before, now), reference = drift.cases, drift.reference
    return Inputs(
        changed=changed,
        before=before,
        now=now,
        accepted=reference.accepted.date() if reference.accepted else None,
        chosen=reference.chosen.words if reference.chosen else "",
        is_compared=bool(drift.fields or drift.joint),
        since=drift.since,
    )


def _closing(
    session: Session,
    everything: Selection,
    model: Model,
    steps: Sequence[DecisionView],
    since: datetime,
) -> Closing | None:
    """How the last alarm of a model ended, with what was asked on that day afterwards; None where that is long ago."""
    found = closed(steps)
    if found is None or found.at < since:
        return None
    server, name = model
    rest = replace(everything, server=server, model=name, since=found.at, until=found.until)
    day = days.figures(found.at.date(), db.health_days.by_day(session, rest))
    return found.with_rest(day.right, day.wrong, day.answered, day.failed)


def _comparisons(
    pairs: Iterable[tuple[str, str, bool, bool]],
) -> dict[tuple[str, str], Comparison]:
    by_versions: dict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)
    for first, second, is_first, is_second in pairs:
        by_versions[first, second].append((is_first, is_second))
    return {versions: compare(found) for versions, found in by_versions.items()}
