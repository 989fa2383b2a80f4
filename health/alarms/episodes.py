"""Alarms with a beginning and an end, from what Health finds now.

What is over by itself and is found again within AGAIN_DAYS days is the same alarm: it goes on, with when it was over. What is found later,
or after somebody closed it or accepted how it was, is another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import db.health_alarms
import db.health_decisions
from db.engine import Session, Sessions, reading, writing
from db.errors import Conflict
from db.health_alarms import ALARM_KINDS, AlarmView
from db.health_decisions import DecisionView
from db.ids import new_id, utc_now
from health.alarms.decisions import ENDING
from health.standing import Standing

Key = tuple[str, str, str]
AGAIN_DAYS = 7


def bring_up_to_date(
    sessions: Sessions, standings: Iterable[Standing], *, clock: Callable[[], datetime] = utc_now
) -> tuple[int, int]:
    """Begin an alarm for what is found and goes on, or go on with the one that was over lately, and end those that are not found any
    more: how many of each.

    `standings` are of every model, and `sessions` see every model. Raises StorageError.
    """
    now = clock()
    found = dict(_found(standings, now))
    with reading(sessions) as session:
        there = {(a.server, a.model, a.kind): a for a in db.health_alarms.open_now(session)}
        lately = _over_lately(session, now)
    begun = sum(
        _begin(sessions, found[key], lately.get(key), now) for key in found.keys() - there.keys()
    )
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


def _over_lately(session: Session, now: datetime) -> dict[Key, AlarmView]:
    """The last of each kind that was over by itself within the last days, and of which nobody decided anything since."""
    over = db.health_alarms.over_since(session, now - timedelta(days=AGAIN_DAYS))
    steps = db.health_decisions.of_models(session) if over else {}
    last = {(alarm.server, alarm.model, alarm.kind): alarm for alarm in over}
    return {key: a for key, a in last.items() if not _is_ended(a, steps.get(key[:2], ()))}


def _is_ended(alarm: AlarmView, steps: Iterable[DecisionView]) -> bool:
    """Whether somebody ended it, or did so after it was over."""
    ended = alarm.ended_at
    return any(ended and s.action in ENDING and s.created_at >= ended for s in steps)


def _begin(sessions: Sessions, alarm: AlarmView, before: AlarmView | None, now: datetime) -> int:
    """1, or 0 where another process was first. One that was over `before` goes on: who was told that is told again."""
    try:
        with writing(sessions) as session:
            if before:
                again = {
                    name: each for name, each in before.deliveries.items() if not _is_told(each)
                }
                db.health_alarms.reopen(session, replace(before, deliveries=again), now)
            else:
                db.health_alarms.add(session, alarm)
    except Conflict:
        return 0
    return 1


def _is_told(delivery: object) -> bool:
    """Whether a channel was told that it is over."""
    return isinstance(delivery, Mapping) and bool(delivery.get("ended"))
