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
from health.chosen_counts import ChosenCounts, chosen_counts
from health.classification import known_of
from health.closing import Closing
from health.cohort import EVERY, Cohort
from health.comparison import Comparison, compare
from health.details import MOST_JUDGED, Details, causes_of, details
from health.drift.fields import FieldDrift
from health.drift.joint import JointDrift
from health.estimates import Rate, is_census, rate
from health.history import DayFigures, Inputs
from health.input_drift import input_drift, midnight
from health.known_looks import KnownLooks, MadeOf
from health.normal import Normal, normal_of
from health.over_time import VersionLine, Week
from health.reference import Reference
from health.standing import Standing, begin, closing_of, inputs_of, standing_of
from health.summary import (
    ESTIMATED,
    SERVED,
    accuracy_of,
    asked_again,
    demonstration,
    groups,
    unchecked,
)
from health.titles import FieldWords, Titles, Units, Words, as_coded, as_named, no_unit
from health.to_check import ToCheck, to_check

# Of so many of the newest cases it is said how many were unlike earlier ones.
NEWEST = 1_000


@dataclass(frozen=True, kw_only=True)
class Look:
    """Everything about one model. `told` are the volunteered statements: right, wrong. `failed` is the share of what was sent;
    `unlike` that of the newest cases that were unlike all earlier ones, of those that were compared with them. `drift` is how the inputs changed, and `answer_drift` how the answers did, None where they are not compared. `drift_reference` is what the newest inputs are
    compared with, and `drift_unfit` names the fields of which that says nothing. `causes` is what
    a fall of the right answers comes from, None where there is none that goes on. `joint_drift` is of the cases until `joint_until`, and with another reference where it
    `is_joint_due`; `drift_cases` are how many cases of before and of now there are to compare, and `counts` how many of the newest that are chosen have each value, None where all are. `normal` is what would be
    accepted as the baseline now. Where they are chosen so that no other case can join them it `is_closed`. `times` are how long answers took."""

    standing: Standing
    weeks: Sequence[Week]
    versions: Sequence[VersionLine]
    drift: Sequence[FieldDrift]
    answer_drift: FieldDrift | None
    joint_drift: Sequence[JointDrift]
    joint_until: datetime | None
    is_joint_due: bool
    detections: Sequence[DetectionView]
    drift_before: tuple[date, date] | None
    drift_after: tuple[date, date] | None
    drift_reference: Reference
    drift_unfit: Sequence[str]
    drift_cases: tuple[int, int]
    counts: ChosenCounts | None
    details: Details
    comparisons: Mapping[tuple[str, str], Comparison]
    steps: Sequence[DecisionView]
    alarms: Sequence[AlarmView]
    causes: Causes | None
    normal: Normal
    is_closed: bool
    told: tuple[int, int]
    answered: int
    failed: Rate
    unlike: Rate
    times: AnswerTimes

    @property
    def to_check(self) -> ToCheck:
        """How many drawn cases of these are still to be judged."""
        found = self.standing
        return to_check(found.accuracy, found.unchecked, is_closed=self.is_closed)

    @property
    def compared(self) -> Sequence[FieldDrift]:
        """The answer, where it is compared, and the inputs."""
        return [*([self.answer_drift] if self.answer_drift else []), *self.drift]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What is looked at, by whom it is called how, and when."""

    server: str
    model: str
    cohort: Cohort
    protected: tuple[str, ...]
    titles: Mapping[str, str]
    words: FieldWords
    now: datetime

    @property
    def every(self) -> Selection:
        """All cases of the model."""
        return Selection(purposes=SERVED, server=self.server, model=self.model)

    @property
    def of_word(self) -> Selection:
        """Those that the word is of."""
        return replace(self.every, since=begin(self.now))


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
    asked = _Asked(
        server=server,
        model=model,
        cohort=cohort,
        protected=tuple(protected),
        titles=titles(server, model),
        words=words(server, model),
        now=clock(),
    )
    with snapshot(sessions) as session:
        ever = db.health_days.not_kept(session, asked.every)
        made_of = _made_of(session, asked, ever)
        of = (scope_of(session), server, model, cohort, asked.protected, asked.now.date())
        if known := _known.find(of, made_of):
            return _put_off(known, asked.now)
        read = _read(session, asked, made_of, ever)
        if not read.lately and not read.shown:
            return None
        standing = _standing(
            read, made_of, asked, inputs_of(made_of.drift, (server, model), titles, units)
        )
        found = _causes(session, read, standing, asked)
    looked = _looked(read, made_of, standing, found, asked)
    _known.keep(of, made_of, looked)
    return looked


_known: KnownLooks[Look] = KnownLooks()


def _put_off(known: Look, now: datetime) -> Look:
    """Until when is of the moment."""
    words = put_off_words(known.steps, now)
    return replace(known, standing=replace(known.standing, put_off=words))


def _made_of(session: Session, asked: _Asked, ever: Sequence[DayCount]) -> MadeOf:
    """What a look at a model is made of, beside its cases."""
    model = server, name = asked.server, asked.model
    steps = db.health_decisions.all_of(session, server, name)
    picked = db.health_references.newest(session, server, name)
    references = {model: reference_of(steps, picked)}
    return MadeOf(
        revision=db.health_days.revisions(session, asked.every).get(model, ""),
        steps=steps,
        alarms=db.health_alarms.newest(session, server, name),
        drift=input_drift(session, asked.now, asked.every, references, ever)[model],
        titles=dict(asked.titles),
        words=dict(asked.words),
    )


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What was read of the cases of a model at one moment: `lately` counts all of its cases of the last days, `shown` those that are
    looked at, and `whole` all of their versions and days; the judged ones of these, and the pairs of versions."""

    lately: Sequence[DayCount]
    by_day: Sequence[DayFigures]
    shown: Sequence[DayCount]
    whole: Sequence[DayCount]
    closing: Closing | None
    judged: Sequence[JudgedCase]
    pairs: Sequence[tuple[str, str, bool, bool]]
    unlike: tuple[int, int]
    times: AnswerTimes
    counts: ChosenCounts | None


def _read(session: Session, asked: _Asked, made_of: MadeOf, ever: Sequence[DayCount]) -> _Read:
    lately, chosen = asked.of_word, asked.cohort.of(asked.every)
    estimated = replace(chosen, purposes=ESTIMATED)
    model, since = (asked.server, asked.model), begin(asked.now)
    of_word = db.health_days.by_day(session, lately, db.health_days.since(ever, since))
    shown = db.health_days.by_day(session, chosen, _of_time(ever, asked.every, chosen))
    whole = shown
    if not asked.cohort.is_whole:
        every = asked.cohort.whole.of(asked.every)
        whole = db.health_days.by_day(session, every, _of_time(ever, asked.every, every))
    return _Read(
        lately=of_word,
        by_day=days.by_day(of_word),
        shown=shown,
        whole=whole,
        closing=closing_of(session, asked.every, model, made_of.steps, since),
        judged=db.health_cases.judged_cases(
            session, estimated, MOST_JUDGED, is_drawn=not is_census(groups(whole))
        ),
        pairs=db.health_cases.compared(session, estimated, MOST_JUDGED),
        unlike=db.health_cases.unlike(session, estimated, NEWEST),
        times=answer_times(session, chosen),
        counts=chosen_counts(session, made_of.drift, asked.every, asked.cohort),
    )


def _standing(read: _Read, made_of: MadeOf, asked: _Asked, inputs: Inputs) -> Standing:
    """The word, which is of all cases of the last days."""
    return standing_of(
        (asked.server, asked.model),
        read.lately,
        read.by_day,
        steps=made_of.steps,
        closing=read.closing,
        now=asked.now,
        inputs=inputs,
    )


def _causes(session: Session, read: _Read, standing: Standing, asked: _Asked) -> Causes | None:
    every = replace(asked.of_word, purposes=ESTIMATED)
    counted = groups(read.lately)
    return causes_of(session, every, standing.status, counted, asked.titles, asked.words)


def _details(read: _Read, asked: _Asked) -> Details:
    found = details(read.judged, groups(read.whole), asked.protected, asked.words)
    known = known_of(found.classes, asked.cohort.answer, asked.cohort.truth)
    return replace(found, classes=known)


def _shown(standing: Standing, read: _Read, behind: Details, asked: _Asked) -> Standing:
    """The word beside the figures of the cases that are looked at; figures of other cases are no reason of the word."""
    is_of_word = asked.cohort == Cohort(since=begin(asked.now))
    return replace(
        standing,
        accuracy=accuracy_of(asked.cohort, read.shown, read.whole),
        cases=sum(c.cases for c in read.shown),
        demonstration=demonstration(read.shown),
        asked_again=asked_again(read.shown),
        unchecked=unchecked(read.shown),
        sizes=behind.sizes if is_of_word else standing.sizes,
    )


def _looked(
    read: _Read, made_of: MadeOf, standing: Standing, causes: Causes | None, asked: _Asked
) -> Look:
    shown, drift, behind = read.shown, made_of.drift, _details(read, asked)
    today = asked.now.date()
    return Look(
        standing=_shown(standing, read, behind, asked),
        weeks=over_time.weeks(shown, today, asked.cohort, read.whole),
        versions=over_time.versions(shown, asked.cohort, read.whole),
        drift=drift.fields,
        answer_drift=drift.answer,
        joint_drift=drift.joint,
        joint_until=drift.joint_until,
        is_joint_due=drift.is_joint_due,
        detections=drift.detections,
        drift_before=drift.before,
        drift_after=drift.after,
        drift_reference=drift.reference,
        drift_unfit=drift.unfit,
        drift_cases=drift.cases,
        counts=read.counts,
        details=behind,
        comparisons=_comparisons(read.pairs),
        steps=made_of.steps,
        alarms=made_of.alarms,
        causes=causes,
        is_closed=asked.cohort.is_closed(asked.now),
        normal=normal_of(
            read.lately,
            read.by_day,
            standing.status.findings,
            made_of.steps,
            today,
            made_of.alarms,
        ),
        told=_told(shown),
        answered=sum(c.cases for c in shown if c.outcome == "answered"),
        failed=rate(0, 0) if asked.cohort.is_of_answered else over_time.failed(shown),
        unlike=rate(*read.unlike),
        times=read.times,
    )


def _told(shown: Sequence[DayCount]) -> tuple[int, int]:
    """What people said unasked: right, wrong."""
    volunteered = [c for c in shown if c.is_volunteered and c.judgement and not c.is_audited]
    return days.judged(volunteered, "correct"), days.judged(volunteered, "incorrect")


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
