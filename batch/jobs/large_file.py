"""A model is asked about all rows of a file, however many, whoever looks (docs/decisions/0021)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import db.batch_chunks
import db.batches
import db.jobs
import db.workers
from batch import result
from batch.folder import BatchFolder
from batch.pace import MOST_CHUNK_ROWS, MOST_ROWS, Pace
from batch.scoring import Recorder, Scoring
from db.batch_chunks import Tally
from db.batches import BatchView
from db.engine import Session, Sessions, reading
from jobs import store
from jobs.contract import UNATTENDED, Kind, Outcome, Progress, Run
from jobs.errors import JobFailed, ValuesNotStored
from jobs.here import Here
from jobs.store import JobView
from mds_client.sensitive_values import has_withheld
from mds_client.server import Server
from mds_client.signature import Explainer, Field, File, ModelRef, Signature
from settings import Settings

NAME = "large-batch"
HELP = "large-batch-help"
RECORDS = ("all", "sample", "drawn")
# Runs in a row that may lose their process without a chunk in between before the job is given up.
ATTEMPTS = 5
# From so many rows on other workers are asked for help.
HELPED_ROWS = 20_000
# The cases of a chunk are held until it is done: no more of them where each row becomes one.
RECORDED_ROWS = 5_000
# As many where people ask one case at a time meanwhile, whose cases are written in between.
PEOPLE_ROWS = 250
# All workers take from one list, one after the other: docs/very-large-batches.md reckons what it bounds.
MOST_CHUNKS = 20_000


@dataclass(frozen=True, kw_only=True)
class LargeFile:
    """What is asked about a file whose rows lie in the folder of `batch_id`: the id of the first job about it.

    `rows` is how many there are, `record` which of them become cases, `share` the chance of one to be in a sample, `base`
    the address before the link to a case.
    """

    batch_id: str
    model: ModelRef
    signature: Signature
    rows: int
    record: str = "all"
    share: float = 0.01
    base: str = ""


@dataclass(frozen=True, kw_only=True)
class Help:
    """Another process works on the same batch: that of this job."""

    of: LargeFile


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def batches_root(self) -> Path: ...
    @property
    def kinds(self) -> Mapping[str, Kind]: ...
    def server(self, name: str) -> Server: ...
    def recorder(
        self, ref: ModelRef, signature: Signature, key: str, person: str, record: str, share: float
    ) -> Recorder: ...
    def give_way(self, server: str) -> bool: ...


def kind(tools: Tools) -> Kind:
    """Asks about each row of a large file, a chunk at a time, and writes the result."""

    def run(run: Run, given: object) -> Outcome:
        if not isinstance(given, LargeFile):
            raise TypeError(type(given).__name__)
        _ask_for_help(run, tools, given)
        tally = score(run, tools, given)
        run.report(Progress(fraction=1.0, words="Writing the result"))
        return _ended(tools, given, tally)

    return Kind(
        name=NAME,
        title="Ask about a large file",
        run=run,
        takes=(LargeFile, Signature, Field, ModelRef, Explainer, File),
        queue=UNATTENDED,
        permission="predict",
        attempts=ATTEMPTS,
    )


def start(
    here: Here | None,
    sessions: Sessions,
    kind: Kind,
    given: LargeFile,
    *,
    file_name: str,
    question: str,
    person: str,
    press: str = "",
    groups: Sequence[str] | None = None,
    also: Callable[[Session], None] = lambda _: None,
) -> JobView:
    """Begin: in this process, or where `here` is None in a worker; of a question one is under way. `groups` are those of
    its person, where another asks in their name; `also` writes what belongs to the job, in its transaction.

    Raises JobUnderWay, NotPermitted, JobFailed, and ValuesNotStored for a model with values that may not be stored.
    """
    if has_withheld(given.signature):
        raise ValuesNotStored
    job = replace(
        store.make(
            kind,
            title=f"{file_name}: {given.model}",
            person=person,
            subject=f"model/{given.model.server}/{given.model.name}",
            one_at_a_time=f"batch/{question}",
            key=f"batch/{press or given.batch_id}",
        ),
        id=given.batch_id,
        groups=groups,
    )
    batch = BatchView(
        id=job.id,
        server=given.model.server,
        model=given.model.name,
        version=given.model.version,
        person=job.person,
        created_at=job.created_at,
        file_name=file_name,
        question=question,
        key=f"batch-{job.id}",
        rows=given.rows,
        folder=given.batch_id,
        record=given.record,
    )
    written = partial(_add, batch=batch, also=also)
    if here is None:
        return store.submit(sessions, kind, job, given, also=written)
    return here.start(kind, job, given, also=written)


def _add(session: Session, batch: BatchView, also: Callable[[Session], None]) -> None:
    db.batches.add(session, batch)
    also(session)


def _ask_for_help(run: Run, tools: Tools, given: LargeFile) -> None:
    """A job for each other worker, if the file is worth it: they take chunks of it as far as they have nothing else to do."""
    if given.rows < HELPED_ROWS:
        return
    with reading(tools.sessions) as session:
        living = db.workers.living(session, tools.settings.lost_seconds)
    others = [w for w in living if w.role == "worker" and w.id != run.job.runner]
    for place, _ in enumerate(others):
        job = store.make(
            tools.kinds[HELP],
            title=f"Help with {run.job.title}",
            person=run.job.person,
            subject=run.job.subject,
            key=f"help/{given.batch_id}/{run.job.attempt}/{place}",
        )
        job = replace(job, groups=run.job.groups)
        store.submit(tools.sessions, tools.kinds[HELP], job, Help(of=given))


def score(
    run: Run, tools: Tools, given: LargeFile, also: Callable[[Tally], None] = lambda _: None
) -> Tally:
    """Work on a batch until all its rows are done, here or by others; `also` is called now and then, and raises where it
    is to end. Raises JobFailed when the server is gone."""
    try:
        server = tools.server(given.model.server)
    except KeyError as error:
        raise JobFailed(
            f"The server {given.model.server} is not configured any more.",
            advice="What was answered before is kept.",
        ) from error
    scoring = Scoring(
        batch_id=given.batch_id,
        folder=BatchFolder(tools.batches_root, given.batch_id),
        total=given.rows,
        signature=given.signature,
        recorder=tools.recorder(
            given.model,
            given.signature,
            f"batch-{given.batch_id}",
            run.job.person,
            given.record,
            given.share,
        ),
        sessions=tools.sessions,
        job=run.job,
        pace=Pace(
            most_rows=given.signature.max_rows or MOST_ROWS,
            most_chunk_rows=RECORDED_ROWS if given.record == "all" else MOST_CHUNK_ROWS,
            least_chunk_rows=given.rows // MOST_CHUNKS,
            people_chunk_rows=PEOPLE_ROWS if given.record == "all" else MOST_CHUNK_ROWS,
            most_at_once=min(tools.settings.batch_requests, server.max_connections),
        ),
        lost_seconds=tools.settings.lost_seconds,
        give_way=partial(tools.give_way, given.model.server),
    )
    watch = _Watch(run, given.rows)

    def check(tally: Tally) -> None:
        watch(tally)
        also(tally)

    return scoring.run(check)


class _Watch:
    """Tells how far the batch is, from its list of chunks, and sees whether somebody wants it stopped."""

    def __init__(self, run: Run, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._run, self._total, self._clock = run, total, clock
        self._began: tuple[float, int] | None = None

    def __call__(self, tally: Tally) -> None:
        now = self._clock()
        if self._began is None:
            self._began = (now, tally.done)
        since, done = now - self._began[0], tally.done - self._began[1]
        words = [f"{tally.done:,} of {self._total:,} rows"]
        if done and since > 0 and tally.done < self._total:
            rate = done / since
            left = (self._total - tally.done) / rate
            words += [f"{rate:,.0f} rows a second", f"{duration(left)} left"]
        fraction = min(tally.done / max(self._total, 1), 0.999)
        self._run.report(Progress(fraction=fraction, words=" · ".join(words)))
        self._run.check()


def duration(seconds: float) -> str:
    """As in `27 s`, `12 min` or `3.5 h`."""
    if seconds < 100:
        return f"{max(seconds, 1):.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.1f} h"


def _ended(tools: Tools, given: LargeFile, tally: Tally) -> Outcome:
    with reading(tools.sessions) as session:
        done = db.batch_chunks.done(session, given.batch_id)
        versions = db.batch_chunks.versions(session, given.batch_id)
    result.join(BatchFolder(tools.batches_root, given.batch_id), done, given.base)
    return Outcome(
        sentence=in_words(given.rows, tally.answered, versions), save=lambda _: given.batch_id
    )


def in_words(rows: int, answered: int, versions: list[str]) -> str:
    """What came of a file: `99,997 rows were answered, 3 were not.`, and that several versions answered."""
    missing = rows - answered
    failed = f", {missing:,} {'was' if missing == 1 else 'were'} not" if missing else ""
    count = "1 row was" if answered == 1 else f"{answered:,} rows were"
    sentence = f"{count} answered{failed}."
    if len(versions) > 1:
        names = ", ".join(versions[:5])
        sentence += f" The model changed meanwhile: the versions {names} answered. The column Version says which row."
    return sentence
