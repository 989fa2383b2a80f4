"""The rows of a large file on a cluster of Ray: this process watches the ledger, a child of it drives the cluster."""

from __future__ import annotations

import json
import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import IO

import db.batch_chunks
import db.jobs
import db.workers
from batch.engines.contract import LargeFile, Tools
from batch.engines.node import Order, app_version
from batch.engines.watch import Watch
from batch.errors import ClusterGone
from db.batch_chunks import Tally
from db.engine import reading, writing
from db.errors import StorageError
from jobs.contract import Run
from settings import ROOT

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "cli.ray_driver")
LOOK_SECONDS = 0.5
# So long a cluster may take to answer: three tries of half a minute.
ANSWER_SECONDS = 120.0
_END_SECONDS = 5.0


def score(run: Run, tools: Tools, given: LargeFile) -> Tally:
    """Have the cluster work on a batch until all its rows are done. Raises ClusterGone, JobCancelled and JobLost."""
    settings = tools.settings.ray
    if settings is None:
        raise ValueError("no cluster is configured")
    job = run.job
    order = Order(
        job_id=job.id, attempt=job.attempt, runner=job.runner, name="", version=app_version()
    )
    watched = _Watched(run, tools, given)
    with _driver(settings.address, settings.processes, order) as said:
        return watched.until_whole(said)


class _Watched:
    """The ledger of one batch, beside what the child says."""

    def __init__(self, run: Run, tools: Tools, given: LargeFile) -> None:
        self._run, self._tools, self._given = run, tools, given
        self._watch = Watch(run, given.rows)
        self._who = "Waiting for the Ray cluster"
        self._heard = False
        self._done = 0

    def until_whole(self, said: queue.Queue[Mapping[str, object] | None]) -> Tally:
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            tally = self._tally()
            if tally.is_whole:
                return tally
            self._watch(tally, self._who)
            if not self._heard and time.monotonic() > deadline:
                raise _gone()
            with suppress(queue.Empty):
                self._hear(said.get(timeout=LOOK_SECONDS))

    def _tally(self) -> Tally:
        given, sessions = self._given, self._tools.sessions
        with reading(sessions) as session:
            tally = db.batch_chunks.tally(session, given.batch_id, given.rows)
        if tally.done > self._done:
            self._done = tally.done
            with writing(sessions) as session:
                db.jobs.hold(session, self._run.job)
        return tally

    def _hear(self, message: Mapping[str, object] | None) -> None:
        """Raises ClusterGone where the child ended, or none of the machines can work."""
        if message is None:
            raise _gone()
        if "failed" in message:
            raise _gone(str(message["failed"]), str(message.get("advice") or ""))
        if "gone" in message:
            self._free(str(message["gone"]))
        if "machines" in message:
            self._heard = True
            machines, processes = int(str(message["machines"])), int(str(message["at_work"]))
            self._who = _in_words(machines, processes)

    def _free(self, name: str) -> None:
        """What a process had taken that is gone can be taken at once, and not when its sign of life is missed."""
        try:
            with writing(self._tools.sessions) as session:
                db.workers.forget(session, name)
                db.batch_chunks.release(session, self._given.batch_id, name)
        except StorageError as error:
            log.warning("chunks of %s were not released: %s", name, error)


def _in_words(machines: int, processes: int) -> str:
    if not processes:
        return "Waiting for a machine of the Ray cluster"
    where = "1 machine" if machines == 1 else f"{machines:,} machines"
    return f"{processes:,} {'process' if processes == 1 else 'processes'} on {where} of the cluster"


def _gone(sentence: str = "", advice: str = "") -> ClusterGone:
    return ClusterGone(
        sentence or "The Ray cluster does not answer.",
        advice=advice
        or "What was answered is kept. Let it go on once the cluster is there, or on the workers here: `mds batch --resume` "
        "with `--engine local`.",
    )


@contextmanager
def _driver(
    address: str, processes: int, order: Order
) -> Iterator[queue.Queue[Mapping[str, object] | None]]:
    """The child that drives the cluster, and what it says, a message each and None at its end. It ends when its standard input
    does: with this process, however that dies."""
    child = subprocess.Popen(  # noqa: S603
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    said: queue.Queue[Mapping[str, object] | None] = queue.Queue()
    threads = [
        threading.Thread(target=_listen, args=(child.stdout, said), daemon=True),
        threading.Thread(target=_log, args=(child.stderr,), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        if child.stdin is not None:
            text = json.dumps({"address": address, "processes": processes, "order": asdict(order)})
            with suppress(BrokenPipeError):  # then its end is heard
                child.stdin.write(f"{text}\n")
                child.stdin.flush()
        yield said
    finally:
        _end(child, threads)


def _end(child: subprocess.Popen[str], threads: list[threading.Thread]) -> None:
    if child.stdin is not None:
        with suppress(BrokenPipeError):
            child.stdin.close()
    try:
        child.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    for thread in threads:
        thread.join(_END_SECONDS)
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()


def _listen(pipe: IO[str] | None, said: queue.Queue[Mapping[str, object] | None]) -> None:
    for line in pipe or ():
        said.put(json.loads(line))
    said.put(None)


def _log(pipe: IO[str] | None) -> None:
    """What Ray says of itself is long: it is for whoever looks for a fault."""
    for line in pipe or ():
        log.info("ray: %s", line.rstrip())
