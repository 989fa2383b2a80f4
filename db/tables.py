"""The tables: a case, its explanations, what people said of it, what they added to a signature, and the trail of it all.

Rows are added, never rewritten; only a case is completed once when its call has ended, a job changes its state until
it has ended, a worker the moment at which it was last seen, and a chain of the trail its end. A table keeps the name that it was made with, also where its class has a
better one by now (`found_facts`, `studies`): a rename would break processes of the former release, which
work on the same database while replicas are exchanged.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.types import ClippedText, Json, UtcDateTime

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
JUDGEMENTS = ("correct", "incorrect", "unsure")
CHANNELS = ("volunteered", "audit", "review", "upload", "api")
# Why a case was asked: by a person, as a "what if", as a row of a file, to check a version on golden cases, to try
# something out, again for a comparison, in front of an audience, by the demonstration.
PURPOSES = ("asked", "scenario", "batch", "golden", "test", "replay", "show", "demo")
# Of a job: the first two are under way, the others are ends.
JOB_STATES = ("waiting", "running", "done", "failed", "cancelled")

# How many characters are kept. Short ones are indexed: PostgreSQL takes 2,704 bytes in an index row.
SHORT, SENTENCE, LONG = 200, 2_000, 10_000
MAX_KEY = 200


class Base(DeclarativeBase):
    """The metadata that migrations are compared with."""

    metadata = MetaData(naming_convention=NAMES)


class Case(Base):
    """One request to one model and everything that belongs to it."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        Index(None, "created_at"),
        Index(None, "server", "model", "created_at"),
        Index(None, "server", "model", "version", "created_at"),
        Index(None, "person", "created_at"),
        Index(None, "server", "model", "answer_label"),
        Index(None, "server", "model", "answer_number"),
        # Lists of the few that have no answer, among the many that have one.
        Index(
            "ix_cases_not_answered",
            "created_at",
            "id",
            sqlite_where=text("outcome <> 'answered'"),
            postgresql_where=text("outcome <> 'answered'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    idempotency_key: Mapped[str] = mapped_column(String(MAX_KEY))

    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    version_asked: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    signature_fingerprint: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    entered: Mapped[dict[str, object]] = mapped_column(Json)
    # One of PURPOSES; a process of a release that knows none writes none.
    purpose: Mapped[str] = mapped_column(String(20), server_default="asked")

    outcome: Mapped[str] = mapped_column(String(40))
    answer: Mapped[dict[str, object] | None] = mapped_column(Json)
    answer_label: Mapped[str | None] = mapped_column(ClippedText(SHORT))
    answer_number: Mapped[float | None] = mapped_column(Double)
    error_sentence: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    error_advice: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    error_detail: Mapped[str] = mapped_column(ClippedText(LONG))

    url: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    http_status: Mapped[int | None]
    request_id: Mapped[str] = mapped_column(ClippedText(SHORT))
    trace_id: Mapped[str] = mapped_column(ClippedText(SHORT))
    request_headers: Mapped[dict[str, object]] = mapped_column(Json)
    response_headers: Mapped[dict[str, object]] = mapped_column(Json)
    seconds_total: Mapped[float] = mapped_column(Double)
    seconds_wire: Mapped[float | None] = mapped_column(Double)

    # Deferred: a list of cases must not load megabytes of bodies.
    request_body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    request_size: Mapped[int]
    request_sha256: Mapped[str] = mapped_column(String(64))
    request_truncated: Mapped[bool]
    response_body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    response_size: Mapped[int]
    response_sha256: Mapped[str] = mapped_column(String(64))
    response_truncated: Mapped[bool]
    # Rows that were sent together share what crossed the wire: it is kept with the first.
    wire_of: Mapped[str | None] = mapped_column(String(26))

    audit_probability: Mapped[float] = mapped_column(Double)
    audit_draw: Mapped[float] = mapped_column(Double)
    is_audited: Mapped[bool]


class CaseFile(Base):
    """A file that somebody sent, a value too large for its case, or the table of a batch, under the SHA-256 of its
    content."""

    __tablename__ = "case_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Explanation(Base):
    """One answer to 'why?' for one case."""

    __tablename__ = "explanations"
    __table_args__ = (Index(None, "case_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    method: Mapped[str] = mapped_column(ClippedText(SHORT))
    status: Mapped[str] = mapped_column(ClippedText(SHORT))
    rows: Mapped[int]
    calls: Mapped[int]
    seconds: Mapped[float] = mapped_column(Double)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    result: Mapped[dict[str, object] | None] = mapped_column(Json)
    sentence: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    error: Mapped[str] = mapped_column(ClippedText(LONG))


class Feedback(Base):
    """One statement by one person on one case. A changed mind is a new row that replaces the former."""

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        CheckConstraint(f"judgement IN {JUDGEMENTS}", name="judgement"),
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        Index(None, "case_id", "created_at"),
        Index(None, "person", "created_at"),
        Index(None, "judgement", "created_at"),
        # A person has one opinion of a case at a time, whatever happens at once.
        Index(
            "uq_feedback_one_current",
            "case_id",
            "person",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    channel: Mapped[str] = mapped_column(String(20))
    judgement: Mapped[str] = mapped_column(String(20))
    truth_label: Mapped[str | None] = mapped_column(ClippedText(SHORT))
    truth_number: Mapped[float | None] = mapped_column(Double)
    truth_text: Mapped[str | None] = mapped_column(ClippedText(LONG))
    reason: Mapped[str] = mapped_column(ClippedText(SHORT))
    comment: Mapped[str] = mapped_column(ClippedText(LONG))
    confidence: Mapped[float | None] = mapped_column(Double)
    replaces: Mapped[str | None] = mapped_column(ForeignKey("feedback.id"))
    is_current: Mapped[bool]
    idempotency_key: Mapped[str] = mapped_column(String(MAX_KEY))


class Overlay(Base):
    """One version of what people added to the signature of a model. The newest counts."""

    __tablename__ = "overlays"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        # Of two who publish at once, one is first.
        UniqueConstraint("server", "model", "number"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    author: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    comment: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    content: Mapped[dict[str, object]] = mapped_column(Json)
    idempotency_key: Mapped[str] = mapped_column(String(MAX_KEY))


class ColumnMapping(Base):
    """Which columns of a file fed which fields of a model, as a person confirmed it. The newest counts."""

    __tablename__ = "column_mappings"
    __table_args__ = (Index(None, "server", "model", "created_at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, object]] = mapped_column(Json)


class DiscoveredFacts(Base):
    """What was found out of a model: learned from data, or probed. The newest of a source counts."""

    __tablename__ = "found_facts"
    __table_args__ = (Index(None, "server", "model", "created_at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(ClippedText(SHORT))
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, object]] = mapped_column(Json)


class Scenario(Base):
    """A case that a person asked to see what would be different from another: a "what if" with a name."""

    __tablename__ = "scenarios"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        Index(None, "case_id", "created_at"),
        Index(None, "asked_id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    asked_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    name: Mapped[str] = mapped_column(ClippedText(SHORT))
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    idempotency_key: Mapped[str] = mapped_column(String(MAX_KEY))


class Background(Base):
    """The typical rows that the cases of a model are compared with, as a person chose them. The newest count."""

    __tablename__ = "backgrounds"
    __table_args__ = (Index(None, "server", "model", "created_at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(ClippedText(SHORT))
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, object]] = mapped_column(Json)


class Study(Base):
    """What a method found of how a model treats a cohort: which rows, and the explanation."""

    __tablename__ = "studies"
    __table_args__ = (Index(None, "server", "model", "created_at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(ClippedText(SHORT))
    cohort: Mapped[dict[str, object]] = mapped_column(Json)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(ClippedText(SHORT))
    rows: Mapped[int]
    calls: Mapped[int]
    seconds: Mapped[float] = mapped_column(Double)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    result: Mapped[dict[str, object] | None] = mapped_column(Json)
    sentence: Mapped[str] = mapped_column(ClippedText(SENTENCE))


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


class Batch(Base):
    """The rows of a file that a model was asked about, under the id of the job that asks; it outlives the job."""

    __tablename__ = "batches"
    __table_args__ = (
        Index(None, "question", "created_at"),
        Index(None, "server", "model", "created_at"),
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


class BatchChunk(Base):
    """Neighbouring rows of a batch that were asked: the case of each, in the order of the rows."""

    __tablename__ = "batch_chunks"

    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    first_row: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    case_ids: Mapped[list[str]] = mapped_column(Json)


class JobInput(Base):
    """What a job takes, as its kind wrote it. It goes when the job is done."""

    __tablename__ = "job_inputs"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


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


class AuditChain(Base):
    """The newest entry of the trail of a workspace. Who appends locks this row: a chain has one end."""

    __tablename__ = "audit_chains"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class AuditEntry(Base):
    """One thing that somebody did. `hash` is over every other column, that of the entry before included."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "kind", "record_id"),)

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    action: Mapped[str] = mapped_column(String(40))
    # What it was done to; of several records at once the first, and the others are leaves.
    kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(MAX_KEY))
    origin: Mapped[str] = mapped_column(ClippedText(SHORT))
    # Which columns of a record its digest covers: see db/audit_log.py.
    form: Mapped[int]
    before: Mapped[str] = mapped_column(String(64))
    after: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditLeaf(Base):
    """A record of an entry that is about several at once: `after` is the root of their Merkle tree."""

    __tablename__ = "audit_leaves"
    __table_args__ = (Index(None, "kind", "record_id"),)

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(MAX_KEY))
    digest: Mapped[str] = mapped_column(String(64))


class AuditSalt(Base):
    """The salt of the digests of one record. Without it, nobody can try out what the digest was of."""

    __tablename__ = "audit_salts"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    record_id: Mapped[str] = mapped_column(String(MAX_KEY), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
