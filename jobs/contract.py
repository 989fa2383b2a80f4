"""What a kind of job is: one file that says what it takes, in which queue it waits, and how it is run.

A file in `jobs/kinds/`, or in the `jobs/` folder of a service, has `kind(tools) -> Kind`; `tools` are what the
composition root hands in (services.py), and each file says in a Protocol what it needs of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from db.engine import Session
from db.job_view import JobView

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A line in which jobs wait for a worker; each worker runs `at_once` of it at the same time."""

    name: str
    at_once: int


# Each has its own room in a worker: what runs unattended never takes the place of what somebody waits for.
PEOPLE = Queue(name="people", at_once=2)
UNATTENDED = Queue(name="unattended", at_once=1)
QUEUES = (PEOPLE, UNATTENDED)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run is, from 0 to 1, and what it is doing; `rough` is what it would say by now, for a page that
    watches it in the same process."""

    fraction: float = 0.0
    words: str = "Waiting"
    rough: object = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a run: in a sentence, and `save`, which keeps it and answers under which id.

    `save` runs in the transaction that ends the job: what it writes is there exactly when the job is done.
    """

    sentence: str = ""
    save: Callable[[Session], str] = lambda _: ""


class Run(Protocol):
    """What a kind is given to run a job."""

    @property
    def job(self) -> JobView:
        """The job as it was when the run began."""

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody wants it stopped, as far as this run knows; `report` and `check` look."""

    def report(self, progress: Progress) -> None:
        """Tell how far it is. Raises JobLost when another process runs the job now."""

    def check(self) -> None:
        """To be called between parts. Raises JobCancelled and JobLost."""

    def step(self, name: str, work: Callable[[], T]) -> T:
        """Do a part of the work. A run that goes on after a crash gets what the part gave, without doing it again:
        plain JSON data. Steps come in the same order each time."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of job.

    `takes` are the dataclasses that what it takes is made of, `version` grows when a job of an older version could
    not be read or run any more. `permission` is what somebody must be allowed to do to ask for one, on the model that
    it is about (people/permissions.py); `schedule` is when it runs by itself, as crontab, in UTC. After `attempts` runs
    that each lost their process it fails.
    """

    name: str
    title: str
    run: Callable[[Run, object], Outcome]
    permission: str
    takes: tuple[type, ...] = ()
    queue: Queue = UNATTENDED
    version: int = 1
    schedule: str = ""
    attempts: int = 3
