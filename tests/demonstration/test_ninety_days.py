"""The history of a demonstration: what stands after the real models were asked, and that it is written once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from audit_log.verify import verify
from cases.queries import recent
from cases.workspaces import reset_demonstration
from db.cases import CaseView
from db.engine import Sessions, close, limited, make_sessions, reading
from db.scope import EVERYTHING
from db.tables import Feedback, ReviewItem
from demonstration.history import write
from demonstration.incidents import UNIT_CHANGE, is_down
from demonstration.plan import ANALYSTS, DAYS, DEPLOYMENTS, Deployment, parts
from feedback.agreement import agreement
from feedback.review_queue import queue
from health.overview import look, standings
from health.summary import summarise
from mds_client import MdsClient, Server
from mds_client.client.sync_client import Model
from tests.databases import sqlite_below

pytestmark = pytest.mark.slow

MODELS = Path(__file__).resolve().parents[2] / "var" / "models"
NOW = datetime(2026, 6, 1, 15, 30, tzinfo=UTC)
START = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def client(mds_url: str) -> Iterator[MdsClient]:
    with MdsClient(Server(name="demo", url=mds_url)) as made:
        yield made


@pytest.fixture(scope="module")
def written(client: MdsClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sessions]:
    """A database with the whole history."""
    made = make_sessions(sqlite_below(tmp_path_factory.mktemp("history")))
    assert _write(client, made) > 1_500
    yield made
    close(made)


def _write(client: MdsClient, sessions: Sessions) -> int:
    def model(one: Deployment) -> Model:
        return client.model(one.model, one.version)

    return write(model, sessions, MODELS, until=NOW)


@pytest.fixture(scope="module")
def cases(written: Sessions) -> list[CaseView]:
    return recent(written, limit=5_000)


def test_every_model_was_asked_over_ninety_days_by_accounts(cases: list[CaseView]) -> None:
    asked = Counter((case.model, case.version_asked) for case in cases)
    assert set(asked) == {(d.model, d.version) for d in DEPLOYMENTS}
    ((purpose, workspace),) = {(case.purpose, case.workspace) for case in cases}
    # The second where the test of the reset ran first.
    assert (purpose, workspace) in (("demo", "demo-1"), ("demo", "demo-2"))
    assert {case.person for case in cases} <= set(ANALYSTS)
    times = [case.created_at for case in cases]
    assert START <= min(times) < START + timedelta(days=5)
    assert NOW - timedelta(days=5) < max(times) < NOW
    assert all(case.id[:10] <= later.id[:10] for later, case in pairwise(cases))


def test_the_second_version_takes_over_until_the_first_comes_back(cases: list[CaseView]) -> None:
    first = [c.created_at for c in cases if (c.model, c.version) == ("penguins", "v1")]
    second = [c.created_at for c in cases if (c.model, c.version) == ("penguins", "v2")]
    assert min(first) < min(second) < max(second) < max(first)
    assert not [at for at in first if min(second) + timedelta(days=6) < at < max(second)]


def test_the_flaky_model_fails_and_the_others_only_while_the_server_is_down(
    cases: list[CaseView],
) -> None:
    failed = Counter((case.model, case.outcome) for case in cases if not case.is_answered)
    assert failed.pop(("flaky", "failed")) > 10
    down = [case for case in cases if case.outcome == "unreachable"]
    assert len(down) == sum(failed.values()) > 5
    assert {case.created_at.date() for case in down} == {(START + timedelta(days=79)).date()}
    assert all(is_down(case.created_at, START) for case in down)


def test_a_sensor_changes_its_unit(cases: list[CaseView]) -> None:
    change = START + timedelta(days=UNIT_CHANGE.first)
    values = [
        (case.created_at >= change, case.entered[UNIT_CHANGE.field])
        for case in cases
        if case.model == UNIT_CHANGE.model
    ]
    assert min(value for is_after, value in values if not is_after) > 9
    small = [value < 5 for is_after, value in values if is_after]
    assert 0.3 < sum(small) / len(small) < 0.7


def test_nobody_asks_sentiment_any_more(cases: list[CaseView]) -> None:
    assert max(c.created_at for c in cases if c.model == "sentiment") < NOW - timedelta(days=30)


def test_health_finds_every_incident(written: Sessions) -> None:
    found = {model: s for (_, model), s in standings(written, clock=lambda: NOW).items()}
    words = {model: standing.status.word for model, standing in found.items()}
    # Watch where the outage met them.
    for quiet in ("diabetes-progress", "language-id"):
        assert words.pop(quiet) in ("Healthy", "Watch")
    assert words == {
        "penguins": "Act",
        "flaky": "Act",
        "breast-cancer": "Watch",
        "sentiment": "Not enough evidence",
    }
    kinds = {model: {f.kind for f in s.status.findings} for model, s in found.items()}
    assert kinds["penguins"] >= {"accuracy"}
    assert kinds["breast-cancer"] >= {"inputs"}
    assert UNIT_CHANGE.field in found["breast-cancer"].status.sentence
    penguins = look(written, "demo", "penguins", clock=lambda: NOW)
    assert penguins is not None
    accuracies = {line.version: line.accuracy.value for line in penguins.versions}
    assert accuracies["v2"] > accuracies["v1"] > 0.7
    assert [step.person for step in penguins.steps] == ["operator-1"]


def test_reviewers_differ_on_some_and_some_cases_wait(written: Sessions) -> None:
    found = agreement(written, clock=lambda: NOW)
    assert found.cases > 20
    assert 0 < found.differ < found.cases / 3
    reviewer = limited(written, replace(EVERYTHING, reader="reviewer-3"))
    waiting = Counter(
        reason for *_, reason in queue(reviewer, "reviewer-3", clock=lambda: NOW).counts
    )
    assert {"audit", "flagged", "uncertain", "sample"} <= set(waiting)


def test_nothing_happens_after_the_history_is_written(written: Sessions) -> None:
    with reading(written) as session:
        said = session.scalars(select(Feedback.created_at)).all()
        asked = session.execute(select(ReviewItem.created_at, ReviewItem.answered_at)).all()
    times = [*said, *(at for each in asked for at in each if at is not None)]
    assert len(times) > 500
    assert max(times) <= NOW


def test_the_trail_holds_it_all(written: Sessions) -> None:
    report = verify(written)
    assert report.findings == ()
    assert report.entries > 200


def test_it_is_written_once(client: MdsClient, written: Sessions) -> None:
    assert _write(client, written) == 0


def test_it_is_reset_and_written_anew(client: MdsClient, written: Sessions) -> None:
    before = {case.id for case in recent(written, limit=5_000)}
    assert reset_demonstration(written, person="olga") == len(before)
    assert summarise(written) == []
    assert _write(client, written) == len(before)
    again = recent(written, limit=5_000)
    assert {case.workspace for case in again} == {"demo-2"}
    assert before.isdisjoint(case.id for case in again)
    assert verify(written).findings == ()


def test_the_same_seed_plans_the_same(written: Sessions) -> None:
    rows = dict.fromkeys(DEPLOYMENTS, 50)
    assert list(parts(rows, START, 1)) == list(parts(rows, START, 1))
    assert list(parts(rows, START, 1)) != list(parts(rows, START, 2))
    assert DAYS == 90
