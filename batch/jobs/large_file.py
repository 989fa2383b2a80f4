"""A model is asked about all rows of a file, however many, whoever looks (docs/decisions/0021)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import db.batch_chunks
import db.batches
import db.jobs
from batch import corrections
from batch.engines import choice, cluster, local
from batch.engines.contract import HELP, NAME, Help, LargeFile, Tools
from batch.engines.node import node_of
from batch.engines.watch import duration
from batch.errors import ClusterGone
from batch.folder import BatchFolder
from batch.result import Joining, join
from batch.view import ResultView
from db.batch_chunks import ChunkView, Tally
from db.batches import BatchView
from db.engine import Session, Sessions, reading, writing
from jobs import store
from jobs.contract import UNATTENDED, Kind, Outcome, Progress, Run
from jobs.errors import JobCancelled, NotResumable, ValuesNotStored
from jobs.here import Here
from jobs.payload import Codec
from jobs.store import JobView
from jobs.wording import answered_in_words
from mds_client.sensitive_values import has_withheld
from mds_client.signature import Explainer, Field, File, ModelRef, Signature

__all__ = [
    "HELP",
    "NAME",
    "RECORDS",
    "Help",
    "LargeFile",
    "Tools",
    "change_engine",
    "duration",
    "give_up",
    "in_words",
    "keep_answers",
    "kind",
    "start",
]

RECORDS = ("all", "sample", "drawn")
# Runs in a row that may lose their process without a chunk in between before the job is given up.
ATTEMPTS = 5


def kind(tools: Tools) -> Kind:
    """Asks about each row of a large file, a chunk at a time, and writes the result."""

    def run(run: Run, given: object) -> Outcome:
        if not isinstance(given, LargeFile):
            raise TypeError(type(given).__name__)
        try:
            with _joining(tools, given) as joining:
                tally, remark = _asked(run, tools, given)
                run.report(Progress(fraction=1.0, words="Writing the result"))
                return _ended(tools, given, tally, remark, joining)
        except JobCancelled:
            if store.is_withdrawn(tools.sessions, run.job.id):
                keep_answers(tools.sessions, tools.batches_root, given.batch_id, given.base)
            raise

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
    written = partial(_add, batch=_batch_of(job, given, file_name, question), also=also)
    if here is None:
        return store.submit(sessions, kind, job, given, also=written)
    return here.start(kind, job, given, also=written)


def _batch_of(job: JobView, given: LargeFile, file_name: str, question: str) -> BatchView:
    """What is kept of the file, under the id of its job."""
    return BatchView(
        id=job.id,
        server=given.model.server,
        model=given.model.name,
        version=given.model.version,
        person=job.person,
        created_at=job.created_at,
        file_name=file_name,
        question=question,
        key=f"batch-{job.id}",
        rows=given.whole_rows or given.rows,
        folder=given.batch_id,
        record=given.record,
        corrects=given.corrected_batch,
    )


def _add(session: Session, batch: BatchView, also: Callable[[Session], None]) -> None:
    db.batches.add(session, batch)
    also(session)


def change_engine(sessions: Sessions, kind: Kind, job_id: str, engine: str) -> None:
    """Have another engine go on with a batch that ended early. Raises NotResumable where what it takes is gone."""
    codec = Codec(kind.takes)
    with writing(sessions) as session:
        content = db.jobs.content(session, job_id)
        given = codec.decode(content) if content else None
        if not isinstance(given, LargeFile):
            raise NotResumable(f"What the batch {job_id} is about is not kept any more.")
        db.jobs.set_content(session, job_id, codec.encode(replace(given, engine=engine)))


def give_up(sessions: Sessions, root: Path, batch: BatchView, base: str) -> JobView:
    """Cancel a batch for good; its result has what was answered by then, and is written by its run where it has one. `base` is
    the address before the link to a case. Raises NoSuchJob, NotPermitted and MdsError."""
    job = store.find(sessions, batch.id)
    if not batch.folder or (job and job.is_under_way):
        return store.withdraw(sessions, batch.id)
    keep_answers(sessions, root, batch.folder, base)
    withdrawn = store.withdraw(sessions, batch.id)
    _note_kept(sessions, BatchFolder(root, batch.folder))
    return store.find(sessions, batch.id) or withdrawn


def keep_answers(sessions: Sessions, root: Path, batch_id: str, base: str) -> None:
    """Write the result of a batch that ended early, with what was answered by then; nothing where there is one, or no answer.
    One that was stopped for good says how many rows that are. Raises MdsError."""
    folder = BatchFolder(root, batch_id)
    if not folder.result("parquet").is_file():
        with reading(sessions) as session:
            done = db.batch_chunks.done(session, batch_id)
        if done:
            join(folder, done, base)
    _note_kept(sessions, folder)


def _note_kept(sessions: Sessions, folder: BatchFolder) -> None:
    """Have a batch that was stopped for good say how many rows its result has an answer to."""
    job_id = folder.path.name
    job = store.find(sessions, job_id)
    if job is None or job.sentence not in ("", store.WITHDRAWN):  # it is said
        return
    words, fraction = "No row was answered", 0.0
    if folder.result("parquet").is_file():
        view = ResultView(folder.result("parquet"))
        answered = view.rows - view.column(view.answer_column).null_count
        words = f"{answered:,} of {view.rows:,} rows {'was' if answered == 1 else 'were'} answered"
        fraction = answered / view.rows
    with writing(sessions) as session:
        db.jobs.note_kept(session, job_id, words, fraction)


def _asked(run: Run, tools: Tools, given: LargeFile) -> tuple[Tally, str]:
    """All rows, by the engine that was chosen, and a remark. Where the size alone chose a cluster that does not answer, the workers here go on."""
    remark = ""
    if choice.chosen(tools.settings, given.rows, given.engine) == choice.RAY:
        try:
            return cluster.score(run, tools, given), ""
        except ClusterGone as error:
            if choice.wanted(tools.settings, given.engine) == choice.RAY:
                raise
            remark = f" {error.sentence} The workers here went on."
    helpers = local.Helpers(run=run, tools=tools, given=given)
    helpers(Tally())
    return local.score(run, tools, given, also=helpers), remark


def _joining(tools: Tools, given: LargeFile) -> Joining:
    """What writes the result while rows are asked about, whoever asks."""

    def following(row: int) -> ChunkView | None:
        with reading(tools.sessions) as session:
            return db.batch_chunks.done_at(session, given.batch_id, row)

    folder = BatchFolder(tools.batches_root, given.batch_id)
    return Joining(folder=folder, rows=given.rows, following=following, base=given.base)


def _ended(tools: Tools, given: LargeFile, tally: Tally, remark: str, joining: Joining) -> Outcome:
    def done() -> list[ChunkView]:
        with reading(tools.sessions) as session:
            return db.batch_chunks.done(session, given.batch_id)

    joining.end(done)
    with reading(tools.sessions) as session:
        versions = db.batch_chunks.versions(session, given.batch_id)
        runners = db.batch_chunks.runners(session, given.batch_id)
    machines = len({node_of(name) for name in runners} - {""})
    if machines:
        count = "1 machine" if machines == 1 else f"{machines:,} machines"
        remark = f" {count} of the Ray cluster asked.{remark}"
    sentence = in_words(given.rows, tally.answered, versions) + remark
    if given.corrects:
        rows = BatchFolder(tools.batches_root, given.batch_id)
        # Of a short file, which has no folder, they lie within that of these rows.
        is_short = given.corrects == given.batch_id
        base = rows.before if is_short else BatchFolder(tools.batches_root, given.corrects).whole
        sentence += f" {corrections.merge(base, rows).in_words}"
    return Outcome(sentence=sentence, save=lambda _: given.batch_id)


def in_words(rows: int, answered: int, versions: list[str]) -> str:
    """What came of a file: `99,997 rows were answered, 3 were not.`, and that several versions answered."""
    sentence = f"{answered_in_words(answered, rows - answered)}."
    if len(versions) > 1:
        names = ", ".join(versions[:5])
        sentence += f" The model changed meanwhile: the versions {names} answered. The column Version says which row."
    return sentence
