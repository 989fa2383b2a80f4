"""A model is asked about the rows of a file, whoever looks: one case a row, a chunk at a time.

Which case each row has stands in `batch_chunks`, written as soon as a chunk is answered. A run that goes on begins after
the last chunk; of a chunk that was cut off, the rows that were answered have their cases, and are not asked again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Protocol

import db.batches
import db.cases
import db.jobs
from cases import batches
from cases.attempt import Predictor
from cases.audit_sample import AuditPolicy
from cases.batch import RowsRequest, predict_rows
from cases.batches import BatchView
from cases.errors import CaseNotRecorded
from cases.outliers import Outliers
from cases.pace import Pace
from db.cases import CaseView
from db.engine import Sessions, reading, writing
from db.errors import StorageError
from db.ids import utc_now
from jobs import store
from jobs.contract import UNATTENDED, Kind, Outcome, Progress, Run
from jobs.errors import JobFailed, JobLost, ValuesNotStored
from jobs.here import Here
from jobs.store import JobView
from jobs.wording import answered_in_words
from mds_client.sensitive_values import as_written, has_marks, has_withheld
from mds_client.server import Server
from mds_client.signature import Explainer, Field, File, ModelRef, Signature, Values
from settings import Settings

log = logging.getLogger(__name__)

NAME = "batch"
# Files of at most so many rows begin in the process of the page, without the second that a queue takes.
QUICK_ROWS = 500
# How long a run waits before it tries again to record a chunk, each time: a database may be away for a while.
RECORD_PAUSES = (1.0, 3.0, 10.0)
# Who asks one case goes first: between two chunks a run waits for their answers, but no longer than this.
GIVE_WAY_SECONDS = 2.0
_LOOK_SECONDS = 0.01
_RECENT = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class BatchRows:
    """The rows to ask about. `key` begins the keys of their cases: what was answered under it is not asked again. `left_out` is how
    many other rows their file has, which cannot be sent."""

    model: ModelRef
    signature: Signature
    key: str
    rows: Sequence[Values]
    left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class BatchFile:
    """Where rows come from: the name of the file, which `question` it is with its columns, and its own table as
    bytes, if that is to be kept."""

    name: str
    question: str
    table: bytes = b""


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def figures(self) -> Sessions:
        """Sessions that see the cases of all people, for what names nobody."""

    @property
    def settings(self) -> Settings: ...

    @property
    def audit(self) -> AuditPolicy: ...

    @property
    def hash_key(self) -> bytes: ...

    @property
    def outliers(self) -> Outliers: ...

    def server(self, name: str) -> Server: ...

    def model(self, ref: ModelRef, signature: Signature | None = None) -> Predictor: ...


def kind(tools: Tools) -> Kind:
    """Asks about each row of a file, and records a case for it."""

    def run(run: Run, given: object) -> Outcome:
        if not isinstance(given, BatchRows):
            raise TypeError(type(given).__name__)
        if has_marks(given.rows):
            raise ValuesNotStored
        for _ in _chunks(run, tools, given):
            give_way(tools.figures, given.model.server)
        cases = batches.cases_of(tools.sessions, run.job.id)
        return Outcome(sentence=in_words(cases, given.left_out), save=lambda _: run.job.id)

    return Kind(
        name=NAME,
        title="Ask about a file",
        run=run,
        takes=(BatchRows, Signature, Field, ModelRef, Explainer, File),
        queue=UNATTENDED,
        permission="predict",
    )


def start(
    here: Here | None,
    sessions: Sessions,
    kind: Kind,
    given: BatchRows,
    file: BatchFile,
    *,
    person: str,
    press: str,
) -> JobView:
    """Begin to ask in this process, or where `here` is None in a worker; of a question one is under way.

    `press` is the same for the two presses of a double click. Rows with sensitive values that are not stored can begin in
    this process alone; the table of their file is not kept. Raises JobUnderWay and JobFailed.
    """
    is_less = has_withheld(given.signature)
    if is_less:
        file = replace(file, table=b"")
    job = store.make(
        kind,
        title=f"{file.name}: {given.model}",
        person=person,
        subject=f"model/{given.model.server}/{given.model.name}",
        one_at_a_time=f"batch/{file.question}",
        key=f"batch/{press}",
    )
    also = partial(batches.add, batch=_view(job, given, file), table=file.table)
    if here is None:
        return store.submit(sessions, kind, job, _as_written(given), also=also)
    return here.start(kind, job, given, also=also, written=_as_written(given) if is_less else None)


def in_words(cases: Sequence[CaseView], left_out: int = 0) -> str:
    """What came of a file: `4,998 rows were answered, 5 were not, of which 3 could not be sent.`"""
    answered = sum(case.is_answered for case in cases)
    missing = len(cases) - answered + left_out
    they = "it" if left_out == 1 else "they"
    why = (
        f": {they} could not be sent"
        if missing == left_out
        else f", of which {left_out:,} could not be sent"
    )
    return f"{answered_in_words(answered, missing)}{why if left_out else ''}."


def _as_written(given: BatchRows) -> BatchRows:
    return replace(given, rows=[as_written(given.signature, row) for row in given.rows])


def _view(job: JobView, given: BatchRows, file: BatchFile) -> BatchView:
    return BatchView(
        id=job.id,
        server=given.model.server,
        model=given.model.name,
        version=given.model.version,
        person=job.person,
        created_at=job.created_at,
        file_name=file.name,
        question=file.question,
        key=given.key,
        rows=len(given.rows),
        table_sha256=batches.digest_of(file.table),
    )


def _chunks(run: Run, tools: Tools, given: BatchRows) -> Iterator[None]:
    """Ask for what is left, a chunk at a time; one that cannot be recorded is tried again after a while."""
    request = _request(run, tools, given)
    with reading(tools.sessions) as session:
        done = len(db.batches.case_ids(session, run.job.id))
    pace = Pace(total=len(given.rows), done=done)
    pauses = iter(RECORD_PAUSES)
    run.report(Progress(fraction=done / pace.total, words=pace.in_words()))
    while pace.done < pace.total:
        run.check()
        try:
            for cases in predict_rows(
                request, given.rows[pace.done :], pace.next_size, first=pace.done
            ):
                _keep(run, tools.sessions, pace, cases)
                pauses = iter(RECORD_PAUSES)
                yield
                run.check()
        except (CaseNotRecorded, StorageError) as error:
            _wait_or_raise(run, error, next(pauses, None))


def _request(run: Run, tools: Tools, given: BatchRows) -> RowsRequest:
    """Raises JobFailed when the server is not configured any more."""
    try:
        tools.server(given.model.server)
        model = tools.model(given.model, given.signature)
    except KeyError as error:
        raise JobFailed(
            f"The server {given.model.server} is not configured any more.",
            advice="What was answered before is kept.",
        ) from error
    return RowsRequest(
        model=model,
        sessions=tools.sessions,
        key=given.key,
        person=run.job.person,
        audit=tools.audit,
        keep_bytes=tools.settings.kept_file_bytes,
        hash_key=tools.hash_key,
        outliers=tools.outliers,
    )


def _keep(run: Run, sessions: Sessions, pace: Pace, cases: Sequence[CaseView]) -> None:
    """Write down which cases the rows have, if the job is this run's still. Raises JobLost and StorageError."""
    ids = [case.id for case in cases]
    with writing(sessions) as session:
        fraction = (pace.done + len(cases)) / pace.total
        if db.jobs.advance(session, run.job, fraction, pace.in_words()) is None:
            raise JobLost(run.job.id)
        db.batches.add_chunk(session, run.job.id, pace.done, ids, utc_now())
    pace.note(len(cases))
    run.report(Progress(fraction=fraction, words=pace.in_words()))


def _wait_or_raise(run: Run, error: Exception, pause: float | None) -> None:
    if pause is None:
        if isinstance(error, CaseNotRecorded):
            raise error
        raise CaseNotRecorded(str(error)) from error
    log.warning(
        "rows of the job %s were not recorded, it goes on in %g s: %s", run.job.id, pause, error
    )
    time.sleep(pause)
    run.check()


def give_way(
    sessions: Sessions,
    server: str,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait while somebody waits for the answer to one case of this server; whether anybody did."""
    looks = round(GIVE_WAY_SECONDS / _LOOK_SECONDS)
    for look in range(looks):
        if not _is_one_under_way(sessions, server):
            return look > 0
        sleep(_LOOK_SECONDS)
    return True


def _is_one_under_way(sessions: Sessions, server: str) -> bool:
    try:
        with reading(sessions) as session:
            return db.cases.is_one_under_way(session, server, utc_now() - _RECENT)
    except StorageError:
        return False  # the next chunk finds out what is wrong
