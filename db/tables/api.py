"""Tables of the API: tokens, and requests that may come again under the same key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import SHORT, Base
from db.types import ClippedText, Json, UtcDateTime


class ApiToken(Base):
    """What a program shows in place of a person: the hash of a secret, what it may be used for, and until when.

    `groups` are those with which its person came last: what a token may see is looked up anew with each request.
    """

    __tablename__ = "api_tokens"
    __table_args__ = (UniqueConstraint("secret_sha256"), Index(None, "person", "created_at"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    groups: Mapped[list[str]] = mapped_column(Json)
    name: Mapped[str] = mapped_column(ClippedText(SHORT))
    secret_sha256: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]] = mapped_column(Json)
    made_by: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str] = mapped_column(ClippedText(SHORT))


class ApiRequest(Base):
    """A request to the API under a person's idempotency key: a digest of what was asked, and the answer once there
    is one. The id is a digest of the person and the key."""

    __tablename__ = "api_requests"
    __table_args__ = (Index(None, "created_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None]
    headers: Mapped[dict[str, object]] = mapped_column(Json)
    body: Mapped[bytes] = mapped_column(LargeBinary)
