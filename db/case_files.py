"""Queries on files that people sent: each content once, whatever case it came with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.tables import CaseFile


def keep(session: Session, contents: Mapping[str, bytes], now: datetime) -> None:
    """Keep each content under its SHA-256; what is there already stays as it is."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    for digest, content in sorted(
        contents.items()
    ):  # in one order: two who keep the same wait for each other
        row = {"sha256": digest, "size": len(content), "created_at": now, "content": content}
        session.execute(insert(CaseFile).values(row).on_conflict_do_nothing())


def content(session: Session, digest: str) -> bytes | None:
    """The content with this SHA-256; None where it was not kept."""
    return session.scalar(select(CaseFile.content).where(CaseFile.sha256 == digest))
