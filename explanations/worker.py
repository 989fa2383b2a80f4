"""Explanations in processes of their own, so that nobody's page waits for somebody's explanation.

with Explainers() as explainers:
    explainers.warm()
    job = explainers.start(
        ExplanationRequest(method="shapley", server=server, signature=signature, values=values, answer=answer)
    )
    while not job.done():
        print(job.progress())
    print(job.result().sentence)
"""

from __future__ import annotations

import itertools
import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Self

from explanations.child_process import ChildProcess, environment_of
from explanations.contract import Progress
from explanations.errors import ExplanationCancelled, ExplanationFailed, ExplanationTooDear
from explanations.explaining import Askable, Connect, ExplanationRequest, explain
from explanations.job import Job
from explanations.messages import (
    Broken,
    Cancel,
    Finished,
    FromProcess,
    Logged,
    Moved,
    Setup,
    Started,
    Work,
)
from explanations.methods import methods
from mds_client.client.sync_client import MdsClient
from mds_client.errors import MdsError
from mds_client.server import Server

log = logging.getLogger(__name__)

MOST_WAITING = 20
# How long beyond its budget an explanation may take before its process is ended.
GRACE_SECONDS = 15.0
# How long loading libraries may take on a busy machine.
LOADING_SECONDS = 120.0
# How long a cancelled explanation has to stop by itself.
CANCEL_SECONDS = 2.0
TICK_SECONDS = 0.05


@contextmanager
def connect(server: Server, *, hidden: str = "") -> Iterator[Askable]:
    """A client of the server. The text `hidden` is taken out of its answers, as its own credentials are."""
    with MdsClient(server) as client:
        client.secrets.add(hidden)
        yield client


class Explainers:
    """Processes that explain, and the line of those who wait for them. Safe to share by threads.

    `connect` is the seam for tests: how a process reaches models; must be importable there. Unless `is_eager`,
    a process starts with the first explanation, and loads a library when one needs it.
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        connect: Connect = connect,
        is_eager: bool = True,
        grace: float = GRACE_SECONDS,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._setup = Setup(connect, is_eager)
        # Read now: while Streamlit runs a page, the page's folder is on the path for a moment, and its
        # modules would stand before libraries of the same name in a process that starts just then.
        self._path = os.pathsep.join(filter(None, sys.path))
        self._grace = grace
        self._most_waiting = most_waiting
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self._numbers = itertools.count(1)
        self._slots = [_WorkerSlot(self) for _ in range(workers)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm(self) -> None:
        """If eager, start the processes now; they load their libraries in the background."""
        if self._setup.is_eager:
            self._open()

    def start(self, request: ExplanationRequest) -> Job:
        """Begin to explain; returns at once. Raises ExplanationTooDear when too many are waiting."""
        return self._enqueue(Job(_budgeted(request), next(self._numbers)))

    def _open(self) -> None:
        for slot in self._slots:
            slot.open()

    def close(self) -> None:
        """End the processes and everything that waits."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        for slot in self._slots:
            slot.close()

    def _enqueue(self, job: Job) -> Job:
        with self._changed:
            if self._is_closed:
                raise ExplanationFailed(
                    "The app is shutting down.", advice="Try again in a minute."
                )
            if len(self._waiting) >= self._most_waiting:
                raise ExplanationTooDear(
                    "Too many explanations are waiting already.",
                    advice="Your prediction is kept; ask for the explanation in a minute.",
                )
            self._waiting.append(job)
            self._report_places()
            self._changed.notify()
        self._open()
        return job

    def next_job(self) -> Job | None:
        """For worker slots: the next job in line, waited for; None when the app shuts down."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            if self._is_closed:
                self._fail_waiting()
                return None
            job = self._waiting.popleft()
            self._report_places()
            return job

    def _report_places(self) -> None:
        for place, job in enumerate(self._waiting):
            ahead = f"{place} others are first" if place > 1 else "Another one is first" * place
            job.move(Progress(words=f"Waiting. {ahead}".strip()))

    def _fail_waiting(self) -> None:
        while self._waiting:
            self._waiting.popleft().fail(ExplanationCancelled("The app is shutting down."))

    @property
    def setup(self) -> Setup:
        """What a process is told first."""
        return self._setup

    @property
    def environment(self) -> dict[str, str]:
        """What a process starts with."""
        return environment_of(self._path)

    @property
    def grace(self) -> float:
        """Seconds that an explanation gets beyond its budget."""
        return self._grace


class _WorkerSlot:
    """One process and the thread that gives it work, watches it, and replaces it when it is lost."""

    def __init__(self, explainers: Explainers) -> None:
        self._explainers = explainers
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._child: ChildProcess | None = None

    def open(self) -> None:
        """Start the thread, once."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="explainer")
                self._thread.start()

    def close(self) -> None:
        """End the process, whatever it does, and wait for the thread."""
        if self._child:
            self._child.kill()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        self._child = ChildProcess(self._explainers.setup, self._explainers.environment)
        while job := self._explainers.next_job():
            if job.is_cancelled:
                job.fail(ExplanationCancelled("The explanation was stopped."))
            else:
                self._explain(job)
        self._child.kill()

    def _explain(self, job: Job) -> None:
        child = self._alive()
        try:
            child.send(Work(job.number, job.request))
            self._watch(job, child)
        except (EOFError, OSError):
            job.fail(_process_ended(self._replace(child)))
        except MdsError as error:
            self._replace(child)
            job.fail(error)

    def _replace(self, child: ChildProcess) -> int:
        """Start a new process, which loads its libraries before anybody needs them. Gives the exit code of the old one."""
        code = child.kill()
        self._child = ChildProcess(self._explainers.setup, self._explainers.environment)
        return code

    def _alive(self) -> ChildProcess:
        if self._child is None or not self._child.is_alive():
            self._child = ChildProcess(self._explainers.setup, self._explainers.environment)
        return self._child

    def _watch(self, job: Job, child: ChildProcess) -> None:
        """Receive messages of the process until the job has ended. Raises the error of a job that is overdue."""
        deadline, is_cancel_sent = time.monotonic() + LOADING_SECONDS, False
        while not job.done():
            if child.has_message(TICK_SECONDS):
                message = child.receive()
                self._handle(job, message)
                if isinstance(message, Started):
                    deadline = self._deadline(job)
            elif job.is_cancelled and not is_cancel_sent:
                child.send(Cancel(job.number))
                deadline, is_cancel_sent = min(deadline, time.monotonic() + CANCEL_SECONDS), True
            elif time.monotonic() > deadline:
                raise _overdue(job)

    def _deadline(self, job: Job) -> float:
        seconds = job.request.budget.seconds if job.request.budget else None
        allowed = LOADING_SECONDS if seconds is None else seconds
        return time.monotonic() + allowed + self._explainers.grace

    def _handle(self, job: Job, message: FromProcess) -> None:
        match message:
            case Moved(progress):
                job.move(progress)
            case Finished(explanation):
                job.finish(explanation)
            case Broken():
                job.fail(_raised(message))
            case Logged(level, name, text):
                logging.getLogger(name).log(level, "%s [case %s]", text, job.request.case)


class InlineExplainers:
    """The same calls without processes: explains at once, in the thread that asks. For tests."""

    def __init__(self, client: Askable) -> None:
        self._client = client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm(self) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Nothing to end."""

    def start(self, request: ExplanationRequest) -> Job:
        """As Explainers.start, but the job is done when it returns."""
        job = Job(_budgeted(request))
        try:
            job.finish(explain(request, methods()[request.method], self._client, report=job.move))
        except MdsError as error:
            job.fail(error)
        return job


def _budgeted(request: ExplanationRequest) -> ExplanationRequest:
    return replace(
        request, budget=request.budget or methods()[request.method].cost(request.signature)
    )


def _raised(broken: Broken) -> MdsError:
    kinds = {kind.kind: kind for kind in (ExplanationTooDear, ExplanationCancelled)}
    kind = kinds.get(broken.kind, ExplanationFailed)
    return kind(broken.sentence, advice=broken.advice, detail=broken.detail)


def _process_ended(code: int) -> MdsError:
    return ExplanationFailed(
        "The process that worked on this explanation ended unexpectedly.",
        advice="The prediction itself is not affected. Try again; a new process has been started.",
        detail=f"exit code {code}",
    )


def _overdue(job: Job) -> MdsError:
    if job.is_cancelled:
        return ExplanationCancelled("The explanation was stopped.")
    return ExplanationTooDear(
        "The explanation took far longer than it may and was stopped.",
        advice="The model may be slow at the moment. Try again later.",
        detail=f"budget: {job.request.budget}",
    )
