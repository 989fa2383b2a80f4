"""The part of `mds jobs` that reads and changes the rows of jobs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from cli.output import GOOD, NotFound, Wrong, document, printable, say, table
from db.engine import Sessions, begin, close, make_sessions
from db.errors import NewerSchema, StorageError
from db.migrate import opened, schema_of
from jobs import store
from jobs.errors import NoSuchJob
from jobs.store import JobView
from settings import settings


def run(chosen: argparse.Namespace) -> int:
    """Look at the rows of jobs; workers see what is asked of them here."""
    url = settings().database_url.get_secret_value()
    try:
        with _sessions(url) as sessions:
            if chosen.action == "list":
                _list(sessions, chosen)
            else:
                _one(sessions, chosen)
    except NoSuchJob as error:
        raise NotFound(f"{error.sentence} {error.advice}") from error
    except NewerSchema:
        raise
    except StorageError as error:
        raise Wrong(
            f"The jobs cannot be read: {error}. The app makes its tables when it starts."
        ) from error
    return GOOD


@contextmanager
def _sessions(url: str) -> Iterator[Sessions]:
    """Sessions on tables that this version knows. Raises NewerSchema, StorageError."""
    with opened(url) as engine, begin(engine) as connection:
        schema_of(connection)
    sessions = make_sessions(url)
    try:
        yield sessions
    finally:
        close(sessions)


def _list(sessions: Sessions, chosen: argparse.Namespace) -> None:
    jobs = store.newest(
        sessions,
        states=[chosen.state] if chosen.state else (),
        person=chosen.person,
        limit=chosen.limit,
    )
    workers = store.living(sessions, settings().lost_seconds)
    if chosen.json:
        facts = [{"id": w.id, "role": w.role, "version": w.version} for w in workers]
        document({"jobs": [_facts(job) for job in jobs], "workers": facts})
        return
    _show_table(jobs)
    waiting = any(job.state == "waiting" for job in jobs)
    if waiting and not any(worker.role == "worker" for worker in workers):
        say("Jobs wait, but no worker runs. `mds worker` starts one.")


def _show_table(jobs: list[JobView]) -> None:
    if not jobs:
        say("There is no job.")
        return
    head = ["ID", "STATE", "DONE", "WHAT", "PERSON", "SINCE"]
    table([head, *(_line(job) for job in jobs)])


def _line(job: JobView) -> list[str]:
    return [
        job.id,
        job.status,
        f"{job.fraction:.0%}",
        printable(job.title),
        printable(job.person),
        f"{job.created_at:%Y-%m-%d %H:%M}",
    ]


def _one(sessions: Sessions, chosen: argparse.Namespace) -> None:
    if not chosen.id:
        raise Wrong(f"Which job? mds jobs {chosen.action} ID")
    if chosen.action == "pause":
        store.cancel(sessions, chosen.id)
    if chosen.action == "cancel":
        store.withdraw(sessions, chosen.id)
    if chosen.action == "resume":
        store.resume(sessions, chosen.id, {})  # the operator's
    job = store.find(sessions, chosen.id)
    if job is None:
        raise NotFound(f"There is no job {chosen.id!r}. `mds jobs list` shows what there is.")
    if chosen.json:
        document(_facts(job))
    else:
        table([[name, printable(value)] for name, value in _facts(job).items() if value != ""])


def _facts(job: JobView) -> dict[str, object]:
    """The facts of a job that an operator may see: not its inputs."""
    shown = vars(job) | {
        "state": job.status,
        "words": job.words_now,
        "stop_asked": job.cancel_requested,
    }
    hidden = ("idempotency_key", "one_at_a_time", "cancel_requested", "kind_version")
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in shown.items()
        if name not in hidden and value is not None
    }
