"""`mds jobs` and `mds worker`, as an operator types them, on both databases."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator

import pytest
from sqlalchemy import text

import db.job_view
import db.jobs
import settings
from cli.jobs import STATES
from cli.main import main
from db.engine import Sessions, begin, writing
from db.ids import new_id, utc_now
from db.migrate import opened
from jobs import store
from jobs.store import JobView
from tests.jobs.some_kinds import Counting, counting

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def known(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings name the database."""
    monkeypatch.setenv("MDS_DATABASE_URL", database_url)
    settings.settings.cache_clear()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level  # a worker has a log of its own
    root.handlers = []
    yield
    root.handlers = handlers
    root.setLevel(level)
    settings.settings.cache_clear()


@pytest.fixture
def job(known: None, sessions: Sessions) -> JobView:
    """One that waits; nobody takes it."""
    kind = counting()
    return store.submit(sessions, kind, store.make(kind, person="ada"), Counting(last=3))


def test_a_waiting_job_is_listed_with_how_to_run_it(job: JobView, capsys: Captured) -> None:
    assert main(["jobs"]) == 0
    said = capsys.readouterr()
    (line,) = [line for line in said.out.splitlines() if line.startswith(job.id)]
    assert line.split()[1:5] == ["waiting", "0%", "Counting", "ada"]
    assert "no worker runs. `mds worker` starts one." in said.err
    assert main(["jobs", "list", "--person", "eve"]) == 0
    assert "There is no job." in capsys.readouterr().err


def test_a_job_is_shown_without_what_it_takes(job: JobView, capsys: Captured) -> None:
    assert main(["jobs", "show", job.id, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["id"], shown["state"], shown["person"]) == (job.id, "waiting", "ada")
    assert "last" not in json.dumps(shown)


def test_a_waiting_job_is_paused_and_let_go_on(job: JobView, capsys: Captured) -> None:
    assert main(["jobs", "pause", job.id]) == 0
    shown = capsys.readouterr().out
    assert "paused" in shown
    assert "cancelled" not in shown
    assert main(["jobs", "resume", job.id]) == 0
    assert "waiting" in capsys.readouterr().out


def test_a_paused_job_is_told_from_one_that_was_cancelled(
    job: JobView, sessions: Sessions, capsys: Captured
) -> None:
    kind = counting()
    other = store.submit(sessions, kind, store.make(kind, person="ada"), Counting(last=3))
    for action, job_id in (("pause", job.id), ("cancel", other.id)):
        assert main(["jobs", action, job_id]) == 0
    capsys.readouterr()
    for state, job_id in (("paused", job.id), ("cancelled", other.id)):
        assert main(["jobs", "--state", state]) == 0
        (line,) = capsys.readouterr().out.splitlines()[1:]
        assert line.split()[:2] == [job_id, state]
        assert main(["jobs", "show", job_id, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["state"] == state
    assert main(["jobs", "--json", "--state", "paused"]) == 0
    listed = json.loads(capsys.readouterr().out)["jobs"]
    assert [(each["id"], each["state"]) for each in listed] == [(job.id, "paused")]


def test_jobs_are_chosen_by_each_way_in_which_one_can_stand() -> None:
    assert STATES == db.job_view.STATUSES


def test_a_job_that_was_cancelled_does_not_go_on(
    job: JobView, sessions: Sessions, capsys: Captured
) -> None:
    assert store.can_resume(sessions, job.id) is False  # it waits
    assert main(["jobs", "pause", job.id]) == 0
    assert store.can_resume(sessions, job.id) is True
    assert main(["jobs", "cancel", job.id]) == 0
    assert "It was cancelled." in capsys.readouterr().out
    assert store.can_resume(sessions, job.id) is False
    assert main(["jobs", "resume", job.id]) == 1


@pytest.mark.parametrize("action", ["pause", "cancel"])
def test_a_running_job_is_asked_to_stop(
    job: JobView, sessions: Sessions, capsys: Captured, action: str
) -> None:
    with writing(sessions) as session:
        assert db.jobs.claim(session, job.id, 0, "worker-1", utc_now())
    assert main(["jobs", action, job.id, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["state"], shown["stop_asked"]) == ("running", True)


def test_what_does_not_wait_or_run_cannot_go_on(job: JobView, capsys: Captured) -> None:
    assert main(["jobs", "resume", job.id]) == 1
    assert capsys.readouterr().err.count("\n") <= 2


@pytest.mark.parametrize("action", ["show", "pause", "cancel", "resume"])
def test_a_job_that_is_not_there_is_said(known: None, capsys: Captured, action: str) -> None:
    missing = new_id()
    assert main(["jobs", action, missing]) == 4
    assert "There is no" in capsys.readouterr().err
    assert main(["jobs", action]) == 2
    assert f"mds jobs {action} ID" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["jobs"], ["worker"]])
def test_newer_tables_are_refused_in_one_sentence(
    job: JobView, database_url: str, capsys: Captured, command: list[str]
) -> None:
    with opened(database_url) as engine, begin(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = os.nice(0)
    assert main(command) != 0
    assert os.nice(0) == before  # a process that was refused stays as quick as it was
    said = capsys.readouterr().err
    assert "The database has schema 9999" in said
    assert "Traceback" not in said
