"""The trail: chains, their entries, and the salts and digests of what they are about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import MAX_KEY, SHORT, Base
from db.types import ClippedText, UtcDateTime


class Workspace(Base):
    """A show or a demonstration: what is recorded in it has a chain of its own, which is closed when it is removed.

    `purpose` is that of its cases. A demonstration that has `completed_at` has all of its history; one that has `closed_at` takes
    nothing more.
    """

    __tablename__ = "workspaces"
    __table_args__ = (
        # However many processes begin at once, there is one demonstration.
        Index(
            "uq_workspaces_one_demo",
            "purpose",
            unique=True,
            sqlite_where=text("purpose = 'demo' AND closed_at IS NULL"),
            postgresql_where=text("purpose = 'demo' AND closed_at IS NULL"),
        ),
    )

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(ClippedText(SHORT))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(ClippedText(SHORT))
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(ClippedText(SHORT))


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
    # Which columns of a record its digest covers: see db/audit_content.py.
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
