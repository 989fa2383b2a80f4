"""The history of a demonstration: what stands after the real models were asked, and that it is written once."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import func, select

from audit_log.verify import verify
from cases.queries import recent
from cases.workspaces import reset_demonstration
from cli.demo import OBJECTIVES
from db.cases import CaseView
from db.engine import Sessions, close, limited, make_sessions, reading
from db.health_alarms import AlarmView
from db.scope import EVERYTHING
from db.tables import Base, Feedback, ReviewItem
from demonstration import __main__ as program
from demonstration import again, first_calls
from demonstration.history import write
from demonstration.incidents import CUT_TEXTS, OUTAGE, UNIT_CHANGE, is_down, times_as_long
from demonstration.plan import (
    ANALYSTS,
    DAYS,
    DEPLOYMENTS,
    MISTAKE,
    Deployment,
)
from feedback.agreement import agreement
from feedback.first_call_figures import first_call_figures
from feedback.review_queue import queue
from feedback.review_rules import rules_of
from health.alarms.decisions import decisions, is_silent
from health.alarms.episodes import alarms_of
from health.day_counts import fold
from health.first_calls import first_calls as compared_calls
from health.objectives import of_model
from health.outliers.deployed import Detectors
from health.outliers.earlier import Earlier
from health.overview import look
from health.service import service
from health.standing import standings
from health.summary import summarise
from mds_client import MdsClient, Server
from mds_client.client.model import Model
from settings import ServerSettings, Settings
from settings.rules import ObjectiveSettings
from tests.databases import sqlite_below

pytestmark = pytest.mark.slow

MODELS = Path(__file__).resolve().parents[2] / "var" / "models"
NOW = datetime(2026, 6, 1, 15, 30, tzinfo=UTC)
START = datetime(2026, 3, 3, tzinfo=UTC)
# What stays of a demonstration that was reset: the trail, the names of its chains, and marks of what was counted.
STAY = {
    "audit_chains",
    "audit_entries",
    "audit_leaves",
    "audit_salts",
    "health_revisions",
    "workspaces",
}


@pytest.fixture(scope="module")
def client(mds_url: str) -> Iterator[MdsClient]:
    with MdsClient(Server(name="demo", url=mds_url)) as made:
        yield made


@pytest.fixture(scope="module")
def written(mds_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sessions]:
    """A database with the whole history."""
    made = make_sessions(sqlite_below(tmp_path_factory.mktemp("history")))
    _run_the_program(mds_url, made)
    yield made
    close(made)


def _write(client: MdsClient, sessions: Sessions, until: datetime = NOW) -> int:
    def model(one: Deployment) -> Model:
        return client.model(one.model, one.version)

    outliers = Earlier(sessions, detectors=Detectors(lambda _server: client))
    return write(model, sessions, MODELS, until=until, outliers=outliers)


@pytest.fixture
def cases(written: Sessions) -> list[CaseView]:
    return recent(written, limit=5_000)


@pytest.fixture
def asked(cases: list[CaseView]) -> list[CaseView]:
    """Those that were asked by themselves, and did not ask others again."""
    return [case for case in cases if not case.parent_id]


@pytest.fixture
def alarms(written: Sessions) -> dict[tuple[str, str], list[AlarmView]]:
    """By model and kind, the newest first."""
    found = defaultdict(list)
    for model in {deployment.model for deployment in DEPLOYMENTS}:
        for alarm in alarms_of(written, "demo", model):
            found[model, alarm.kind].append(alarm)
    return dict(found)


def _day(number: float) -> datetime:
    return START + timedelta(days=number)


def test_every_model_was_asked_over_ninety_days_by_accounts(asked: list[CaseView]) -> None:
    counted = Counter((case.model, case.version_asked) for case in asked)
    assert set(counted) == {(d.model, d.version) for d in DEPLOYMENTS}
    ((purpose, workspace),) = {(case.purpose, case.workspace) for case in asked}
    # The second where the test of the reset ran first.
    assert (purpose, workspace) in (("demo", "demo-1"), ("demo", "demo-2"))
    assert {case.person for case in asked} <= set(ANALYSTS)
    times = [case.created_at for case in asked]
    assert START <= min(times) < _day(5)
    assert NOW - timedelta(days=5) < max(times) < NOW
    assert all(case.id[:10] <= later.id[:10] for later, case in pairwise(asked))


def test_the_first_version_comes_back_by_mistake_and_is_rolled_back(asked: list[CaseView]) -> None:
    first = [c.created_at for c in asked if (c.model, c.version) == ("penguins", "v1")]
    second = [c.created_at for c in asked if (c.model, c.version) == ("penguins", "v2")]
    came, went = map(_day, MISTAKE)
    assert min(first) < min(second) < came < max(first) < went < max(second)
    assert not [at for at in second if came <= at < went]
    assert not [at for at in first if _day(26) < at < came]


def test_the_flaky_model_fails_and_the_others_only_while_the_server_is_down(
    asked: list[CaseView],
) -> None:
    failed = Counter((case.model, case.outcome) for case in asked if not case.is_answered)
    assert failed.pop(("flaky", "failed")) > 10
    down = [case for case in asked if case.outcome == "unreachable"]
    assert len(down) == sum(failed.values()) > 5
    assert {case.created_at.date() for case in down} == {_day(OUTAGE.day).date()}
    assert all(is_down(case.created_at, START) for case in down)


def test_each_case_has_a_time_of_its_own_as_a_single_request_takes_it(
    asked: list[CaseView],
) -> None:
    by_model = defaultdict(list)
    for case in asked:
        if case.is_answered:
            by_model[case.model].append(case)
    for model, found in by_model.items():
        seconds = [case.seconds_total for case in found]
        assert len(set(seconds)) > 0.9 * len(seconds), model
        assert 0.000_5 < median(seconds) < 1.0, model
        assert all(0 < (case.seconds_wire or 0.0) <= case.seconds_total for case in found), model


def test_answers_are_slow_once_the_server_comes_back(asked: list[CaseView]) -> None:
    timed = [c for c in asked if c.is_answered and c.model not in ("flaky", "penguins")]
    usual = [c.seconds_total for c in timed if times_as_long(c.created_at, START) == 1]
    slow = [c.seconds_total for c in timed if times_as_long(c.created_at, START) > 1]
    assert slow
    assert min(slow) > 2 * median(usual)
    down = [case for case in asked if case.outcome == "unreachable"]
    assert len({case.seconds_total for case in down}) == len(down)
    assert min(case.seconds_total for case in down) > 0


def test_a_sensor_changes_its_unit_and_a_detector_sees_it(asked: list[CaseView]) -> None:
    of_model = [case for case in asked if case.model == UNIT_CHANGE.model and case.detected]
    values = [
        (case.created_at >= _day(UNIT_CHANGE.first), case.entered[UNIT_CHANGE.field])
        for case in of_model
    ]
    assert min(value for is_after, value in values if not is_after) > 9
    small = [value < 5 for is_after, value in values if is_after]
    assert 0.3 < sum(small) / len(small) < 0.7
    flagged = defaultdict(list)
    for case in of_model:
        for said in case.detected or []:
            flagged[case.entered[UNIT_CHANGE.field] < 5].append(said["is_flagged"])
    assert sum(flagged[False]) < 0.15 * len(flagged[False])
    assert sum(flagged[True]) > 0.4 * len(flagged[True])


def test_a_client_cuts_texts_short(asked: list[CaseView]) -> None:
    lengths = [
        (case.created_at >= _day(CUT_TEXTS.first), len(case.entered[CUT_TEXTS.field]))
        for case in asked
        if case.model == CUT_TEXTS.model
    ]
    assert min(length for is_after, length in lengths if not is_after) > CUT_TEXTS.characters
    short = [length <= CUT_TEXTS.characters for is_after, length in lengths if is_after]
    assert 0.5 < sum(short) / len(short) < 0.9


def test_nobody_asks_sentiment_any_more(asked: list[CaseView]) -> None:
    assert max(c.created_at for c in asked if c.model == "sentiment") < NOW - timedelta(days=30)


def test_health_finds_every_incident(written: Sessions) -> None:
    found = {model: s for (_, model), s in standings(written, clock=lambda: NOW).items()}
    words = {model: standing.status.word for model, standing in found.items()}
    assert words == {
        "penguins": "Healthy",
        "diabetes-progress": "Healthy",
        "language-id": "Act",
        "flaky": "Act",
        "breast-cancer": "Watch",
        "sentiment": "Not enough evidence",
    }
    kinds = {model: {f.kind for f in s.status.findings} for model, s in found.items()}
    assert kinds["language-id"] >= {"accuracy"}
    assert kinds["breast-cancer"] >= {"inputs"}
    assert UNIT_CHANGE.field in found["breast-cancer"].status.sentence
    penguins = look(written, "demo", "penguins", clock=lambda: NOW)
    assert penguins is not None
    accuracies = {line.version: line.accuracy.value for line in penguins.versions}
    assert accuracies["v2"] > accuracies["v1"] > 0.7


def test_alarms_began_on_the_days_on_which_they_would_have_been_raised(
    alarms: dict[tuple[str, str], list[AlarmView]],
) -> None:
    (mistake,) = alarms["penguins", "accuracy"]
    assert _day(MISTAKE[0]) < mistake.opened_at < mistake.ended_at < _day(MISTAKE[1] + 0.3)
    (unit,) = alarms["breast-cancer", "inputs"]
    assert unit.is_open
    assert _day(UNIT_CHANGE.first) < unit.opened_at < _day(DAYS - 1)
    (cut,) = alarms["language-id", "accuracy"]
    assert cut.is_open
    assert _day(CUT_TEXTS.first) < cut.opened_at < _day(DAYS - 1)
    (failing,) = alarms["flaky", "errors"]
    assert failing.is_open
    assert failing.opened_at < _day(78)
    every = [alarm for some in alarms.values() for alarm in some]
    # Health looked in the evening of each day, and found nothing before something happened.
    assert {f"{alarm.opened_at:%H:%M}" for alarm in every} == {"18:30"}
    assert min(alarm.opened_at for alarm in every) > _day(60)


def test_the_outage_was_an_alarm_of_its_day_and_is_over(
    alarms: dict[tuple[str, str], list[AlarmView]],
) -> None:
    outages = [
        alarm
        for (model, kind), some in alarms.items()
        for alarm in some
        if kind == "errors" and model != "flaky"
    ]
    assert len(outages) >= 2
    assert {alarm.opened_at.date() for alarm in outages} == {_day(OUTAGE.day).date()}
    assert all(alarm.ended_at and alarm.ended_at <= NOW for alarm in outages)
    by_itself = [alarm for alarm in outages if alarm.ended_at > alarm.opened_at + timedelta(days=1)]
    assert by_itself


def test_accounts_decided_on_the_alarms_when_they_came(written: Sessions) -> None:
    steps = {
        model: [(step.person, step.action) for step in decisions(written, "demo", model)]
        for model in sorted({deployment.model for deployment in DEPLOYMENTS})
    }
    assert steps == {
        "breast-cancer": [("reviewer-1", "acknowledged")],
        "diabetes-progress": [],
        "flaky": [("operator-1", "snoozed")],
        "language-id": [],
        "penguins": [
            ("operator-1", "closed"),
            ("operator-1", "closed"),
            ("operator-1", "acknowledged"),
            ("operator-1", "accepted"),
        ],
        "sentiment": [],
    }
    outage, mistake, seen, _ = decisions(written, "demo", "penguins")
    assert "rolled back" in mistake.reason
    assert mistake.evidence["word"] == "Act"
    (unit,) = decisions(written, "demo", "breast-cancer")
    assert (mistake.evidence["role"], unit.evidence["role"]) == ("operator", "reviewer")
    assert "accuracy" in mistake.evidence["found"]
    assert _day(MISTAKE[0]) < seen.created_at < mistake.created_at < outage.created_at < NOW
    assert is_silent(decisions(written, "demo", "flaky"), NOW)
    found = standings(written, clock=lambda: NOW)
    assert found["demo", "breast-cancer"].acknowledged_by == "reviewer-1"


def test_two_versions_answered_the_same_cases(written: Sessions, cases: list[CaseView]) -> None:
    repeats = [case for case in cases if case.parent_id]
    assert {(case.purpose, case.person) for case in repeats} == {("replay", again.PERSON)}
    assert {case.version for case in repeats} == {again.ASKED}
    found = look(written, "demo", again.MODEL, clock=lambda: NOW)
    assert found is not None
    compared = found.comparisons[again.OF, again.ASKED]
    assert 10 <= compared.n <= len(repeats)
    assert compared.only_first > compared.only_second


def test_people_answered_before_the_model_and_were_compared_with_it(
    written: Sessions, asked: list[CaseView]
) -> None:
    found = first_call_figures(written, "demo", first_calls.MODEL, clock=lambda: NOW)
    assert found.calls >= 20
    told = compared_calls(found.compared)
    assert None not in (told.people.value, told.model.value, told.together.value)
    assert told.people.value < told.together.value
    drawn = [case for case in asked if case.call_probability is not None]
    assert {case.call_probability for case in drawn} == {first_calls.SHARE}
    assert {case.model for case in drawn} == {first_calls.MODEL}
    assert len(drawn) > found.calls
    # It is over: whoever tries the demonstration is not asked.
    assert rules_of(written, "demo", first_calls.MODEL).first_share == 0


def test_two_models_have_objectives_and_a_budget_that_is_spent(written: Sessions) -> None:
    rules = [ObjectiveSettings(**rule) for rule in OBJECTIVES]
    for model in ("penguins", "breast-cancer"):
        found = service(written, "demo", model, of_model(rules, "demo", model), clock=lambda: NOW)
        availability, latency = found.budgets
        assert availability.verdict != "too few"
        assert latency.verdict != "too few"
        assert availability.bad > 0 or model != "penguins"
    assert not of_model(rules, "demo", "flaky")


def test_reviewers_differ_on_some_and_some_cases_wait(written: Sessions) -> None:
    found = agreement(written, clock=lambda: NOW)
    assert found.cases > 20
    assert 0 < found.differ < found.cases / 3
    reviewer = limited(written, replace(EVERYTHING, reader="reviewer-3"))
    waiting = Counter(
        reason for *_, reason in queue(reviewer, "reviewer-3", clock=lambda: NOW).counts
    )
    assert {"audit", "flagged", "uncertain", "sample"} <= set(waiting)
    with reading(written) as session:
        dated = dict(session.execute(select(ReviewItem.case_id, ReviewItem.created_at).where(ReviewItem.reason == "flagged")).all())  # fmt: skip
        said = set(session.scalars(select(Feedback.created_at).where(Feedback.case_id.in_(dated))))
    assert dated
    assert set(dated.values()) <= said


def test_nothing_happens_after_the_history_is_written(written: Sessions) -> None:
    with reading(written) as session:
        said = session.scalars(select(Feedback.created_at)).all()
        items = session.execute(select(ReviewItem.created_at, ReviewItem.answered_at)).all()
    times = [*said, *(at for each in items for at in each if at is not None)]
    assert len(times) > 500
    assert max(times) <= NOW


def test_the_trail_holds_it_all(written: Sessions) -> None:
    report = verify(written)
    assert report.findings == ()
    assert report.entries > 200


def test_it_is_written_once(client: MdsClient, written: Sessions) -> None:
    assert _write(client, written) == 0
    assert _write(client, written, NOW + timedelta(days=3)) == 0


def test_it_is_reset_without_a_row_left_and_written_anew_by_its_program(
    mds_url: str, written: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    before = recent(written, limit=5_000)
    happened = _told(written)
    assert reset_demonstration(written, person="olga") == len(before)
    assert summarise(written) == []
    fold(written)
    with reading(written) as session:
        rows = {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }
    assert {name: count for name, count in rows.items() if count and name not in STAY} == {}
    _run_the_program(mds_url, written)
    count = len([case for case in before if not case.parent_id])
    assert f"{count:,} cases of the last 90 days" in capsys.readouterr().out
    after = recent(written, limit=5_000)
    assert len(after) == len(before)
    assert {case.workspace for case in after} == {"demo-2"}
    assert {case.id for case in before}.isdisjoint(case.id for case in after)
    assert _told(written) == happened
    assert verify(written).findings == ()


def _run_the_program(url: str, sessions: Sessions) -> None:
    """`python -m demonstration`, on the day of the tests."""
    of_these = Settings(
        servers=[ServerSettings(name="demo", url=url)],
        database_url=sessions.kw["bind"].url.render_as_string(hide_password=False),
        embedded_worker=False,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "settings", lambda: of_these)
        patch.setattr(program, "utc_now", lambda: NOW)
        patch.setattr(sys, "argv", ["demonstration"])
        program.main()


def _told(sessions: Sessions) -> list[tuple[object, ...]]:
    """What was found and decided, without ids."""
    found: list[tuple[object, ...]] = []
    for model in sorted({each.model for each in DEPLOYMENTS}):
        for alarm in alarms_of(sessions, "demo", model):
            found.append((model, alarm.kind, alarm.opened_at, alarm.ended_at, alarm.sentence))
        for step in decisions(sessions, "demo", model):
            found.append((model, step.action, step.created_at, step.person, step.reason))
    return found
