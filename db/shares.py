"""Queries on shared cases. A link is found by the hash of its token, whoever asks; lists keep to the scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import cast

from sqlalchemy import Table, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.tables import Case, CaseShare, ShareOpening
from db.tables.base import SHORT
from db.types import clip


@dataclass(frozen=True, kw_only=True)
class ShareView:
    """A link to a case, without its token. `person` is whom it is for, empty where for whoever is signed in."""

    id: str
    case_id: str
    token_sha256: str
    person: str
    shared_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FoundShare:
    """A link, and the model that its case is of."""

    share: ShareView
    server: str
    model: str


_NAMES = tuple(field.name for field in fields(ShareView))
_shares, _openings, _cases = (
    cast(Table, table.__table__) for table in (CaseShare, ShareOpening, Case)
)


def add(session: Session, share: ShareView) -> None:
    """Add a link. Raises Conflict for a case that is not there."""
    session.add(CaseShare(**{name: getattr(share, name) for name in _NAMES}))
    session.flush()


def by_token(session: Session, token_sha256: str) -> FoundShare | None:
    """The link with this token, whoever asks: they have the token. None where there is none."""
    query = (
        select(*(_shares.c[name] for name in _NAMES), _cases.c.server, _cases.c.model)
        .join(_cases, _cases.c.id == _shares.c.case_id)
        .where(_shares.c.token_sha256 == token_sha256)
    )
    row = session.connection().execute(query).first()
    if row is None:
        return None
    share = ShareView(**{name: getattr(row, name) for name in _NAMES})
    return FoundShare(share=share, server=row.server, model=row.model)


def open_by(session: Session, share_id: str, person: str, now: datetime) -> None:
    """Somebody has opened a link; the first time counts."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    row = {"share_id": share_id, "person": clip(person, SHORT), "opened_at": now}
    session.connection().execute(insert(_openings).values(row).on_conflict_do_nothing())


def of_case(session: Session, case_id: str) -> list[ShareView]:
    """The links to a case, the newest first."""
    query = select(CaseShare).where(CaseShare.case_id == case_id)
    rows = session.scalars(query.order_by(CaseShare.created_at.desc(), CaseShare.id.desc()))
    return [ShareView(**{name: getattr(row, name) for name in _NAMES}) for row in rows]


def openings(session: Session, share_ids: Sequence[str]) -> dict[str, dict[str, datetime]]:
    """Who opened these links, and when first, by link."""
    query = select(ShareOpening).where(ShareOpening.share_id.in_(share_ids))
    by_link: dict[str, dict[str, datetime]] = {}
    for row in session.scalars(query.order_by(ShareOpening.opened_at)):
        by_link.setdefault(row.share_id, {})[row.person] = row.opened_at
    return by_link


def revoke(session: Session, share_id: str, now: datetime) -> bool:
    """Take a link back; whether there was one that had not been."""
    query = update(CaseShare).where(CaseShare.id == share_id, CaseShare.revoked_at.is_(None))
    revoked_id = session.scalar(query.values(revoked_at=now).returning(CaseShare.id))
    return revoked_id is not None
