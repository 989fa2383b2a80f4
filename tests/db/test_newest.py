"""Stores of which the newest row counts: the same again is not kept twice, and a former choice counts anew."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta

import pytest

from db import backgrounds, column_mappings, discovered_facts, overlays
from db.engine import Sessions, reading, writing
from db.ids import new_id
from db.newest import NewestCounts
from tests.recorded import NOON

FACTS: dict[str, object] = {
    "server": "shelf",
    "model": "churn",
    "source": "file",
    "name": "rows of a.csv",
    "person": "ada",
    "author": "ada",
    "comment": "",
    "number": 1,
}
STORES = {
    module.__name__: module._STORE
    for module in (backgrounds, column_mappings, discovered_facts, overlays)
}


@dataclass
class Clock:
    """Each row is a second younger than the one before."""

    ticks: int = 0

    def row(self, store: NewestCounts, **changes: object):
        self.ticks += 1
        facts = {
            **FACTS,
            "id": new_id(),
            "created_at": NOON + timedelta(seconds=self.ticks),
            "number": self.ticks,
            "idempotency_key": f"k{self.ticks}",
            "content": {"age": "Age"},
            **changes,
        }
        return store.view(**{f.name: facts[f.name] for f in fields(store.view)})


@pytest.fixture(params=STORES.values(), ids=STORES)
def store(request) -> NewestCounts:
    return request.param


def test_the_newest_of_a_model_counts(store: NewestCounts, sessions: Sessions) -> None:
    clock = Clock()
    old, new = clock.row(store), clock.row(store, content={"age": "Years"})
    other = clock.row(store, model="other")
    assert _kept(store, sessions, old, new, other) == [new, old]
    with reading(sessions) as session:
        assert store.newest(session, "shelf", "churn") == new
        assert store.newest(session, "shelf", "nobody") is None


def test_the_same_again_is_not_kept_twice(store: NewestCounts, sessions: Sessions) -> None:
    clock = Clock()
    first = clock.row(store)
    assert _kept(store, sessions, first, clock.row(store)) == [first]


def test_a_former_one_counts_anew(store: NewestCounts, sessions: Sessions) -> None:
    clock = Clock()
    rows = [clock.row(store, content={"age": name}) for name in ("Age", "Years", "Age")]
    assert _kept(store, sessions, *rows) == rows[::-1]


def test_of_one_moment_the_one_made_last_is_the_newest(sessions: Sessions) -> None:
    store, clock = STORES["db.column_mappings"], Clock()
    rows = [
        clock.row(store, created_at=NOON, content={"age": name}) for name in ("Age", "Years", "Old")
    ]
    assert _kept(store, sessions, *rows) == rows[::-1]


def test_another_source_is_another_choice(sessions: Sessions) -> None:
    store, clock = STORES["db.backgrounds"], Clock()
    rows = [clock.row(store), clock.row(store, source="cases"), clock.row(store, name="b.csv")]
    assert _kept(store, sessions, *rows) == rows[::-1]


def test_what_cases_say_stands_beside_what_was_learned_otherwise(sessions: Sessions) -> None:
    store, clock = STORES["db.discovered_facts"], Clock()
    table = clock.row(store, source="learned")
    cases = clock.row(store, source="learned", name=discovered_facts.CASES)
    again = replace(table, id=new_id(), created_at=NOON + timedelta(hours=1))
    with writing(sessions) as session:
        for each in (table, cases, again):
            discovered_facts.keep(session, each)
    with reading(sessions) as session:
        assert discovered_facts.newest(session, "shelf", "churn") == [table, cases]


def test_a_version_of_an_overlay_is_kept_though_it_says_the_same(sessions: Sessions) -> None:
    store, clock = STORES["db.overlays"], Clock()
    rows = [clock.row(store), clock.row(store)]
    with writing(sessions) as session:
        for each in rows:
            overlays.add(session, each)
    with reading(sessions) as session:
        assert overlays.of_model(session, "shelf", "churn", 10) == rows[::-1]


def _kept(store: NewestCounts, sessions: Sessions, *rows) -> list:
    """What there is of the first row's model, the newest first, after each was kept."""
    for row in rows:
        with writing(sessions) as session:
            store.keep(session, row)
    with reading(sessions) as session:
        return store.newest_first(session, rows[0].server, rows[0].model, limit=9)
