"""Shows: cases in an order to present them, what is on the stage now, and what the audience votes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import SHORT, Base
from db.types import ClippedText, Json, UtcDateTime


class Show(Base):
    """Cases in the order in which somebody presents them. Ids, not foreign keys: a case may be gone before its show."""

    __tablename__ = "shows"
    __table_args__ = (Index(None, "person", "created_at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    name: Mapped[str] = mapped_column(ClippedText(SHORT))
    case_ids: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ShowRun(Base):
    """One time that a show is presented: its workspace, what is on the stage, and how the audience comes in.

    `stage` has what the audience sees and nothing else. `code` is empty while nobody is let in.
    """

    __tablename__ = "show_runs"
    __table_args__ = (
        Index(None, "show_id"),
        Index(
            "uq_show_runs_code",
            "code",
            unique=True,
            sqlite_where=text("code <> ''"),
            postgresql_where=text("code <> ''"),
        ),
        UniqueConstraint("guest_key"),
    )

    workspace: Mapped[str] = mapped_column(ForeignKey("workspaces.name"), primary_key=True)
    show_id: Mapped[str] = mapped_column(ForeignKey("shows.id"))
    stage: Mapped[dict[str, object] | None] = mapped_column(Json)
    code: Mapped[str] = mapped_column(String(16))
    # What signs the cookies of guests.
    guest_key: Mapped[str] = mapped_column(String(64))
    audience_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ShowVote(Base):
    """What one guest says of one case of a show. It is no feedback, and counts nowhere else."""

    __tablename__ = "show_votes"

    workspace: Mapped[str] = mapped_column(ForeignKey("show_runs.workspace"), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    guest: Mapped[str] = mapped_column(String(32), primary_key=True)
    is_right: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
