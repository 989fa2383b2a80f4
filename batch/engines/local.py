"""The rows of a large file in this process, and in the other workers of the same database."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import db.workers
from batch.engines.contract import HELP, Help, LargeFile, Tools
from batch.engines.watch import Watch
from batch.folder import BatchFolder
from batch.pace import MOST_CHUNK_ROWS, MOST_ROWS, Pace
from batch.scoring import Scoring
from db.batch_chunks import Tally
from db.engine import reading
from jobs import store
from jobs.contract import Run
from jobs.errors import JobFailed
from jobs.store import JobView

# From so many rows on other workers are asked for help.
HELPED_ROWS = 20_000
# So often it is looked for workers that began meanwhile.
HELP_SECONDS = 5.0
# The cases of a chunk are held until it is done: no more of them where each row becomes one.
RECORDED_ROWS = 5_000
# As many where people ask one case at a time meanwhile, whose cases are written in between.
PEOPLE_ROWS = 100
# All workers take from one list, one after the other: docs/very-large-batches.md reckons what it bounds.
MOST_CHUNKS = 20_000


@dataclass(kw_only=True)
class Helpers:
    """Asks each other worker for help, if the file is worth it: they take chunks of it as far as they have nothing else to do.
    Called now and then, it also asks those that begin while the file is asked about."""

    run: Run
    tools: Tools
    given: LargeFile
    clock: Callable[[], float] = time.monotonic
    _asked: int = 0
    _look_at: float = -math.inf

    def __call__(self, _: Tally) -> None:
        if self.given.rows < HELPED_ROWS or self.clock() < self._look_at:
            return
        self._look_at = self.clock() + HELP_SECONDS
        with reading(self.tools.sessions) as session:
            living = db.workers.living(session, self.tools.settings.lost_seconds)
        me = self.run.job.runner
        others = sum(worker.role == "worker" and worker.id != me for worker in living)
        # What a helper leaves behind that dies is taken by the next: no more is asked than there are workers.
        for place in range(self._asked, others):
            self._ask(place)
        self._asked = max(self._asked, others)

    def _ask(self, place: int) -> None:
        tools, given, leader = self.tools, self.given, self.run.job
        job = store.make(
            tools.kinds[HELP],
            title=f"Help with {leader.title}",
            person=leader.person,
            subject=leader.subject,
            key=f"help/{given.batch_id}/{leader.attempt}/{place}",
        )
        job = replace(job, groups=leader.groups)
        store.submit(tools.sessions, tools.kinds[HELP], job, Help(of=given))


def score(
    run: Run, tools: Tools, given: LargeFile, also: Callable[[Tally], None] = lambda _: None
) -> Tally:
    """Work on a batch until all its rows are done, here or by others; `also` is called now and then, and raises where it
    is to end. Raises JobFailed when the server is gone."""
    watch = Watch(run, given.rows)

    def check(tally: Tally) -> None:
        watch(tally)
        also(tally)

    return scoring(tools, given, run.job).run(check)


def scoring(tools: Tools, given: LargeFile, job: JobView, name: str = "") -> Scoring:
    """What the threads of this process share; `name` is what it is called, where the job is another's. Raises JobFailed
    when the server is gone."""
    try:
        server = tools.server(given.model.server)
    except KeyError as error:
        raise JobFailed(
            f"The server {given.model.server} is not configured any more.",
            advice="What was answered before is kept.",
        ) from error
    return Scoring(
        batch_id=given.batch_id,
        folder=BatchFolder(tools.batches_root, given.batch_id),
        total=given.rows,
        signature=given.signature,
        recorder=tools.recorder(
            given.model,
            given.signature,
            f"batch-{given.batch_id}",
            job.person,
            given.record,
            given.share,
        ),
        sessions=tools.sessions,
        job=job,
        name=name,
        pace=Pace(
            most_rows=given.signature.max_rows or MOST_ROWS,
            most_chunk_rows=RECORDED_ROWS if given.record == "all" else MOST_CHUNK_ROWS,
            least_chunk_rows=given.rows // MOST_CHUNKS,
            people_chunk_rows=PEOPLE_ROWS if given.record == "all" else 10 * PEOPLE_ROWS,
            most_at_once=min(tools.settings.batch_requests, server.max_connections),
        ),
        lost_seconds=tools.settings.lost_seconds,
        give_way=partial(tools.give_way, given.model.server),
    )
