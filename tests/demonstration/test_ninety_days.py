"""The history of a demonstration: what stands after the real models were asked, and that it is written once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from audit_log.verify import verify
from cases.queries import recent
from cases.workspaces import reset_demonstration
from db.cases import CaseView
from db.engine import Sessions, close, limited, make_sessions
from db.scope import EVERYTHING
from demonstration.history import write
from demonstration.plan import ANALYSTS, DAYS, DEPLOYMENTS, Deployment, parts
from feedback.agreement import agreement
from feedback.review_queue import queue
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
    assert {(case.purpose, case.workspace) for case in cases} == {("demo", "demo-1")}
    assert {case.person for case in cases} <= set(ANALYSTS)
    times = [case.created_at for case in cases]
    assert START <= min(times) < START + timedelta(days=5)
    assert NOW - timedelta(days=5) < max(times) < NOW
    assert all(case.id[:10] <= later.id[:10] for later, case in pairwise(cases))


def test_the_second_version_takes_over(cases: list[CaseView]) -> None:
    first = [c.created_at for c in cases if (c.model, c.version) == ("penguins", "v1")]
    second = [c.created_at for c in cases if (c.model, c.version) == ("penguins", "v2")]
    assert min(first) < min(second) < max(first) < max(second)


def test_the_flaky_model_has_failures_and_the_others_none(cases: list[CaseView]) -> None:
    failed = Counter(case.model for case in cases if not case.is_answered)
    assert set(failed) == {"flaky"}
    assert failed["flaky"] > 10


def test_health_knows_how_often_the_models_are_right(written: Sessions) -> None:
    rows = {(row.model, row.version): row for row in summarise(written)}
    penguins = rows["penguins", "v2"].accuracy
    assert penguins is not None
    assert penguins.low < penguins.value <= penguins.high
    assert penguins.value > 0.8


def test_reviewers_differ_on_some_and_some_cases_wait(written: Sessions) -> None:
    found = agreement(written, clock=lambda: NOW)
    assert found.cases > 20
    assert 0 < found.differ < found.cases / 3
    reviewer = limited(written, replace(EVERYTHING, reader="reviewer-3"))
    waiting = Counter(
        reason for *_, reason in queue(reviewer, "reviewer-3", clock=lambda: NOW).counts
    )
    assert {"audit", "flagged", "differ"} <= set(waiting)


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
