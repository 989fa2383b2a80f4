"""No query shows more than the scope of its session, and none can be made without one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Select, event, select
from sqlalchemy.orm import Session, sessionmaker

import db.batches
import db.cases
import db.cohorts
import db.explanations
import db.feedback
import db.health
import db.health_days
import db.job_view
import db.jobs
import db.overlays
from cases.queries import save_explanation
from db import tables
from db.engine import Sessions, limited, reading, writing
from db.errors import OutOfScope
from db.ids import new_id
from db.scope import Models, Scope
from feedback.submission import submit
from tests.recorded import NOON, add_case, case_of

BANK = (Models(server="bank", name="credit-*"),)
ANALYST = Scope(person="ann", seen=BANK)
REVIEWER = Scope(person="rita", seen=BANK, reviewed=BANK)
FIGURES = replace(ANALYST, is_of_all_people=True)


@pytest.fixture
def ids(sessions: Sessions) -> dict[str, str]:
    """One case each: hers, another's, a hidden model's, and one of a model that differs in a letter's case."""
    asked = {
        "hers": {"person": "ann", "server": "bank", "model": "credit-1"},
        "other": {"person": "bob", "server": "bank", "model": "credit-1"},
        "hidden": {"person": "ann", "server": "bank", "model": "fraud"},
        "near": {"person": "ann", "server": "bank", "model": "Credit-1"},
    }
    return {name: add_case(sessions, **changes).id for name, changes in asked.items()}


@pytest.mark.parametrize(
    ("scope", "seen"),
    [(ANALYST, {"hers"}), (REVIEWER, {"hers", "other"}), (FIGURES, {"hers", "other"})],
)
def test_every_query_of_cases_shows_the_same(
    sessions: Sessions, ids: dict[str, str], scope: Scope, seen: set[str]
) -> None:
    wanted = {ids[name] for name in seen}
    wide = db.cohorts.Wanted(server="bank", model="credit-1", purposes=("asked",), limit=9)
    with reading(limited(sessions, scope)) as session:
        assert {case.id for case in db.cases.recent(session)} == wanted
        assert {i for i in ids.values() if db.cases.by_id(session, i)} == wanted
        assert {i for i in ids.values() if db.cases.bodies(session, i)} == wanted
        assert {row.case_id for row in db.cohorts.rows(session, wide)} == wanted
        for count in (db.health_days.by_version, db.health_days.by_day):
            counted = count(session, db.health.Selection(purposes=("asked",)))
            assert sum(each.cases for each in counted) == len(wanted)


def test_what_belongs_to_a_case_is_hidden_with_it(sessions: Sessions, ids: dict[str, str]) -> None:
    for name, case_id in ids.items():
        save_explanation(sessions, case_id=case_id, method="shap", status="complete")
        submit(sessions, case_id=case_id, person="bob", judgement="correct", key=name)
    with reading(limited(sessions, ANALYST)) as session:
        explained = {n for n, i in ids.items() if db.explanations.of_case(session, i)}
        judged = {n for n, i in ids.items() if db.feedback.of_case(session, i)}
        now = db.feedback.current_of(session, list(ids.values()))
    assert explained == judged == {"hers"}
    assert set(now) == {ids["hers"]}


def test_a_hidden_case_takes_no_feedback(sessions: Sessions, ids: dict[str, str]) -> None:
    with writing(limited(sessions, ANALYST)) as session:
        assert db.cases.lock(session, ids["hidden"]) is None
        assert db.cases.lock(session, ids["hers"]) is not None


def test_what_is_not_seen_is_neither_changed_nor_taken_back(sessions: Sessions) -> None:
    case = case_of(person="bob", server="bank", model="credit-1", outcome=db.cases.ASKED)
    with writing(sessions) as session:
        db.cases.begin(session, [case])
    with writing(limited(sessions, ANALYST)) as session:
        db.cases.withdraw(session, [case.id])
    with reading(sessions) as session:
        assert db.cases.by_id(session, case.id) is not None


def test_a_case_of_a_hidden_model_cannot_be_begun(sessions: Sessions) -> None:
    case = case_of(person="ann", server="bank", model="fraud")
    with pytest.raises(OutOfScope), writing(limited(sessions, ANALYST)) as session:
        db.cases.begin(session, [case])


def test_what_everybody_meets_is_changed_by_reviewers_alone(sessions: Sessions) -> None:
    def publish(scope: Scope) -> None:
        with writing(limited(sessions, scope)) as session:
            row = tables.Overlay(
                id=new_id(),
                server="bank",
                model="credit-1",
                number=1,
                author=scope.person,
                created_at=NOON,
                comment="",
                content={},
                idempotency_key=scope.person,
            )
            session.add(row)

    with pytest.raises(OutOfScope):
        publish(ANALYST)
    publish(REVIEWER)


def test_a_session_without_a_scope_answers_nothing(sessions: Sessions) -> None:
    with pytest.raises(OutOfScope), sessionmaker(sessions.kw["bind"])() as session:
        session.scalars(select(tables.Case)).all()


@pytest.mark.slow
def test_every_table_of_what_people_did_is_limited_or_known_to_hold_nothing_of_them(
    sessions: Sessions,
) -> None:
    """A new table must be limited as well, or be named here with the reason."""
    open_to_all = {
        "case_files",  # found by a digest that only a case tells
        "job_inputs",  # found by a job
        "workers",  # processes
        "workspaces",  # what a show is called and who opened it, none of its records
    }
    with reading(limited(sessions, Scope(person="eve"))) as session:
        for mapper in tables.Base.registry.mappers:
            if mapper.class_.__tablename__ not in open_to_all:
                text = _statement(session, select(mapper.class_))
                assert "WHERE" in text, mapper.class_.__tablename__


def _statement(session: Session, query: Select[tuple[object]]) -> str:
    """The query as it is executed."""
    found: list[str] = []

    def keep(_c: object, _cursor: object, text: str, *_: object) -> None:
        found.append(text)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", keep)
    try:
        session.execute(query)
    finally:
        event.remove(engine, "before_cursor_execute", keep)
    return found[-1]


OPERATOR = replace(REVIEWER, person="olga", operated=BANK)
STARRED = Scope(
    person="otto",
    seen=(Models(server="ban*", name="credit-1"),),
    operated=(Models(server="ban*", name="credit-1"),),
)
WHOLE = Scope(person="root", seen=(Models(),), reviewed=(Models(),), operated=(Models(),))
UNNAMED = Scope(person="eve")


@pytest.fixture
def jobs(sessions: Sessions, ids: dict[str, str]) -> dict[str, str]:
    """A job of each kind of subject, of two people: their names are what the cases below call them."""
    made = {
        "ann's study": _job("ann", "model/bank/credit-1"),
        "bob's study": _job("bob", "model/bank/credit-1"),
        "bob's file": _job("bob", "model/bank/credit-1"),
        "hidden": _job("ann", "model/bank/fraud"),
        "a slash": _job("bob", "model/bank/credit-1/x"),
        "of her case": _job("bob", f"case/{ids['hers']}"),
        "of his case": _job("bob", f"case/{ids['other']}"),
        "of a hidden case": _job("ann", f"case/{ids['hidden']}"),
        "nightly": _job("anonymous", ""),
    }
    file = made["bob's file"]
    batch = db.batches.BatchView(
        id=file.id,
        server="bank",
        model="credit-1",
        version="",
        person="bob",
        created_at=NOON,
        file_name="f.csv",
        question="q",
        key="k",
        rows=2,
    )
    with writing(sessions) as session:
        for job in made.values():
            db.jobs.add(session, job, b"")
        db.batches.add(session, batch)
    return {name: job.id for name, job in made.items()}


def _job(person: str, subject: str) -> db.job_view.JobView:
    job_id = new_id()
    return db.job_view.JobView(
        id=job_id,
        kind="some",
        person=person,
        subject=subject,
        idempotency_key=job_id,
        queue="people",
        created_at=NOON,
    )


_OF_CREDIT = {"ann's study", "bob's study", "bob's file", "of her case", "of his case"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scope", "seen", "changed"),
    [
        (ANALYST, {"ann's study", "of her case"}, {"ann's study"}),
        (replace(ANALYST, is_of_all_people=True), {"ann's study", "of her case"}, {"ann's study"}),
        (REVIEWER, {"bob's file", "of her case", "of his case"}, set()),
        (OPERATOR, {*_OF_CREDIT, "a slash"}, {*_OF_CREDIT, "a slash"}),
        (STARRED, {"ann's study", "bob's study", "bob's file"}, {"ann's study", "bob's study", "bob's file"}),
        (UNNAMED, set(), set()),
    ],
)  # fmt: skip
def test_a_job_is_of_who_began_it_of_operators_and_of_who_sees_what_it_is_about(
    sessions: Sessions, jobs: dict[str, str], scope: Scope, seen: set[str], changed: set[str]
) -> None:
    with writing(limited(sessions, scope)) as session:
        assert {job.id for job in db.jobs.newest(session)} == {jobs[name] for name in seen}
        may = {name for name, each in jobs.items() if db.jobs.may_change(session, each)}
        for job_id in jobs.values():
            db.jobs.request_cancel(session, job_id, NOON)
    with reading(sessions) as session:
        stopped = {n for n, i in jobs.items() if db.jobs.by_id(session, i).state == "cancelled"}
    assert (may, stopped) == (changed, changed)


def test_who_operates_everything_sees_the_nightly_jobs_too(
    sessions: Sessions, jobs: dict[str, str]
) -> None:
    with reading(limited(sessions, WHOLE)) as session:
        assert {job.id for job in db.jobs.newest(session)} == set(jobs.values())
