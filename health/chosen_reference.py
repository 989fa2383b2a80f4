"""Choosing what the newest inputs of a model are compared with: a window of days, rows of a file or of a model registry, or the first cases
again. Who reviews or operates the model may; it counts from then on, and is trailed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import db.health_cases
import db.health_references
from audit_log.chain import Record, append
from db.audit_log import MAIN
from db.engine import Session, Sessions, reading, writing
from db.health import Selection
from db.health_references import ReferenceView, Row
from db.ids import new_id as make_id
from db.ids import utc_now
from db.person import known
from db.scope import scope_of
from db.tables import SHORT
from db.types import clip
from health.drift.fields import LEAST_CASES
from health.reference import (
    FILE,
    FIRST,
    RECENT_DAYS,
    REFERENCE,
    REGISTRY,
    WINDOW,
    Chosen,
    begin_of,
    days_words,
    recent,
)
from health.summary import ESTIMATED
from mds_client.errors import MdsError
from mds_client.signature import Signature
from people.errors import NotPermitted

__all__ = ["ReferenceRefused", "chosen_of", "comparable", "first", "of_rows", "window"]

_UNCHANGED = "What inputs are compared with stays as it was."


class ReferenceRefused(MdsError):
    """Inputs cannot be compared with this."""

    kind = "reference_refused"


def window(
    sessions: Sessions,
    server: str,
    model: str,
    since: date,
    until: date,
    *,
    person: str,
    clock: Callable[[], datetime] = utc_now,
) -> Chosen:
    """Compare with the answered cases from a day to another (UTC), of whichever version; of many, 300 spread evenly over them.

    Raises ReferenceRefused where there are too few, or where the days are among the last two weeks, which are what is compared; NotPermitted,
    and StorageError.
    """
    _check_days(since, until, clock())
    of = Selection(
        purposes=ESTIMATED,
        server=server,
        model=model,
        since=begin_of(since),
        until=begin_of(until) + timedelta(days=1),
    )
    with reading(sessions) as session:
        _check_right(session, server, model)
        found = len(db.health_cases.ids(session, of, REFERENCE, "oldest"))
    if found < LEAST_CASES:
        cases = (
            f"Only {found:,} {'case was' if found == 1 else 'cases were'}"
            if found
            else "No case was"
        )
        raise ReferenceRefused(
            f"{cases} answered on {days_words(since, until)}, and it takes {LEAST_CASES}.",
            advice=f"Choose more days. {_UNCHANGED}",
        )
    days = {"since": since.isoformat(), "until": until.isoformat()}
    return _keep(sessions, _made((server, model), WINDOW, days, person, clock()), [])


def of_rows(
    sessions: Sessions,
    signature: Signature,
    rows: Sequence[Row],
    *,
    name: str,
    person: str,
    is_registry: bool = False,
    left_out: int = 0,
    clock: Callable[[], datetime] = utc_now,
) -> Chosen:
    """Compare with rows of a file that is called so, with the fields of the model as names: of many, 300 spread evenly over them are kept,
    without the values that the model's signature says are not stored. So many more could not be read and are `left_out`.

    Raises ReferenceRefused where there are too few, NotPermitted, and StorageError.
    """
    there = comparable(signature, rows)
    if len(there) < LEAST_CASES:
        what = "row has" if len(there) == 1 else "rows have"
        has = f"Only {len(there):,} {what}" if there else "No row has"
        raise ReferenceRefused(
            f"{has} values that can be compared, and it takes {LEAST_CASES}.",
            advice=f"Take a file with more cases. {_UNCHANGED}",
        )
    kept = there
    if len(there) > REFERENCE:
        kept = [there[place * len(there) // REFERENCE] for place in range(REFERENCE)]
    of = (signature.model.server, signature.model.name)
    source = REGISTRY if is_registry else FILE
    content = {"count": len(kept), "left_out": left_out}
    view = _made(of, source, content, person, clock())
    return _keep(sessions, replace(view, name=clip(name, SHORT)), kept)


def first(
    sessions: Sessions,
    server: str,
    model: str,
    *,
    person: str,
    clock: Callable[[], datetime] = utc_now,
) -> Chosen:
    """Compare with the first cases of the version in use again. Raises NotPermitted and StorageError."""
    return _keep(sessions, _made((server, model), FIRST, {}, person, clock()), [])


def chosen_of(view: ReferenceView) -> Chosen | None:
    """A choice as it is used; None where it is of the first cases."""
    return None if view.source == FIRST else _chosen(view)


def _chosen(view: ReferenceView) -> Chosen:
    since, until = (view.content.get(name) for name in ("since", "until"))
    count, left_out = (view.content.get(name) for name in ("count", "left_out"))
    return Chosen(
        id=view.id,
        source=view.source,
        name=view.name,
        person=view.person,
        at=view.created_at,
        since=date.fromisoformat(str(since)) if since else None,
        until=date.fromisoformat(str(until)) if until else None,
        count=count if isinstance(count, int) else 0,
        left_out=left_out if isinstance(left_out, int) else 0,
    )


def comparable(signature: Signature, rows: Sequence[Row]) -> list[Row]:
    """The rows that have values which are kept, with these alone."""
    hidden = {field.name for field in signature.inputs if field.is_withheld}
    known = ({n: v for n, v in row.items() if _is_plain(v) and n not in hidden} for row in rows)
    return [row for row in known if row]


def _is_plain(value: object) -> bool:
    """Whether it is a value that is kept in words: no file, and not nothing."""
    return isinstance(value, str | bool | int | float) and value != ""


def _check_days(since: date, until: date, now: datetime) -> None:
    last = recent(now)[0].date() - timedelta(days=1)
    if since > until:
        raise ReferenceRefused("The first day is after the last.", advice=_UNCHANGED)
    if until > last:
        raise ReferenceRefused(
            f"The newest inputs, of the last {RECENT_DAYS} days, are what is compared: a window ends on {last:%-d %B %Y} or before.",
            advice=f"Choose earlier days. {_UNCHANGED}",
        )


def _made(
    of: tuple[str, str], source: str, content: Mapping[str, object], person: str, now: datetime
) -> ReferenceView:
    return ReferenceView(
        id=make_id(),
        server=of[0],
        model=of[1],
        source=source,
        name="",
        person=known(person),
        created_at=now,
        content=content,
    )


def _keep(sessions: Sessions, view: ReferenceView, rows: Sequence[Row]) -> Chosen:
    """With an entry of the trail."""
    with writing(sessions) as session:
        _check_right(session, view.server, view.model)
        db.health_references.add(session, view, rows)
        append(
            session,
            "health-reference",
            [Record(kind="health", id=view.id)],
            person=view.person,
            workspace=MAIN,
            clock=lambda: view.created_at,
        )
    return _chosen(view)


def _check_right(session: Session, server: str, model: str) -> None:
    if not scope_of(session).reviews(server, model):
        raise NotPermitted("Only people who review or operate the model can decide this.")
