"""What a process of a cluster does: it takes chunks of a batch whose job another process runs, as that one's helper.

It is told nothing but names. What is asked it reads from the database, and where that is, and how to sign in at a model
server, from the settings of its own machine: no secret crosses the cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

import db.jobs
from batch.engines import local
from batch.engines.contract import NAME, LargeFile, Tools
from batch.errors import EngineRefused
from db.batch_chunks import Tally
from db.engine import reading
from db.ids import new_id
from db.job_view import JobView
from jobs import store
from jobs.heartbeat import Heartbeat, itself
from jobs.payload import Codec, UnreadablePayload
from mds_client.errors import MdsError

ROLE = "ray"
# Of the id of a node so much stands in the name of its processes.
NODE_SIGNS = 12
# How often it looks whether the job still runs: all processes of a cluster ask one database.
LOOK_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Order:
    """Which run of which job it helps, what it is called, and the version of the app that asks."""

    job_id: str
    attempt: int
    runner: str
    name: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """What came of it: nothing where it worked until the run was over, else why it cannot work."""

    sentence: str = ""
    advice: str = ""


class _Over(Exception):
    """The run is over, or another's."""


def app_version() -> str:
    """The version of the workbench here."""
    return version("mds-workbench")


def name_on(node: str) -> str:
    """A name that no process had before, on a node of this id."""
    return f"{ROLE}-{node[:NODE_SIGNS]}-{new_id()}"


def node_of(runner: str) -> str:
    """The node on which a process of this name ran; empty for one that is no process of a cluster."""
    role, _, rest = runner.partition("-")
    return rest.partition("-")[0] if role == ROLE else ""


def work(tools: Tools, order: Order) -> Told:
    """Take chunks until the run is over."""
    try:
        job, given = _job(tools, order)
        heart = Heartbeat(
            tools.sessions, itself(ROLE, order.version, order.name), tools.settings.lost_seconds
        )
        heart.start()
        try:
            _score(tools, order, job, given)
        finally:
            heart.close()
    except _Over:
        return Told()
    except MdsError as error:
        return Told(sentence=error.sentence, advice=error.advice)
    return Told()


def _score(tools: Tools, order: Order, job: JobView, given: LargeFile) -> None:
    scoring = local.scoring(tools, given, job, order.name)
    scoring.look_seconds = LOOK_SECONDS

    def check(_: Tally) -> None:
        with reading(tools.sessions) as session:
            if db.jobs.wants_stop(session, job) is not False:
                raise _Over

    scoring.run(check)


def _job(tools: Tools, order: Order) -> tuple[JobView, LargeFile]:
    """The job, and what is asked. Raises EngineRefused where this machine has another workbench, and _Over."""
    if app_version() != order.version:
        raise EngineRefused(
            f"The workbench on a machine of the cluster is {app_version()}, and {order.version} asks."
        )
    job = store.find(tools.sessions, order.job_id)
    if job is None:
        raise EngineRefused("The settings on a machine of the cluster name another database.")
    if (job.state, job.attempt, job.runner) != ("running", order.attempt, order.runner):
        raise _Over
    with reading(tools.sessions) as session:
        content = db.jobs.content(session, job.id)
    if content is None:  # it was stopped for good
        raise _Over
    try:
        given = Codec(tools.kinds[NAME].takes).decode(content)
    except UnreadablePayload as error:
        raise EngineRefused("What the job is about cannot be read.", detail=str(error)) from error
    if not isinstance(given, LargeFile):
        raise TypeError(type(given).__name__)
    return job, given
