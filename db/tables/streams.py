"""Streams of records that are scored: what each has done so far, for the metrics."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import MAX_KEY, Base
from db.types import UtcDateTime


class Stream(Base):
    """A stream by its name, whatever processes have read it. Its counts only grow; `lag` is what the broker said last."""

    __tablename__ = "streams"

    name: Mapped[str] = mapped_column(String(MAX_KEY), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    answered: Mapped[int] = mapped_column(BigInteger)
    poison: Mapped[int] = mapped_column(BigInteger)
    recorded: Mapped[int] = mapped_column(BigInteger)
    # None where the broker does not say.
    lag: Mapped[int | None] = mapped_column(BigInteger)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
