"""Cases counted by day, so that figures need not go through all of them: made from the cases, and made anew where these change.

Triggers mark the day of every case that is written, changed or judged (migration 0035). What is marked is counted from the
cases until it is folded into the counts. A backup has none of these tables: what is restored is marked again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Double, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import SENTENCE, Base
from db.tables.retention import CountOfDay
from db.types import ClippedText, Json, UtcDateTime


class HealthMark(Base):
    """On this day (UTC) of a model version something changed since it was counted. Rows are added and deleted, never changed:
    so no process waits for another."""

    __tablename__ = "health_marks"
    __table_args__ = (Index(None, "server", "model", "version", "day"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    day: Mapped[datetime] = mapped_column(UtcDateTime)
    day_after: Mapped[datetime] = mapped_column(UtcDateTime)


class HealthDay(CountOfDay, Base):
    """So many cases of a day that are alike; `judgement` is what counts of what was said of them."""

    __tablename__ = "health_days"

    outcome: Mapped[str] = mapped_column(String(40))
    audit_probability: Mapped[float] = mapped_column(Double)
    is_audited: Mapped[bool]
    is_volunteered: Mapped[bool]
    judgement: Mapped[str | None] = mapped_column(String(20))
    cases: Mapped[int] = mapped_column(BigInteger)
    # How long they took together, and when the last of them was asked.
    seconds: Mapped[float] = mapped_column(Double)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HealthDayFeedback(CountOfDay, Base):
    """So many statements that count, on answered cases of a day."""

    __tablename__ = "health_day_feedback"

    channel: Mapped[str] = mapped_column(String(20))
    judgement: Mapped[str] = mapped_column(String(20))
    statements: Mapped[int] = mapped_column(BigInteger)


class HealthDaySeconds(CountOfDay, Base):
    """How long the answered cases of a day took: so many in each interval of a logarithmic histogram (db/durations.py), and
    the shortest and the longest."""

    __tablename__ = "health_day_seconds"

    cases: Mapped[int] = mapped_column(BigInteger)
    least: Mapped[float] = mapped_column(Double)
    most: Mapped[float] = mapped_column(Double)
    counts: Mapped[dict[str, object]] = mapped_column(Json)


class HealthRevision(Base):
    """The fold that last counted something of a model anew: as long as it is the same and nothing is marked, so is
    everything that was worked out of its cases."""

    __tablename__ = "health_revisions"

    server: Mapped[str] = mapped_column(Text, primary_key=True)
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    revision: Mapped[str] = mapped_column(String(26))


class HealthCalibration(Base):
    """How far the checked cases of a model version were off, the oldest first, and how many cases each stands for: what
    prediction sets and intervals are made from, without going through the cases. Made anew from them by a job."""

    __tablename__ = "health_calibrations"

    server: Mapped[str] = mapped_column(Text, primary_key=True)
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[str] = mapped_column(Text, primary_key=True)
    revision: Mapped[str] = mapped_column(String(26))
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(10))
    scores: Mapped[list[float]] = mapped_column(Json)
    weights: Mapped[list[float]] = mapped_column(Json)
    reply: Mapped[float] = mapped_column(Double)
    held: Mapped[float | None] = mapped_column(Double)
    held_low: Mapped[float | None] = mapped_column(Double)
    held_high: Mapped[float | None] = mapped_column(Double)
    held_n: Mapped[int]
    # So many of them are the history of a demonstration; None of what was made before that was counted.
    demonstration: Mapped[int | None]


class HealthJointDrift(Base):
    """How the inputs of a model as a whole compare with its first ones: `found` has a part for each comparison
    (health/drift/joint.py), and `fields` how each field does (health/input_drift.py), as long as the revision is that of the
    model. Made anew from the cases by a job."""

    __tablename__ = "health_joint_drift"

    server: Mapped[str] = mapped_column(Text, primary_key=True)
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    revision: Mapped[str] = mapped_column(String(26))
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    found: Mapped[list[dict[str, object]]] = mapped_column(Json)
    # None in a row of a release that did not keep it.
    fields: Mapped[dict[str, object] | None] = mapped_column(Json)


class HealthDetection(Base):
    """What a drift detector deployed beside a model said last, of so many of its last cases; none while it collects, or where
    it could not be asked, for which `problem` has the reason. A job asks it."""

    __tablename__ = "health_detections"

    server: Mapped[str] = mapped_column(Text, primary_key=True)
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    detector: Mapped[str] = mapped_column(Text, primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_case: Mapped[str] = mapped_column(String(26))
    cases: Mapped[int]
    is_drift: Mapped[bool | None]
    p: Mapped[float | None] = mapped_column(Double)
    distance: Mapped[float | None] = mapped_column(Double)
    threshold: Mapped[float | None] = mapped_column(Double)
    problem: Mapped[str] = mapped_column(ClippedText(SENTENCE))


# What can be made from the cases at any time.
DERIVED = (
    "health_detections",
    "health_joint_drift",
    "health_calibrations",
    "health_marks",
    "health_days",
    "health_day_feedback",
    "health_day_seconds",
    "health_revisions",
)
