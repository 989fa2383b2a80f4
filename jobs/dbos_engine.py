"""The engine that we use: DBOS, its MIT part alone, on SQLite or PostgreSQL (docs/decisions/0009).

It keeps its tables in a file beside an SQLite database, and in a schema of its own on PostgreSQL. What it is told
is the id of a job; what a job takes and gives is never seen by it, and nothing that it reads is unpickled.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from sqlite3 import connect, sqlite_version_info
from typing import TYPE_CHECKING, Any

from db.engine import location, make_engine
from db.job_view import JobView
from jobs.contract import QUEUES
from jobs.engine import RunJob, Tick

if TYPE_CHECKING:
    from dbos import DBOSConfig, WorkflowStatus

NAME = "mds-workbench"
SCHEMA = "dbos"
# How often a worker looks whether something waits in a queue.
POLL_SECONDS = 0.5
# How often new schedules are looked for; they change with a new version of the app alone.
_SCHEDULE_SECONDS = 60.0
_RUN, _TICK = "run_job", "tick"
_AT_ONCE = 500
_TO_COME = ("ENQUEUED", "DELAYED")


class DbosEngine:
    """DBOS in this process; there can be one at a time."""

    def __init__(self, url: str, *, executor: str, version: str) -> None:
        self._url = url
        self._executor = executor
        self._version = version
        self._engine: Any = None  # of SQLAlchemy, on PostgreSQL

    def start(self, run: RunJob, schedules: Mapping[str, str], tick: Tick) -> None:
        """Begin to take jobs. Imports DBOS, which takes a second."""
        _isolate()
        from dbos import DBOS

        _suit_old_sqlite()
        _register(run, tick)
        DBOS(config=self._configuration())
        DBOS.launch()
        # What is scheduled goes to the version that was started last.
        DBOS.set_latest_application_version(self._version)
        for queue in QUEUES:
            DBOS.register_queue(
                queue.name,
                worker_concurrency=queue.at_once,
                polling_interval_sec=POLL_SECONDS,
                on_conflict="always_update",
            )
        _schedule(schedules)

    def put(self, job: JobView) -> None:
        """See that this run of a job comes to some worker, once, with what the run before it did."""
        from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

        if DBOS.get_workflow_status(run_id(job)):
            return
        with SetWorkflowID(run_id(job)):
            steps_done = self._steps_done(job)
            if steps_done:
                DBOS.fork_workflow(
                    run_id(job, job.attempt - 1),
                    steps_done + 1,
                    application_version=self._version,
                    queue_name=job.queue,
                )
            else:
                with SetEnqueueOptions(app_version=self._version):
                    DBOS.enqueue_workflow(job.queue, _registered[_RUN])

    def stuck(self, jobs: Sequence[JobView], living: Collection[str]) -> list[JobView]:
        """Those of waiting jobs that no worker will run: their run was lost, or is over."""
        from dbos import DBOS

        workflows = DBOS.list_workflows(
            workflow_ids=[run_id(job) for job in jobs], load_input=False, load_output=False
        )
        coming = {each.workflow_id for each in workflows if _is_coming(each, living)}
        return [job for job in jobs if run_id(job) not in coming]

    def forget(self, before: datetime) -> None:
        """Delete runs that were put before a moment; of those that wait or run there is none so old."""
        from dbos import DBOS

        while True:
            old = DBOS.list_workflows(
                end_time=before.isoformat(), limit=_AT_ONCE, load_input=False, load_output=False
            )
            if old:
                DBOS.delete_workflows([each.workflow_id for each in old])
            if len(old) < _AT_ONCE:
                return

    def close(self) -> None:
        """Take no more jobs."""
        from dbos import DBOS

        try:
            DBOS.destroy(destroy_registry=True)
        finally:
            if self._engine is not None:
                self._engine.dispose()

    def _configuration(self) -> DBOSConfig:
        from dbos import DBOSPortableJSONSerializer

        config: DBOSConfig = {
            "name": NAME,
            "executor_id": self._executor,
            "application_version": self._version,
            "serializer": DBOSPortableJSONSerializer(),
            "dbos_system_schema": SCHEMA,
            "log_level": "WARNING",
            # It would need triggers; polling is enough, and works through a pool of connections.
            "use_listen_notify": False,
            "scheduler_polling_interval_sec": _SCHEDULE_SECONDS,
        }
        file = location(self._url)
        if file is None:
            self._engine = make_engine(self._url)
            config["system_database_engine"] = self._engine
        else:
            config["system_database_url"] = f"sqlite:///{_with_wal(file)}"
        return config

    def _steps_done(self, job: JobView) -> int:
        """How many steps of the run before this one were done, from the first on."""
        from dbos import DBOS

        if job.attempt == 0 or not DBOS.get_workflow_status(run_id(job, job.attempt - 1)):
            return 0
        count = 0
        for step in DBOS.list_workflow_steps(run_id(job, job.attempt - 1)):
            if step["error"] is not None or step["function_id"] != count + 1:
                break
            count += 1
        return count


def run_id(job: JobView, attempt: int | None = None) -> str:
    """What the engine calls a run: the first as its job, those that follow with their number."""
    number = job.attempt if attempt is None else attempt
    return f"{job.id}.{number}" if number else job.id


def engine_file(file: Path) -> Path:
    """Where the engine keeps its tables beside an SQLite database: workbench.db -> workbench-jobs.db."""
    return file.with_name(f"{file.stem}-jobs{file.suffix or '.db'}")


# What DBOS knows by name, and what it calls: it registers functions once a process.
_registered: dict[str, Any] = {}


def _register(run: RunJob, tick: Tick) -> None:
    from dbos import DBOS

    @DBOS.workflow(name=_RUN)
    def run_job() -> None:
        job_id, _, attempt = str(DBOS.workflow_id).partition(".")
        run(job_id, int(attempt or 0), _step)

    @DBOS.workflow(name=_TICK)
    def on_time(moment: Any, context: Any) -> None:
        at = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
        tick(str(context), at)

    _registered.update({_RUN: run_job, _TICK: on_time})


def _step(name: str, work: Any) -> object:
    from dbos import DBOS

    # As JSON at once: the first run is given what later ones would read.
    return json.loads(str(DBOS.run_step({"name": name}, lambda: json.dumps(work()))))


def _schedule(schedules: Mapping[str, str]) -> None:
    from dbos import DBOS

    for registered in DBOS.list_schedules():
        if registered["schedule_name"] not in schedules:
            DBOS.delete_schedule(registered["schedule_name"])
    DBOS.apply_schedules(
        [
            {
                "schedule_name": name,
                "workflow_fn": _registered[_TICK],
                "schedule": crontab,
                "context": name,
            }
            for name, crontab in schedules.items()
        ]
    )


def _is_coming(workflow: WorkflowStatus, living: Collection[str]) -> bool:
    return workflow.status in _TO_COME or (
        workflow.status == "PENDING" and workflow.executor_id in living
    )


def _isolate() -> None:
    """Nothing but what is configured here: variables of DBOS's cloud would have it call there. Its log is ours."""
    for name in [name for name in os.environ if name.startswith("DBOS_")]:
        del os.environ[name]
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _suit_old_sqlite() -> None:
    """Tell the time in a way that an SQLite before 3.42 knows.

    On Python 3.12 DBOS takes it for granted that `unixepoch` knows 'subsec'; a Python that is linked with an older one
    (as on Debian 12) would write null, and no job could begin.
    """
    if sqlite_version_info >= (3, 42) or sys.version_info < (3, 12):
        return
    from dbos import _migration, _sys_db, _sys_db_sqlite

    sa = _sys_db.sa
    milliseconds = sa.cast(sa.func.strftime("%s", "now") * 1000, sa.BigInteger)
    _sys_db_sqlite.SQLiteSystemDatabase._now_ms_sql = lambda _self: milliseconds
    _migration.sqlite_migrations[:] = [
        step.replace("unixepoch('subsec')", "strftime('%s','now')")
        for step in _migration.sqlite_migrations
    ]


def _with_wal(file: Path) -> Path:
    """The engine's file, in which readers do not wait for a writer."""
    path = engine_file(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    return path
