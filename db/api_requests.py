"""Queries on requests of the API that may come again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.tables import ApiRequest


@dataclass(frozen=True, kw_only=True)
class RequestView:
    """A request, and its answer once there is one: `status` is None until then."""

    id: str
    person: str
    digest: str
    created_at: datetime
    status: int | None = None
    headers: Mapping[str, object] = field(default_factory=dict)
    body: bytes = b""


def add(session: Session, request: RequestView) -> None:
    """Write down a request that begins. Raises Conflict where its id is taken."""
    facts = {each.name: getattr(request, each.name) for each in fields(RequestView)}
    session.add(ApiRequest(**(facts | {"headers": dict(request.headers)})))


def by_id(session: Session, request_id: str) -> RequestView | None:
    """The request of that id."""
    row = session.scalar(select(ApiRequest).where(ApiRequest.id == request_id))
    if row is None:
        return None
    return RequestView(**{each.name: getattr(row, each.name) for each in fields(RequestView)})


def renew(session: Session, request: RequestView, now: datetime) -> bool:
    """Begin anew what was cut off; False where somebody else has."""
    statement = (
        update(ApiRequest)
        .where(
            ApiRequest.id == request.id,
            ApiRequest.status.is_(None),
            ApiRequest.created_at == request.created_at,
        )
        .values(created_at=now)
        .returning(ApiRequest.id)
    )
    return session.scalar(statement) is not None


def end(
    session: Session, request_id: str, status: int, headers: Mapping[str, object], body: bytes
) -> None:
    """Keep the answer to a request."""
    answer = {"status": status, "headers": dict(headers), "body": body}
    session.execute(update(ApiRequest).where(ApiRequest.id == request_id).values(**answer))


def remove(session: Session, request_id: str) -> None:
    """Nothing was done: it can come again as if for the first time."""
    session.execute(delete(ApiRequest).where(ApiRequest.id == request_id))


def forget(session: Session, before: datetime) -> None:
    """Delete what began before a moment."""
    session.execute(delete(ApiRequest).where(ApiRequest.created_at < before))
