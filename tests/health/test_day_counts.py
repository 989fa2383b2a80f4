"""Counts by day are, whatever happened and whenever they were folded, what the cases say at this moment."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select

import db.cases
import db.health_days
from cases import deleting, erasure
from cases.payloads import pack
from db.deletion import Wanted
from db.durations import RELATIVE_ERROR, Durations, added, interval, percentiles
from db.engine import Sessions, close, limited, make_sessions, reading, snapshot, writing
from db.health import Selection
from db.health_figures import Kinds
from db.migrate import migrate
from db.scope import Models, Scope
from db.tables import PURPOSES, Case, DeletedCases, DeletedFeedback, Feedback, HealthDay, HealthMark
from feedback.errors import FeedbackRefused
from feedback.submission import submit
from health import input_drift
from health.cohort import Cohort
from health.day_counts import fold
from health.joint_drift import bring_up_to_date
from health.overview import look
from health.standing import standings
from health.summary import recent_series, summarise
from tests.recorded import FAILED, NOON, add_case, add_cases, case_of

EVERY = Selection(purposes=PURPOSES)
KINDS = Kinds(estimated=("asked", "batch"), not_failed=("answered", "asked", "invalid"))
FIRST = NOON - timedelta(days=6)
PEOPLE = ("ada", "bob", "rev")
Counts = Counter[tuple[object, ...]]


class Happenings:
    """Random things that happen to cases, by a seed."""

    def __init__(self, sessions: Sessions, seed: int) -> None:
        self.sessions, self.random = sessions, Random(seed)
        self.open: list[Any] = []
        self.number = 0

    def go_on(self, times: int) -> None:
        for _ in range(times):
            what = self.random.choices(
                (self.ask, self.end, self.judge, self.delete, self.erase, self.fold),
                (8, 4, 12, 1, 0.3, 2),
            )[0]
            what()

    def ask(self) -> None:
        """A few cases at once, of which some are not answered yet."""
        cases = [
            case_of(
                created_at=FIRST + timedelta(minutes=self.random.randrange(6 * 24 * 60)),
                model=self.random.choice("mn"),
                version=self.random.choice(("", "1", "2")),
                person=self.random.choice(PEOPLE),
                purpose=self.random.choice(PURPOSES),
                is_audited=self.random.random() < 0.5,
                audit_probability=self.random.choice((0.0, 0.1, 1.0)),
                seconds_total=self.random.lognormvariate(-1, 1),
                **self.random.choice(({}, {}, FAILED)),
            )
            for _ in range(self.random.randrange(1, 5))
        ]
        begun = [replace(case, version="", outcome=db.cases.ASKED) for case in cases]
        with writing(self.sessions) as session:
            db.cases.begin(session, begun)
        self.open += cases

    def end(self) -> None:
        """Some get their answer, and with it their version; one is taken back."""
        ended, self.open = self.open[1:], []
        with writing(self.sessions) as session:
            if ended:
                db.cases.complete_all(session, ended, pack(b"{}"), pack(b"{}"))

    def judge(self) -> None:
        ids = self._ids()
        if not ids:
            return
        self.number += 1
        with suppress(FeedbackRefused):
            submit(
                self.sessions,
                case_id=self.random.choice(ids),
                person=self.random.choice(PEOPLE),
                judgement=self.random.choice(("correct", "incorrect", "unsure")),
                channel=self.random.choice((None, "volunteered", "review", "upload")),
                key=f"said-{self.number}",
                clock=lambda: NOON + timedelta(seconds=self.number),
            )

    def delete(self) -> None:
        """What retention does; and the bodies of others, which changes no count."""
        ids = self._ids()
        chosen = tuple(self.random.sample(ids, min(4, len(ids))))
        for _ in deleting.delete_bodies(self.sessions, Wanted(ids=chosen), person="olga"):
            pass
        for _ in deleting.delete_cases(self.sessions, Wanted(ids=chosen[:2]), person="olga"):
            pass

    def erase(self) -> None:
        erasure.erase(self.sessions, self.random.choice(PEOPLE), by="olga")

    def fold(self) -> None:
        fold(self.sessions)

    def _ids(self) -> list[str]:
        with reading(self.sessions) as session:
            return list(session.scalars(select(Case.id).order_by(Case.id)))


def _from_scratch(sessions: Sessions, selection: Selection = EVERY) -> tuple[Counts, Counts]:
    """Cases and statements, counted in Python from every row there is, and what is kept of those that are not."""
    cases: Counts = Counter()
    statements: Counts = Counter()
    with reading(sessions) as session:
        said: dict[str, list[Feedback]] = defaultdict(list)
        for statement in session.scalars(select(Feedback)):
            said[statement.case_id].append(statement)
        for case in session.scalars(select(Case)):
            if selection.since and case.created_at < selection.since:
                continue
            group = (case.server, case.model, case.version, case.created_at.date(), case.purpose)
            of_case = said[case.id] if case.outcome == "answered" else []
            cases[
                (*group, case.outcome, case.audit_probability, case.is_audited, *_verdict(of_case))
            ] += 1
            statements.update((*group, s.channel, s.judgement) for s in of_case if s.is_current)
        for row in session.scalars(select(DeletedCases)):
            lottery = (
                row.outcome,
                row.audit_probability,
                row.is_audited,
                row.is_volunteered,
                row.judgement,
            )
            if not selection.since or row.day >= selection.since:
                cases[
                    (row.server, row.model, row.version, row.day.date(), row.purpose, *lottery)
                ] += row.cases
        for row in session.scalars(select(DeletedFeedback)):
            group = (row.server, row.model, row.version, row.day.date(), row.purpose)
            if not selection.since or row.day >= selection.since:
                statements[(*group, row.channel, row.judgement)] += row.statements
    return cases, statements


def _verdict(said: Iterable[Feedback]) -> tuple[bool, str | None]:
    known = sorted(said, key=lambda s: (s.channel == "review", s.created_at, s.id))
    deciding = [s.judgement for s in known if s.is_current and s.judgement != "unsure"]
    is_volunteered = any(s.channel == "volunteered" for s in known)
    return is_volunteered, deciding[-1] if deciding else None


def _counted(sessions: Sessions, selection: Selection = EVERY) -> tuple[Counts, Counts]:
    """The same, as the figures have it."""
    cases: Counts = Counter()
    statements: Counts = Counter()
    with snapshot(sessions) as session:
        for c in db.health_days.by_day(session, selection):
            lottery = (c.outcome, c.probability, c.is_audited, c.is_volunteered, c.judgement)
            cases[(*vars(c.key).values(), c.day, c.purpose, *lottery)] += c.cases
        for s in db.health_days.statements(session, selection):
            group = (*vars(s.key).values(), s.purpose, s.channel, s.judgement)
            statements[group] += s.statements
    return cases, statements


def _without_days(statements: Counts) -> Counts:
    found: Counts = Counter()
    for (server, model, version, _day, *rest), count in statements.items():
        found[(server, model, version, *rest)] += count
    return found


def _check(sessions: Sessions) -> None:
    within_a_day = replace(EVERY, since=FIRST + timedelta(days=2, hours=5))
    for selection in (EVERY, within_a_day):
        cases, statements = _from_scratch(sessions, selection)
        assert _counted(sessions, selection) == (cases, _without_days(statements))
        assert _added_up(sessions, selection) == _sums_of(cases)


def _sums_of(cases: Counts) -> tuple[Counts, Counts, list[tuple[str, str]]]:
    """What the database adds up, from counts: by model and day, by day and outcome, and which models there are."""
    days: Counts = Counter()
    buckets: Counts = Counter()
    for key, n in cases.items():
        server, model, _, day, purpose, outcome, _, is_audited, _, judgement = key
        buckets[day, outcome] += n
        is_drawn = is_audited and purpose in KINDS.estimated
        days[server, model, day, "right"] += n if is_drawn and judgement == "correct" else 0
        days[server, model, day, "wrong"] += n if is_drawn and judgement == "incorrect" else 0
        days[server, model, day, "answered"] += n if outcome == "answered" else 0
        days[server, model, day, "failed"] += n if outcome not in KINDS.not_failed else 0
    return +days, buckets, sorted({(str(key[0]), str(key[1])) for key in cases})


def _added_up(
    sessions: Sessions, selection: Selection
) -> tuple[Counts, Counts, list[tuple[str, str]]]:
    with snapshot(sessions) as session:
        counted = db.health_days.not_kept(session, selection)
        of_models = db.health_figures.by_day(session, selection, KINDS, counted)
        found = db.health_figures.buckets(session, selection)
        models_ = db.health_figures.models(session, selection)
    names = ("right", "wrong", "answered", "failed")
    days: Counts = Counter()
    for model, each in of_models.items():
        for day, by_version in each.items():
            for numbers in by_version.values():
                days.update({(*model, day, name): n for name, n in zip(names, numbers, strict=True)})  # fmt: skip
    return +Counter(days), Counter({(b.start.date(), b.outcome): b.cases for b in found}), models_


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_after_whatever_happened_the_counts_are_those_of_the_cases(
    sessions: Sessions, seed: int
) -> None:
    happenings = Happenings(sessions, seed)
    for _ in range(4):
        happenings.go_on(20)
        _check(sessions)
        figures = _figures(sessions)
        # A process that has kept things since the last time says what one does that has just begun.
        input_drift.forget()
        db.health_durations.forget()
        assert _figures(sessions) == figures
    assert fold(sessions) > 0
    _check(sessions)
    with reading(sessions) as session:
        assert session.scalar(select(func.count()).select_from(HealthMark)) == 0
        kept = session.scalar(select(func.sum(HealthDay.cases)))
        assert kept == session.scalar(select(func.count()).select_from(Case))
    assert _figures(sessions) == figures
    assert fold(sessions) == 0
    # As a process finds them that has just begun, after a job has kept what inputs are like.
    bring_up_to_date(sessions, clock=lambda: NOON)
    input_drift.forget()
    db.health_durations.forget()
    assert _figures(sessions) == figures


def _figures(sessions: Sessions) -> list[object]:
    """What pages show, with numbers as far as ten digits go: sums of them differ by their order."""
    rows = summarise(sessions)
    days = recent_series(sessions, cohort=Cohort(since=FIRST), clock=lambda: NOON)
    models = standings(sessions, clock=lambda: NOON)
    looks = [look(sessions, *model, clock=lambda: NOON) for model in models]
    shown = [
        (e.standing, e.weeks, e.versions, e.drift, e.drift_after, e.told, e.answered)
        for e in looks
        if e
    ]
    return [_rounded(each) for each in (rows, days, models, shown)]


def _rounded(found: Any) -> object:
    """The same with its numbers rounded, whatever it is made of."""
    if isinstance(found, float):
        return round(found, 10)
    if is_dataclass(found):
        return type(found), [_rounded(getattr(found, each.name)) for each in fields(found)]
    if isinstance(found, Mapping):
        return {key: _rounded(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [_rounded(each) for each in found]
    return found


@pytest.mark.slow
def test_what_is_just_being_written_is_counted_once_it_is_there(postgresql_url: str) -> None:
    """A fold meanwhile sees neither the case nor its mark, and leaves the mark."""
    migrate(postgresql_url)
    sessions = make_sessions(postgresql_url)
    add_case(sessions)
    with writing(sessions) as session:
        db.cases.begin(session, [case_of(outcome=db.cases.ASKED)])
        assert fold(sessions) == 1
    assert sum(_counted(sessions)[0].values()) == 2
    assert fold(sessions) == 1
    _check(sessions)
    close(sessions)


def test_a_day_that_lost_its_last_case_has_no_count(sessions: Sessions) -> None:
    case = add_case(sessions)
    fold(sessions)
    for _ in deleting.delete_cases(sessions, Wanted(ids=(case.id,)), person="olga"):
        pass
    assert _counted(sessions) == (*_from_scratch(sessions)[:1], Counter())
    fold(sessions)
    with reading(sessions) as session:
        assert session.scalar(select(func.count()).select_from(HealthDay)) == 0


def test_who_sees_their_own_cases_alone_gets_no_counts_of_others(sessions: Sessions) -> None:
    add_cases(sessions, case_of(person="ada"), case_of(person="bob"), case_of(model="fraud"))
    fold(sessions)
    analyst = Scope(person="ada", seen=(Models(server="shelf", name="penguins"),))
    for scope, cases in ((analyst, 1), (replace(analyst, is_of_all_people=True), 2)):
        found, _ = _counted(limited(sessions, scope))
        assert found.total() == cases


@pytest.mark.parametrize("seed", range(3))
def test_percentiles_are_within_the_bound_that_is_told(seed: int) -> None:
    seconds = np.random.default_rng(seed).lognormal(-2, 2, 5_000)
    parts = [
        Durations(counts=Counter(map(interval, part)), least=part.min(), most=part.max())
        for part in np.split(seconds, 5)
    ]
    wanted = (0, 1, 50, 95, 99, 99.9, 100)
    exact = np.percentile(seconds, wanted)
    found = percentiles(added(parts), wanted)
    assert found == pytest.approx(exact, rel=RELATIVE_ERROR)


def test_odd_durations_have_an_interval() -> None:
    odd = [0.0, -1.0, 1e-9, math.inf, math.nan]
    assert [interval(seconds) for seconds in odd[:3]] == [interval(1e-6)] * 3
    assert [interval(seconds) for seconds in odd[3:]] == [interval(1e9)] * 2
