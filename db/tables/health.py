"""What Health found of a model, and what people decide on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Double, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, synonym

from db.tables.base import SENTENCE, SHORT, Base
from db.tables.models import OfSource
from db.types import ClippedText, Json, UtcDateTime

# Kinds of findings that begin and end; db/migrations has them as well.
ALARM_KINDS = ("accuracy", "errors", "inputs")
ACTIONS = ("acknowledged", "snoozed", "accepted", "closed")


class HealthDecision(Base):
    """One step in the life of an alert: somebody saw it and takes care of it, put it off until a day, accepted what is now as the
    baseline, or closed it with a reason. `evidence` is what Health said at that moment. The newest step of a model holds."""

    __tablename__ = "health_decisions"
    __table_args__ = (
        CheckConstraint(f"action IN {ACTIONS}", name="action"),
        Index(None, "server", "model", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    evidence: Mapped[dict[str, object]] = mapped_column(Json)
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Of an accepted baseline: how many of its labels were right.
    baseline_right: Mapped[int | None]
    baseline_n: Mapped[int | None]


class HealthReference(OfSource, Base):
    """With what the newest inputs of a model are compared, as somebody chose it. The newest counts. `content` has the days of a window, or how many
    rows were taken from a file or a registry; `rows` are these."""

    __tablename__ = "health_references"

    rows: Mapped[list[dict[str, object]]] = mapped_column(Json)


class HealthAlarm(Base):
    """Something that Health found of a model, from when it was first seen until it was over. `deliveries` says of each channel
    what it was told when, and how often that failed; `pauses` from when to when it was over and began again (ISO 8601), oldest first."""

    __tablename__ = "health_alarms"
    __table_args__ = (
        CheckConstraint(f"kind IN {ALARM_KINDS}", name="kind"),
        Index(None, "server", "model", "opened_at"),
        # One of a kind at a time, however many processes look at once.
        Index(
            "uq_health_alarms_one_open",
            "server",
            "model",
            "kind",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sentence: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    deliveries: Mapped[dict[str, object]] = mapped_column(Json)
    pauses: Mapped[list[list[str]] | None] = mapped_column(Json)


class HealthStanding(Base):
    """What Health said of a model when it looked last: the word and why, the accuracy with its interval, and who takes care of it.
    For cards, which cannot wait until it is worked out. `demonstration` of its cases are the history of a demonstration; `sizes` says how
    far its numbers are off."""

    __tablename__ = "health_standings"

    server: Mapped[str] = mapped_column(Text, primary_key=True)
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    word: Mapped[str] = mapped_column(String(30))
    sentence: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    value: Mapped[float | None] = mapped_column(Double)
    low: Mapped[float | None] = mapped_column(Double)
    high: Mapped[float | None] = mapped_column(Double)
    n: Mapped[int]
    # The column has the name of a former release, whose processes may still write it.
    owner: Mapped[str] = mapped_column(ClippedText(SHORT))
    acknowledged_by: Mapped[str] = synonym("owner")
    demonstration: Mapped[int] = mapped_column(default=0, server_default="0")
    sizes: Mapped[str] = mapped_column(ClippedText(SENTENCE), default="", server_default=text("''"))
