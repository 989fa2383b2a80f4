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
from health.overview import Standing

__all__ = ["StandingView", "keep", "kept"]


def keep(
    sessions: Sessions, standings: Iterable[Standing], *, clock: Callable[[], datetime] = utc_now
) -> None:
    """Keep what was found of every model; `sessions` see every model. Raises StorageError."""
    now = clock()
    views = [_view(standing, now) for standing in standings]
    try:
        with writing(sessions) as session:
            db.health_standings.replace_all(session, views)
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


def _view(standing: Standing, now: datetime) -> StandingView:
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
        owner=standing.owner,
    )
