"""Schedules of batches: what is looked through again and again for what is new, and what was found there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Double, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import SENTENCE, SHORT, Base
from db.types import ClippedText, Json, UtcDateTime


class BatchSchedule(Base):
    """A folder, a bucket or a query that a model is asked about whenever something is new, in the name of a person.

    It is never begun anew: whoever wants it otherwise makes another one.
    """

    __tablename__ = "batch_schedules"
    __table_args__ = (Index(None, "server", "model"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    # Empty for the newest version at each look.
    version: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    # Those of its person now; none where the operator of everything made it.
    groups: Mapped[list[str] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # "files" below a place, whose names fit a pattern; or the rows of a "query" in a database of the settings.
    source: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(Text)
    pattern: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text)
    key_column: Mapped[str] = mapped_column(Text)
    # The largest key that was read, as JSON with its type; empty before the first row.
    last_key: Mapped[str] = mapped_column(Text)
    every_seconds: Mapped[int]
    # What is done with a file that changed since it was scored: "tell", or score it "again".
    changed: Mapped[str] = mapped_column(String(10))
    record: Mapped[str] = mapped_column(String(20))
    share: Mapped[float] = mapped_column(Double)
    # How the files are read, where somebody said so.
    reading: Mapped[dict[str, object]] = mapped_column(Json)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What came of the last look, or why it ended.
    words: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BatchScheduleFile(Base):
    """A file as a schedule found it once: scored, told as changed, or refused with a reason. `digest` is of its address, its
    size, and its moment or ETag, so that a file that changed is another row."""

    __tablename__ = "batch_schedule_files"

    schedule_id: Mapped[str] = mapped_column(ForeignKey("batch_schedules.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    # Not a foreign key: batches are deleted by rules of their own. Empty where none was begun.
    batch_id: Mapped[str] = mapped_column(String(26))
