"""Queries on files that people sent: each content once, whatever case it came with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.tables import CaseFile


def keep(session: Session, contents: Mapping[str, bytes], now: datetime) -> None:
    """Keep each content under its SHA-256; of what is there already the moment is noted anew."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    for digest, content in sorted(
        contents.items()
    ):  # in one order: two who keep the same wait for each other
        row = {"sha256": digest, "size": len(content), "created_at": now, "content": content}
        statement = insert(CaseFile).values(row)
        session.execute(
            statement.on_conflict_do_update(index_elements=["sha256"], set_={"created_at": now})
        )


def content(session: Session, digest: str) -> bytes | None:
    """The content with this SHA-256; None where it was not kept."""
    return session.scalar(select(CaseFile.content).where(CaseFile.sha256 == digest))


def forget(session: Session, before: datetime, limit: int) -> int:
    """Delete contents that were kept last before a moment, at most so many; how many there were."""
    old = select(CaseFile.sha256).where(CaseFile.created_at < before)
    digests = list(session.scalars(old.order_by(CaseFile.sha256).limit(limit)))
    session.execute(delete(CaseFile).where(CaseFile.sha256.in_(digests)))
    return len(digests)
