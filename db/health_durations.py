"""How long answered cases took, from the histograms that are kept by day.

A row of these is never changed, only deleted and made anew under another id (db/health_folding.py). So what the rows of a version
add up to is kept in this process by their ids: it holds for as long as anybody finds these rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import db.health_counting as counting
from db.durations import Durations, added
from db.health import ModelVersion, Selection
from db.health_counting import key_of
from db.health_days import is_kept, live
from db.tables import HealthDaySeconds

_Ids = tuple[str, ...]
_MOST_KEPT = 5_000
_AT_ONCE = 1_000
_kept: dict[_Ids, Durations] = {}
_lock = Lock()


def forget() -> None:
    """Forget what this process has kept."""
    with _lock:
        _kept.clear()


@dataclass(frozen=True, kw_only=True)
class _Part:
    """`n` cases of a day: of a row that is kept, or as they were just counted."""

    day: date
    n: int
    id: str = ""
    counted: Durations | None = None


def durations(session: Session, selection: Selection, least: int) -> dict[ModelVersion, Durations]:
    """How long answered cases took: of the newest whole days with at least `least` of them together, or of all."""
    parts: dict[ModelVersion, list[_Part]] = defaultdict(list)
    for found in live(session, selection, counting.durations):
        part = _Part(day=found.day, n=found.durations.n, counted=found.durations)
        parts[found.key].append(part)
    for key, part in _rows(session, selection, least):
        parts[key].append(part)
    chosen = {key: _newest(found, least) for key, found in parts.items()}
    sums = _sums(session, {_ids(found) for found in chosen.values()})
    return {key: _together(found, sums.get(_ids(found))) for key, found in chosen.items()}


def _ids(parts: Iterable[_Part]) -> _Ids:
    return tuple(part.id for part in parts if part.id)


def _together(parts: Iterable[_Part], kept: Durations | None) -> Durations:
    counted = [part.counted for part in parts if part.counted]
    return added([*counted, kept] if kept else counted)


def _rows(
    session: Session, selection: Selection, least: int
) -> Iterator[tuple[ModelVersion, _Part]]:
    """Of the newest days with so many cases together, and what else is of the last of them."""
    table = HealthDaySeconds
    key = (table.server, table.model, table.version)
    newest_first = func.sum(table.cases).over(partition_by=key, order_by=table.day.desc())
    of_day = func.sum(table.cases).over(partition_by=(*key, table.day))
    columns = (*key, table.day, table.cases, table.id, (newest_first - of_day).label("newer"))
    rows = select(*columns).where(is_kept(session, selection, table)).subquery()
    query = select(rows).where(rows.c.newer < least).order_by(rows.c.id)
    keys: dict[Sequence[str], ModelVersion] = {}
    for row in session.execute(query):
        found = keys.get(row[:3]) or keys.setdefault(row[:3], key_of(row))
        yield found, _Part(day=row[3].date(), n=row[4], id=row[5])


def _newest(parts: Iterable[_Part], least: int) -> list[_Part]:
    found: list[_Part] = []
    n, last = 0, None
    for part in sorted(parts, key=lambda part: part.day, reverse=True):
        if part.day != last and n >= least:
            break
        found.append(part)
        n, last = n + part.n, part.day
    return found


def _sums(session: Session, wanted: set[_Ids]) -> Mapping[_Ids, Durations]:
    """What rows add up to, by their ids."""
    found = {ids: _kept[ids] for ids in wanted if ids in _kept}
    missing = [ids for ids in wanted if ids and ids not in found]
    by_id = _read(session, [each for ids in missing for each in ids])
    made = {ids: added(by_id[each] for each in ids) for ids in missing}
    with _lock:
        if len(_kept) + len(made) > _MOST_KEPT:
            _kept.clear()
        _kept.update(islice(made.items(), _MOST_KEPT))
    return found | made


def _read(session: Session, ids: Sequence[str]) -> dict[str, Durations]:
    table = HealthDaySeconds
    found = {}
    for start in range(0, len(ids), _AT_ONCE):
        query = select(table.id, table.counts, table.least, table.most)
        some = query.where(table.id.in_(ids[start : start + _AT_ONCE]))
        for row in session.execute(some):
            counts = {int(number): int(str(cases)) for number, cases in row[1].items()}
            found[row[0]] = Durations(counts=counts, least=row[2], most=row[3])
    return found
