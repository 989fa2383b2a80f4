"""Queries on API tokens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from db.tables import ApiToken


@dataclass(frozen=True, kw_only=True)
class TokenView:
    """A token without its secret, which is kept nowhere. `groups` are those with which its person came last."""

    id: str
    person: str
    groups: Sequence[str] = ()
    name: str
    secret_sha256: str
    scopes: Sequence[str]
    made_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str = ""

    def state(self, now: datetime) -> str:
        """ "valid", "expired" or "revoked"."""
        if self.revoked_at is not None:
            return "revoked"
        return "valid" if now < self.expires_at else "expired"


def add(session: Session, token: TokenView) -> None:
    """Add a token."""
    facts = {field.name: getattr(token, field.name) for field in fields(TokenView)}
    lists = {name: list(facts[name]) for name in ("groups", "scopes")}
    session.add(ApiToken(**(facts | lists)))
    session.flush()


def by_digest(session: Session, secret_sha256: str) -> TokenView | None:
    """The token whose secret has this SHA-256."""
    row = session.scalar(select(ApiToken).where(ApiToken.secret_sha256 == secret_sha256))
    return None if row is None else _view(row)


def by_id(session: Session, token_id: str) -> TokenView | None:
    """The token of that id; None where there is none, or it is not seen."""
    row = session.scalar(select(ApiToken).where(ApiToken.id == token_id))
    return None if row is None else _view(row)


def newest(session: Session, *, person: str = "", limit: int = 200) -> list[TokenView]:
    """Tokens, the newest first; of one person, or of all that are seen."""
    query = select(ApiToken).order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
    if person:
        query = query.where(ApiToken.person == person)
    return [_view(row) for row in session.scalars(query.limit(limit))]


def count_valid(session: Session, person: str, now: datetime) -> int:
    """How many tokens of a person can be used."""
    query = select(func.count()).select_from(ApiToken)
    valid = (ApiToken.person == person, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
    return session.scalar(query.where(*valid)) or 0


def note_use(session: Session, token_id: str, now: datetime, since: datetime) -> None:
    """Write down that a token was used now, unless that was done since."""
    is_old = or_(ApiToken.used_at.is_(None), ApiToken.used_at <= since)
    session.execute(
        update(ApiToken).where(ApiToken.id == token_id, is_old).values(used_at=now),
    )


def revoke(session: Session, token_id: str, now: datetime, person: str) -> bool:
    """Take a token back; False where it has been already, or is not there."""
    changed = session.scalar(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=person)
        .returning(ApiToken.id)
    )
    return changed is not None


def set_groups(session: Session, ids: Collection[str], groups: Sequence[str]) -> None:
    """These tokens have these groups from now on."""
    session.execute(update(ApiToken).where(ApiToken.id.in_(ids)).values(groups=list(groups)))


def with_other_groups(session: Session, person: str, groups: Sequence[str]) -> list[str]:
    """The ids of those tokens of a person that can still be used and have other groups."""
    query = select(ApiToken).where(ApiToken.person == person, ApiToken.revoked_at.is_(None))
    return [row.id for row in session.scalars(query) if list(row.groups) != list(groups)]


def _view(row: ApiToken) -> TokenView:
    return TokenView(**{field.name: getattr(row, field.name) for field in fields(TokenView)})
