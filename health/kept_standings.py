"""What Health said of each model when it looked last, for who cannot wait until it is worked out anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

import db.health_decisions
import db.health_standings
from db.engine import Sessions, reading, writing
from db.errors import Conflict
from db.health_standings import StandingView
from db.ids import utc_now
from health.alarms.decisions import put_off_words
from health.error_sizes import size_words
from health.standing import Standing, standings
from health.titles import Titles, Units, as_named, no_unit

__all__ = ["StandingView", "keep", "kept", "look_again"]


def keep(
    sessions: Sessions,
    standings: Iterable[Standing],
    *,
    looked_at: datetime | None = None,
    units: Units = no_unit,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Keep what was found of every model; `sessions` see every model. What somebody decided on while it was looked at, since
    `looked_at`, stays as it was kept then. `units` are those of the numbers that models answer. Raises StorageError."""
    now = clock()
    views = [_view(standing, now, units) for standing in standings]
    try:
        with writing(sessions) as session:
            newer = db.health_decisions.decided_since(session, looked_at) if looked_at else set()
            stay = [each for each in db.health_standings.every(session) if _of(each) in newer]
            views = [*stay, *(each for each in views if _of(each) not in newer)]
            db.health_standings.replace_all(session, views)
    except Conflict:
        return  # another process has just looked


def look_again(
    sessions: Sessions,
    server: str,
    model: str,
    *,
    titles: Titles = as_named,
    units: Units = no_unit,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Keep what is found of one model now, after somebody decided on it. Raises StorageError."""
    found = standings(sessions, server=server, model=model, titles=titles, units=units, clock=clock)
    try:
        with writing(sessions) as session:
            for standing in found.values():
                db.health_standings.replace_one(session, _view(standing, clock(), units))
    except Conflict:
        return  # another process has just looked


def kept(
    sessions: Sessions, *, clock: Callable[[], datetime] = utc_now
) -> dict[tuple[str, str], StandingView]:
    """What was found last of the models that are seen, by (server, model), and whether it is put off now. Raises StorageError."""
    now = clock()
    with reading(sessions) as session:
        found = {(each.server, each.model): each for each in db.health_standings.every(session)}
        steps = db.health_decisions.put_off(session, now)
    silent = {of: put_off_words([step], now) for of, step in steps.items()}
    return {of: replace(each, put_off=silent.get(of, "")) for of, each in found.items()}


def _of(kept: StandingView) -> tuple[str, str]:
    return kept.server, kept.model


def _view(standing: Standing, now: datetime, units: Units) -> StandingView:
    found = standing.accuracy
    # A card has no room to say what is left out.
    is_of_most = found.unknown <= found.of
    return StandingView(
        server=standing.server,
        model=standing.model,
        computed_at=now,
        word=standing.status.word,
        sentence=standing.status.sentence,
        value=found.value if is_of_most else None,
        low=found.low if is_of_most else None,
        high=found.high if is_of_most else None,
        n=found.n,
        acknowledged_by=standing.acknowledged_by,
        demonstration=standing.demonstration,
        sizes=size_words(standing, units),
    )
