"""Choices of the list of cases that somebody keeps under a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import SHORT, Base
from db.types import ClippedText, Json, UtcDateTime


class SavedView(Base):
    """A list of cases by its choices, as they stand in the address. A shared one is for whoever may see its model."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("person", "name"), Index(None, "is_shared", "name"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    name: Mapped[str] = mapped_column(String(SHORT))
    is_shared: Mapped[bool]
    # The model that it names, so that nobody learns of one that they may not see; empty where it names none.
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    choices: Mapped[dict[str, str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
