"""Cases that were shared: by a link with an expiry, and who opened it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import SHORT, Base
from db.types import ClippedText, UtcDateTime


class CaseShare(Base):
    """A link to one case. Its token is known to who has the link alone; it can be taken back."""

    __tablename__ = "case_shares"
    __table_args__ = (UniqueConstraint("token_sha256"), Index(None, "case_id", "created_at"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    token_sha256: Mapped[str] = mapped_column(String(64))
    # Whom it is for; empty where it is for whoever is signed in.
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    shared_by: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ShareOpening(Base):
    """Somebody opened a link: from then on they see its case, as long as the link holds."""

    __tablename__ = "case_share_openings"
    __table_args__ = (Index(None, "person"),)

    share_id: Mapped[str] = mapped_column(ForeignKey("case_shares.id"), primary_key=True)
    person: Mapped[str] = mapped_column(String(SHORT), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
