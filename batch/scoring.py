"""One process at work on a batch: threads that take chunks, ask for their rows, and keep what came back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import db.batch_chunks
import db.jobs
import db.workers
from batch import answers, result
from batch.asking import Asker, Attempt, Settled
from batch.folder import BatchFolder
from batch.pace import Pace
from batch.partition import PROBLEM, Partition, rows_of
from db.batch_chunks import ChunkView, Tally
from db.engine import Session, Sessions, dialect_of, reading, writing
from db.errors import Conflict, StorageError
from db.ids import utc_now
from db.job_view import JobView
from mds_client.prediction import Prediction
from mds_client.signature import Signature
from mds_client.signature.rows import Table

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.3
# How long what cannot be written is tried again, each time: a database may be away for a while.
KEEP_PAUSES = (0.5, 1.0, 3.0, 10.0)


T = TypeVar("T")


class Stopped(Exception):
    """The run is over: a thread ends without a word."""


class Drawn(Protocol):
    """Which rows of a chunk become cases."""

    @property
    def is_recorded(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]: ...


class Recorder(Protocol):
    """Asks for rows and makes cases of them: cases/chunks.py."""

    def draw(self, rows: int, values: Table, places: Sequence[int]) -> Drawn: ...
    def send(self, values: Table) -> Attempt: ...
    def prepare(
        self, values: Table, attempt: Attempt, drawn: Drawn, first: int, places: Sequence[int]
    ) -> Prepared | None: ...
    def ready(self, sessions: Sessions, prepared: Sequence[Prepared]) -> Any: ...
    def write(self, session: Session, ready: Any) -> None: ...


class Prepared(Protocol):
    """The cases of a request, ready to be written."""

    @property
    def ids(self) -> Sequence[str]: ...


@dataclass(kw_only=True)
class Scoring:
    """What the threads of one process share. `job` is the row under which this process works, or whose run it helps under
    a `name` of its own; `give_way` waits for people who ask one case, and says whether there were any."""

    batch_id: str
    folder: BatchFolder
    total: int
    signature: Signature
    recorder: Recorder
    sessions: Sessions
    job: JobView
    pace: Pace
    lost_seconds: float
    give_way: Callable[[], bool] = lambda: False
    patience: float = 600.0
    name: str = ""
    look_seconds: float = field(default_factory=lambda: LOOK_SECONDS)
    _stop: threading.Event = field(default_factory=threading.Event)
    # That a thread of this process has done a chunk.
    _moved: threading.Condition = field(default_factory=threading.Condition)
    _errors: list[BaseException] = field(default_factory=list)

    def run(self, check: Callable[[Tally], None]) -> Tally:
        """Work until all rows are done, here or elsewhere. `check` is called now and then in the thread of the caller, and
        raises where the run is over. Raises what a thread broke on."""
        threads = [
            threading.Thread(target=self._thread, name=f"batch-{i}", daemon=True)
            for i in range(self.pace.most_at_once)
        ]
        self._release()  # what an earlier run of this process could not
        for thread in threads:
            thread.start()
        try:
            while working := [thread for thread in threads if thread.is_alive()]:
                check(self.tally())
                working[0].join(self.look_seconds)
                if self._errors:
                    break
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
            self._release()
        if self._errors:
            raise self._errors[0]
        return self.tally()

    @property
    def _me(self) -> str:
        return self.name or self.job.runner

    def tally(self) -> Tally:
        """How far all who work on it are."""
        with reading(self.sessions) as session:
            return db.batch_chunks.tally(session, self.batch_id, self.total)

    def _thread(self) -> None:
        try:
            partition = Partition(self.folder)
            asker = Asker(
                send=self._send, pace=self.pace, check=self._check, patience=self.patience
            )
            while (chunk := self._take()) is not None:
                self._score(chunk, partition, asker)
        except Stopped:
            pass
        except BaseException as error:
            self._errors.append(error)
            self._stop.set()

    def _send(self, values: Table) -> Attempt:
        """Ask for some rows, once nobody waits for the answer to one case."""
        self._give_way()
        return self.recorder.send(values)

    def _give_way(self) -> None:
        if self.give_way():
            self.pace.people_ask()

    def _check(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def _take(self) -> ChunkView | None:
        """The next chunk; None when all rows are done. Waits while others work on the last ones."""
        while True:
            self._check()
            chunk = self._patiently(self._take_once)
            if chunk is not None or self.tally().is_whole:
                return chunk
            with self._moved:
                self._moved.wait(self.look_seconds)

    def _take_once(self) -> ChunkView | None:
        me = self._me
        with reading(self.sessions) as session:  # what others need not wait for
            living = [me, *(w.id for w in db.workers.living(session, self.lost_seconds))]
            is_left = db.batch_chunks.is_left_behind(session, self.batch_id, living)
        try:
            with self._beside_people() as session:
                if is_left and (
                    left := db.batch_chunks.take_left_behind(session, self.batch_id, me, living)
                ):
                    return left
                return db.batch_chunks.take_next(
                    session, self.batch_id, me, self.pace.chunk_of, self.total, utc_now()
                )
        except Conflict:  # another took them at the same moment
            return None

    def _score(self, chunk: ChunkView, partition: Partition, asker: Asker) -> None:
        began = time.perf_counter()
        table = partition.values(chunk.first_row, chunk.rows)
        is_good = pc.is_null(table.column(PROBLEM))
        places = np.flatnonzero(is_good.to_numpy())
        values = rows_of(
            table if len(places) == len(table) else table.filter(is_good), self.signature
        )
        drawn = self.recorder.draw(chunk.rows, values, places.tolist())
        outcome = _Outcome(rows=chunk.rows)
        for settled in asker.ask(values) if len(values) else ():
            self._note(outcome, settled, values, drawn, chunk, places)
        part = result.part_name(chunk.first_row, chunk.tries)
        result.write_part(self.folder, part, outcome.table())
        done = replace(
            chunk,
            part=part,
            answered=outcome.answered,
            version="\n".join(outcome.versions),
            seconds=time.perf_counter() - began,
        )
        ready = self.recorder.ready(self.sessions, outcome.prepared)
        self._patiently(lambda: self._keep(done, outcome, ready))
        with self._moved:
            self._moved.notify_all()

    def _note(
        self,
        outcome: _Outcome,
        settled: Settled,
        values: Table,
        drawn: Drawn,
        chunk: ChunkView,
        places: np.ndarray[tuple[int], np.dtype[np.int64]],
    ) -> None:
        rows = settled.rows
        where = places[rows.start : rows.stop]
        prepared = self.recorder.prepare(
            values[rows.start : rows.stop], settled.attempt, drawn, chunk.first_row, where.tolist()
        )
        outcome.add(settled.attempt, where, self.signature, prepared, drawn)

    def _keep(self, done: ChunkView, outcome: _Outcome, ready: Any) -> bool:
        """The chunk and its cases, in one transaction, if both are this run's still."""
        case_ids = [each for each in outcome.cases if each]
        with self._beside_people(are_cases=bool(case_ids)) as session:
            if not self._goes_on(session):
                raise Stopped
            if not db.batch_chunks.finish(session, done, case_ids, utc_now()):
                return False
            self.recorder.write(session, ready)
        return True

    @contextmanager
    def _beside_people(self, *, are_cases: bool = False) -> Iterator[Session]:
        """A transaction that writes. Where there is one writer at a time, people who ask have more of it."""
        if self._has_one_writer:
            self.pace.wait_to_write(self._check)
        if are_cases:  # who waits for an answer writes it down first
            self._give_way()
        began = None
        try:
            with writing(self.sessions) as session:
                began = time.perf_counter()
                yield session
        finally:
            if began is not None:
                self.pace.wrote(time.perf_counter() - began)

    @cached_property
    def _has_one_writer(self) -> bool:
        return dialect_of(self.sessions).name == "sqlite"

    def _goes_on(self, session: Session) -> bool:
        """Helpers hold the job of another not: they would wait for each other, and the chunk is theirs or it is not."""
        if self.name:
            return db.jobs.wants_stop(session, self.job) is not None
        return db.jobs.hold(session, self.job)

    def _patiently(self, work: Callable[[], T]) -> T:
        """Try again while the database is away for a moment. Raises StorageError."""
        for pause in KEEP_PAUSES:
            try:
                return work()
            except StorageError as error:
                log.warning("a chunk of %s could not be written: %s", self.batch_id, error)
                self._stop.wait(pause)
                self._check()
        return work()

    def _release(self) -> None:
        try:
            with writing(self.sessions) as session:
                db.batch_chunks.release(session, self.batch_id, self._me)
        except StorageError as error:  # then they are taken when this process gives no sign of life
            log.warning("chunks of %s were not released: %s", self.batch_id, error)


@dataclass(kw_only=True)
class _Outcome:
    """What came of the rows of a chunk so far."""

    rows: int
    pieces: list[pa.Table] = field(default_factory=list)
    prepared: list[Prepared] = field(default_factory=list)
    cases: list[str | None] = field(init=False)
    versions: dict[str, None] = field(default_factory=dict)
    answered: int = 0

    def __post_init__(self) -> None:
        self.cases = [None] * self.rows

    def add(
        self,
        attempt: Attempt,
        places: np.ndarray[tuple[int], np.dtype[np.int64]],
        signature: Signature,
        prepared: Prepared | None,
        drawn: Drawn,
    ) -> None:
        rows = len(places)
        prediction, error = attempt.prediction, attempt.error
        columns: list[tuple[str, pa.Array]] = [("place", pa.array(places))]
        if prediction is None:
            words = _repeated(error.sentence if error else "", rows)
        else:
            columns += answers.as_arrow(answers.columns(prediction, signature, rows))
            words = _problems(prediction, rows)
            version = prediction.model.version
            columns.append(("version", _repeated(version or None, rows)))
            self.versions |= {version: None} if version else {}
            self.answered += rows - len(prediction.failures)
        columns.append(("problem", words))
        self.pieces.append(pa.Table.from_arrays([c for _, c in columns], [n for n, _ in columns]))
        if prepared is not None:
            self._add_cases(prepared, places, drawn)

    def _add_cases(
        self, prepared: Prepared, places: np.ndarray[tuple[int], np.dtype[np.int64]], drawn: Drawn
    ) -> None:
        self.prepared.append(prepared)
        recorded = places[drawn.is_recorded[places]]
        for place, case_id in zip(recorded.tolist(), prepared.ids, strict=True):
            self.cases[place] = case_id

    def table(self) -> pa.Table:
        """A row for each row of the chunk, in its order; empty where nothing was asked."""
        cases = pa.array(self.cases, pa.string())
        if not self.pieces:
            return pa.table({"problem": pa.nulls(self.rows, pa.string()), "case": cases})
        asked = pa.concat_tables(self.pieces, promote_options="default")
        at = np.full(self.rows, -1)
        at[asked.column("place").to_numpy()] = np.arange(len(asked))
        order = pa.array(at, mask=at < 0)
        return asked.drop_columns(["place"]).take(order).append_column("case", cases)


def _problems(prediction: Prediction, rows: int) -> pa.Array:
    failures = prediction.failures
    if not failures:
        return _repeated(None, rows)
    words = [failures[i].sentence if i in failures else None for i in range(rows)]
    return pa.array(words, pa.string())


def _repeated(text: str | None, rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), rows)
