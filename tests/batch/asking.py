"""What the tests of large files share: rows, a model without a network, and a run from file to result."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq

import db.workers
from batch import partition
from batch.folder import BatchFolder
from batch.jobs import large_file, large_file_help, scheduled_batches
from batch.jobs.large_file import LargeFile
from cases.audit_sample import AuditPolicy
from cases.chunks import ChunkRecorder
from db.engine import Sessions, writing
from db.ids import new_id, utc_now
from jobs import store
from jobs.contract import Kind, Outcome, Run
from jobs.here import Here
from jobs.store import JobView
from mds_client.errors import EndpointRefused, MdsError
from mds_client.prediction import Answer, Prediction
from mds_client.signature import Field, ModelRef, Signature
from mds_client.signature.rows import Table
from tables.mapping import suggest
from tables.streaming.blocks import blocks, sampled
from tables.streaming.source import Source
from tests.stub_predictor import PENGUINS, exchange

SIGNATURE = Signature(
    model=PENGUINS,
    inputs=(Field(name="x", kind="integer", datatype="INT64"), Field(name="y", kind="number")),
)


@dataclass
class Model:
    """Answers each row with its number; `meanwhile` is called before each request with its rows, and may raise."""

    bad: tuple[int, ...] = ()
    refusal: type[MdsError] = EndpointRefused
    meanwhile: Callable[[Sequence[int]], None] = lambda _: None
    version: Callable[[int], str] = lambda _: "1"
    ref: ModelRef = PENGUINS
    asked: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def signature(self) -> Signature:
        return SIGNATURE

    def predict(self, rows: Table, **_: str) -> Prediction:
        numbers = [int(str(row["x"])) for row in rows]
        self.meanwhile(numbers)
        if set(numbers) & set(self.bad):
            raise self.refusal("The model did not accept this.")
        with self.lock:
            self.asked += numbers
            version = self.version(len(self.asked))
        answers = tuple(Answer(kind="number", number=float(n)) for n in numbers)
        ref = ModelRef(server=self.ref.server, name=self.ref.name, version=version)
        return Prediction(model=ref, outputs=(), answers=answers, exchange=exchange())


def tools(sessions: Sessions, root: Path, model: Any, *, at_once: int = 2) -> Any:
    """What the kind of job needs, with this model in place of a server."""

    def recorder(
        ref: ModelRef, signature: Signature, key: str, person: str, record: str, share: float
    ) -> ChunkRecorder:
        return ChunkRecorder(
            model=model,
            signature=signature,
            key=key,
            person=person,
            record=record,  # type: ignore[arg-type]
            share=share,
            audit=AuditPolicy(probability=0.1),
        )

    found = SimpleNamespace(
        sessions=sessions,
        settings=SimpleNamespace(
            batch_requests=at_once, lost_seconds=60.0, batch_engine="auto", ray=None
        ),
        batches_root=root,
        server=lambda name: {PENGUINS.server: SimpleNamespace(max_connections=10)}[name],
        recorder=recorder,
        give_way=lambda _: False,
    )
    found.kinds = {
        large_file.NAME: large_file.kind(found),
        large_file.HELP: large_file_help.kind(found),
    }
    return found


def csv(path: Path, rows: int, odd: dict[int, str] | None = None) -> Path:
    """A file of so many rows, some of them as they are given."""
    lines = [(odd or {}).get(i, f"r{i},{i},{i / 2}") for i in range(rows)]
    path.write_text("\n".join(["name,x,y", *lines, ""]), encoding="utf-8")
    return path


def written(root: Path, path: Path) -> LargeFile:
    """The rows of a file in a folder of their own, and what is asked about them."""
    sample = sampled(Source.of(str(path)), SIGNATURE)
    batch_id = new_id()
    facts = partition.write(
        BatchFolder(root, batch_id),
        blocks(sample, suggest(sample.table, SIGNATURE), SIGNATURE),
        columns=sample.table.columns,
        signature=SIGNATURE,
        name=path.name,
    )
    return LargeFile(batch_id=batch_id, model=PENGUINS, signature=SIGNATURE, rows=facts.rows)


def asked(
    sessions: Sessions,
    root: Path,
    model: Model,
    given: LargeFile,
    also: Callable[[], None] = lambda: None,
) -> JobView:
    """The job about it, once it has ended in this thread. `also` is called when the batch is there and before it runs."""
    job = large_file.start(
        here_and_alive(sessions),
        sessions,
        _after(also, tools(sessions, root, model).kinds[large_file.NAME]),
        given,
        file_name="birds.csv",
        question=given.batch_id,
        person="ada",
    )
    ended = store.find(sessions, job.id)
    assert ended is not None
    return ended


def here_and_alive(sessions: Sessions) -> Here:
    """Runs jobs in this thread, and has given a sign of life."""
    here = Here(sessions, "1", 60.0, is_inline=True)
    with writing(sessions) as session:
        db.workers.beat(session, here._heart.worker)
    return here


def _after(also: Callable[[], None], kind: Kind) -> Kind:
    def run(run: Run, given: object) -> Outcome:
        also()
        return kind.run(run, given)

    return replace(kind, run=run)


def looked(built: Any, here: Here, minutes: int = 0) -> list[JobView]:
    """The jobs that a look at the schedules brings at this moment or so many minutes later, once they have ended."""
    kind = scheduled_batches.kind(built, now=lambda: utc_now() + timedelta(minutes=minutes))
    here.start(kind, store.make(kind), None)
    ended = []
    while waiting := store.newest(built.sessions, states=("waiting",)):
        for job in waiting:
            assert here.take(built.kinds[job.kind], job)
            found = store.find(built.sessions, job.id)
            assert found is not None
            ended.append(found)
    return ended


def result(root: Path, given: LargeFile) -> dict[str, list[Any]]:
    """The columns of the result."""
    path = BatchFolder(root, given.batch_id).result("parquet")
    columns: dict[str, list[Any]] = pq.read_table(path).to_pydict()
    return columns
