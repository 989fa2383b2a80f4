"""Work that outlives its page: jobs, the rows of a file that one asks about, and the workers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import JOB_STATES, MAX_KEY, SENTENCE, SHORT, Base
from db.types import ClippedText, Json, UtcDateTime


class Job(Base):
    """Work that outlives the page that asked for it. What it needs lies in `job_inputs` until it is done."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        CheckConstraint(f"state IN {JOB_STATES}", name="state"),
        Index(None, "state", "created_at"),
        Index(None, "subject", "created_at"),
        Index(None, "runner", "state"),
        # Of what is wanted once at a time, one is under way, however often a button is pressed.
        Index(
            "uq_jobs_one_under_way",
            "one_at_a_time",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    kind_version: Mapped[int]
    title: Mapped[str] = mapped_column(ClippedText(SHORT))
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    subject: Mapped[str] = mapped_column(Text)
    one_at_a_time: Mapped[str | None] = mapped_column(Text)
    idempotency_key: Mapped[str] = mapped_column(String(MAX_KEY))
    queue: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    fraction: Mapped[float] = mapped_column(Double)
    words: Mapped[str] = mapped_column(ClippedText(SHORT))
    cancel_requested: Mapped[bool]
    # Who runs it, and which run it is, counted from 0: who was taken for dead cannot end what another now runs.
    runner: Mapped[str] = mapped_column(String(60))
    attempt: Mapped[int]
    # Runs that ended because their process died.
    losses: Mapped[int]
    # The application version whose engine has it in a queue; empty until it is in one.
    queued_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[str] = mapped_column(ClippedText(SHORT))
    sentence: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    advice: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    # Those of its person, by which it is looked whether the job may go on; none where the operator of everything asked.
    groups: Mapped[list[str] | None] = mapped_column(Json)


class JobInput(Base):
    """What a job takes, as its kind wrote it. It goes when the job is done."""

    __tablename__ = "job_inputs"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Batch(Base):
    """The rows of a file that a model was asked about, under the id of the job that asks; it outlives the job."""

    __tablename__ = "batches"
    __table_args__ = (
        Index(None, "question", "created_at"),
        Index(None, "server", "model", "created_at"),
        Index(None, "corrects"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    file_name: Mapped[str] = mapped_column(ClippedText(SHORT))
    # The same file with the same columns is the same question; `key` begins the keys of its cases.
    question: Mapped[str] = mapped_column(String(MAX_KEY))
    key: Mapped[str] = mapped_column(String(MAX_KEY))
    rows: Mapped[int]
    # The file's own table among `case_files`; empty where it was not kept.
    table_sha256: Mapped[str] = mapped_column(String(64))
    # Where the rows of a large file lie; empty where the job itself has them. And which rows become cases.
    folder: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    record: Mapped[str] = mapped_column(String(20), default="all", server_default="all")
    # The batch of which these are corrected rows; empty for rows of their own.
    corrects: Mapped[str] = mapped_column(String(26), default="", server_default=text("''"))


class BatchChunk(Base):
    """Neighbouring rows of a batch that were asked: the case of each, in the order of the rows.

    Of a large file a chunk is there as soon as somebody works on it, and has the cases of the rows that are recorded.
    """

    __tablename__ = "batch_chunks"
    __table_args__ = (
        # Those that may be left behind are looked for each time that one is taken: few of many.
        Index(
            "ix_batch_chunks_running",
            "batch_id",
            "first_row",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    first_row: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    case_ids: Mapped[list[str]] = mapped_column(Json)
    rows: Mapped[int] = mapped_column(default=0, server_default="0")
    # "running" or "done", by which process, and how often it was begun.
    state: Mapped[str] = mapped_column(String(20), default="done", server_default="done")
    runner: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    tries: Mapped[int] = mapped_column(default=1, server_default="1")
    # The file of its answers in the folder of the batch, how many there are, of which version, and how long it took.
    part: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    answered: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    seconds: Mapped[float] = mapped_column(Double, default=0.0, server_default="0")


class Worker(Base):
    """A process that runs jobs, and when it last gave a sign of life."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    host: Mapped[str] = mapped_column(ClippedText(SHORT))
    process: Mapped[int]
    version: Mapped[str] = mapped_column(String(60))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
