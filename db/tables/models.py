"""What is known of a model beside its server: what people added to its signature, and what was studied of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Double, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from db.tables.base import MAX_KEY, SENTENCE, SHORT, Base
from db.types import ClippedText, Json, UtcDateTime


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


class OfModel:
    """What every row says that somebody kept for a model: which, who and when."""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index, ...]:
        return (Index(None, "server", "model", "created_at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OfSource(OfModel):
    """What came from somewhere: the kind of the source, and its name."""

    source: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(ClippedText(SHORT))
    content: Mapped[dict[str, object]] = mapped_column(Json)


class ColumnMapping(OfModel, Base):
    """Which columns of a file fed which fields of a model, as a person confirmed it. The newest counts."""

    __tablename__ = "column_mappings"

    content: Mapped[dict[str, object]] = mapped_column(Json)


class DiscoveredFacts(OfSource, Base):
    """What was found out of a model: learned from data, or probed. The newest of a source counts."""

    __tablename__ = "found_facts"


class Background(OfSource, Base):
    """The typical rows that the cases of a model are compared with, as a person chose them. The newest count."""

    __tablename__ = "backgrounds"


class Study(OfModel, Base):
    """What a method found of how a model treats a cohort: which rows, and the explanation."""

    __tablename__ = "studies"

    version: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(ClippedText(SHORT))
    cohort: Mapped[dict[str, object]] = mapped_column(Json)
    status: Mapped[str] = mapped_column(ClippedText(SHORT))
    rows: Mapped[int]
    calls: Mapped[int]
    seconds: Mapped[float] = mapped_column(Double)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    result: Mapped[dict[str, object] | None] = mapped_column(Json)
    sentence: Mapped[str] = mapped_column(ClippedText(SENTENCE))
