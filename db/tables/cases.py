"""What was asked and answered: cases, their files, explanations and scenarios, and what people said of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
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

from db.tables.base import CHANNELS, JUDGEMENTS, LONG, MAX_KEY, SENTENCE, SHORT, Base
from db.types import ClippedText, Json, UtcDateTime


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
        # The few that were drawn for a check.
        Index(
            "ix_cases_drawn",
            "server",
            "model",
            "created_at",
            sqlite_where=text("is_audited = 1"),
            postgresql_where=text("is_audited"),
        ),
        Index(
            "ix_cases_parent_id",
            "parent_id",
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
        Index(
            "ix_cases_wire_of",
            "wire_of",
            sqlite_where=text("wire_of IS NOT NULL"),
            postgresql_where=text("wire_of IS NOT NULL"),
        ),
        Index(
            "ix_cases_workspace",
            "workspace",
            sqlite_where=text("workspace IS NOT NULL"),
            postgresql_where=text("workspace IS NOT NULL"),
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

    # The case that this one asks again. Not a foreign key: that one may be gone before this one.
    parent_id: Mapped[str | None] = mapped_column(String(26))
    # How often the request was sent until it was settled.
    attempts: Mapped[int | None]
    # The workspace of a show or a demonstration, with which the case goes; none for what was really asked.
    workspace: Mapped[str | None] = mapped_column(String(40))
    # The experiment that chose the model or version, which arm it drew, and with which probability.
    experiment: Mapped[str | None] = mapped_column(String(60))
    arm: Mapped[str | None] = mapped_column(String(60))
    assignment_probability: Mapped[float | None] = mapped_column(Double)
    # Values of sensitive fields that are kept: `entered` has a mark in their place.
    sensitive: Mapped[dict[str, object] | None] = mapped_column(Json)
    # With which chance its person answered before the model, and what was drawn; none where nothing was.
    call_probability: Mapped[float | None] = mapped_column(Double)
    call_draw: Mapped[float | None] = mapped_column(Double)
    # What about its inputs is unlike all earlier ones, in a sentence; empty where nothing is, none where it was not compared.
    unlike: Mapped[str | None] = mapped_column(ClippedText(SENTENCE))
    # Its pictures and sounds as a few numbers each, by field, which later ones are compared with.
    features: Mapped[dict[str, object] | None] = mapped_column(Json)
    # What the detectors deployed beside the model said of it: of each its kind, whether it flagged, and its score.
    detected: Mapped[list[dict[str, object]] | None] = mapped_column(Json)


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
        Index(None, "created_at"),
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
    # What was answered to the questions of the model's owner, by question.
    answers: Mapped[dict[str, object] | None] = mapped_column(Json)


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
