"""Alarms with a beginning and an end, from what Health finds now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import db.health_alarms
from db.engine import Sessions, reading, writing
from db.errors import Conflict
from db.health_alarms import ALARM_KINDS, AlarmView
from db.ids import new_id, utc_now
from health.standing import Standing

Key = tuple[str, str, str]


def bring_up_to_date(
    sessions: Sessions, standings: Iterable[Standing], *, clock: Callable[[], datetime] = utc_now
) -> tuple[int, int]:
    """Begin an alarm for what is found and goes on, and end those that are not found any more: how many of each.

    `standings` are of every model, and `sessions` see every model. Raises StorageError.
    """
    now = clock()
    found = dict(_found(standings, now))
    with reading(sessions) as session:
        there = {(a.server, a.model, a.kind): a for a in db.health_alarms.open_now(session)}
    begun = sum(_begin(sessions, found[key]) for key in found.keys() - there.keys())
    over = there.keys() - found.keys()
    with writing(sessions) as session:
        for key in over:
            db.health_alarms.end(session, there[key].id, now)
    return begun, len(over)


def alarms_of(sessions: Sessions, server: str, model: str) -> list[AlarmView]:
    """The alarms of a model, the newest first. Raises StorageError."""
    with reading(sessions) as session:
        return db.health_alarms.newest(session, server, model)


def _found(standings: Iterable[Standing], now: datetime) -> Iterator[tuple[Key, AlarmView]]:
    for standing in standings:
        for finding in standing.status.findings:
            if finding.kind in ALARM_KINDS and not finding.is_over:
                yield (
                    (standing.server, standing.model, finding.kind),
                    AlarmView(
                        id=new_id(),
                        server=standing.server,
                        model=standing.model,
                        kind=finding.kind,
                        opened_at=now,
                        sentence=finding.sentence,
                        deliveries={},
                    ),
                )


def _begin(sessions: Sessions, alarm: AlarmView) -> int:
    """1, or 0 where another process was first."""
    try:
        with writing(sessions) as session:
            db.health_alarms.add(session, alarm)
    except Conflict:
        return 0
    return 1
