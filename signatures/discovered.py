"""Facts of a model that were found out, learned from data or probed, kept until newer ones replace them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from weakref import WeakKeyDictionary

import db.discovered_facts
from db.discovered_facts import DiscoveredFactsView
from db.engine import Sessions, reading, writing
from db.errors import StorageError
from db.ids import new_id as make_id
from db.ids import utc_now
from db.person import known
from mds_client.signature import ModelRef
from mds_client.signature.facts import Facts
from signatures import content

FRESH_SECONDS = 5.0

Known = dict[tuple[str, str], tuple[float, list[Facts]]]
_read: WeakKeyDictionary[Sessions, Known] = WeakKeyDictionary()
_lock = threading.Lock()


def keep(
    sessions: Sessions,
    model: ModelRef,
    facts: Facts,
    *,
    person: str = "",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> None:
    """Keep what was found. It replaces what the same source found before; facts learned from cases and facts
    learned from other data are kept side by side.

    Raises StorageError.
    """
    view = DiscoveredFactsView(
        id=new_id(),
        server=model.server,
        model=model.name,
        source=facts.source,
        name=facts.name,
        person=known(person),
        created_at=clock(),
        content=content.written(facts),
    )
    with writing(sessions) as session:
        db.discovered_facts.keep(session, view)
    with _lock:
        _read.pop(sessions, None)


def current(
    sessions: Sessions, model: ModelRef, *, clock: Callable[[], float] = time.monotonic
) -> list[Facts]:
    """What is known by now. Never raises: while the database does not answer, it is what was known last."""
    key = (model.server, model.name)
    with _lock:
        known_here = _read.setdefault(sessions, {})
    read_at, facts = known_here.get(key, (float("-inf"), []))
    if clock() - read_at < FRESH_SECONDS:
        return facts
    try:
        with reading(sessions) as session:
            views = db.discovered_facts.newest(session, *key)
    except StorageError:
        return facts
    known_here[key] = (clock(), [_facts(view) for view in views])
    return known_here[key][1]


def _facts(view: DiscoveredFactsView) -> Facts:
    return replace(content.read(view.content, view.source), name=view.name)
