"""The index of business keys: the same is found by it as without it, whoever wrote a case, and it holds no more than the cases."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from cases import business_key
from cases.business_key import Key
from cases.jobs import key_index as job
from cases.key_index import index
from cases.key_search import cases_of_keys, key_search
from cases.search import CaseFilter, search
from db.engine import Sessions, limited, writing
from db.scope import Models, Scope
from tests.cases.test_business_key import NUMBER, PENGUINS, _ask
from tests.cases.test_sensitive_values import KEY

MODEL = (PENGUINS.server, PENGUINS.name)
NAMED = {MODEL: ("customer",)}
# What is one value, and what is nearly.
WRITTEN = (
    "5", 5, 5.0, "5.00", " 5\u00a0", "\t5\n", "-5.0", "5..0", "5.50", "5.", "a.0", ".0", 50, 0.1234567890123456,
    "x" * 300, "x" * 299, "Müller 4", "K-1", "k-1", "null", "", {"a": 1}, None,
)  # fmt: skip
LOOKED_FOR = (
    "5",
    "-5",
    "5..0",
    "0.1234567890123456",
    "x" * 300,
    "Müller 4",
    "K-1",
    "null",
    "50.0",
    " ",
)


def _ask_all(sessions: Sessions, prefix: str, storage: str = "keep") -> list[str]:
    return [
        _ask(sessions, f"{prefix}{n}", value, storage)  # a key of its own for each
        for n, value in enumerate(WRITTEN)
    ]


def _indexed(sessions: Sessions) -> dict[str, str]:
    with writing(sessions) as session:
        rows = session.connection().execute(text("SELECT case_id, value FROM key_values"))
        return {row.case_id: row.value for row in rows}


def _found(sessions: Sessions, value: str) -> list[object]:
    """By each of the ways, as of the operator of everything and as of the person who asked."""
    wanted = key_search(value, [(*MODEL, "customer")], KEY)
    given = {"server": MODEL[0], "model": MODEL[1], "fields": ("customer",), "hash_key": KEY}
    ada = limited(sessions, Scope(person="ada", seen=(Models(),)))
    key = Key(value=value, named=NAMED, hash_key=KEY)
    return [
        [
            [line.id for line in search(who, CaseFilter(key=wanted)).lines]
            for who in (sessions, ada)
        ],
        [cases_of_keys(who, [value, "none"], **given) for who in (sessions, ada)],
        business_key.find(sessions, key).ids,
    ]


@pytest.mark.slow
def test_the_same_is_found_with_the_index_and_without(sessions: Sessions) -> None:
    before = [*_ask_all(sessions, "kept"), *_ask_all(sessions, "hashed", "hash")]
    without = {value: _found(sessions, value) for value in LOOKED_FOR}
    assert len(without["5"][2]) == 2 * 6
    assert index(sessions, NAMED) == 1
    assert index(sessions, NAMED) == 0  # it is whole
    assert {value: _found(sessions, value) for value in LOOKED_FOR} == without
    # What the database itself writes from now on is what was put in for those before.
    after = [*_ask_all(sessions, "later"), *_ask_all(sessions, "later-hashed", "hash")]
    found = _indexed(sessions)
    assert [found.get(each) for each in after] == [found.get(each) for each in before]
    assert max(len(value) for value in found.values()) == 200


def test_what_postgresql_cannot_read_is_recorded_all_the_same(sessions: Sessions) -> None:
    _ask(sessions, "before", "a\x00b")
    index(sessions, NAMED)
    kept = [_ask(sessions, "after", "a\x00b"), _ask(sessions, "well", NUMBER)]
    assert _found(sessions, NUMBER)[0] == [kept[1:], kept[1:]]
    if sessions.kw["bind"].dialect.name == "postgresql":
        assert set(_indexed(sessions)) == set(kept[1:])


def test_it_goes_with_its_case_and_is_asked_alone(sessions: Sessions) -> None:
    kept = _ask(sessions, "1", NUMBER)
    tools = type("Tools", (), {"sessions": sessions, "business_keys": lambda _: NAMED})()
    run = type("Run", (), {"check": lambda _: None})()
    assert job.kind(tools).run(run, None).sentence.endswith(": 1.")
    other, hashed = _ask(sessions, "2", "K-2"), _ask(sessions, "3", NUMBER, "hash")
    assert set(_indexed(sessions)) == {kept, other, hashed}
    # Past the app: what is changed, and what is deleted.
    with writing(sessions) as session:
        session.execute(
            text('UPDATE cases SET sensitive = \'{"customer": "K-9"}\' WHERE id = :id'),
            {"id": other},
        )
    assert _found(sessions, "K-9")[0] == [[other], [other]]
    assert not _found(sessions, "K-2")[2]
    done = business_key.erase(sessions, Key(value=NUMBER, named=NAMED, hash_key=KEY), by="olga")
    assert (done.cases, set(_indexed(sessions))) == (2, {other})
    with writing(sessions) as session:
        session.execute(text("DELETE FROM key_values"))
    assert _found(sessions, "K-9")[0] == [[], []]  # nowhere else was looked


def test_a_field_that_is_no_name_in_sqlite_is_looked_for_as_before(sessions: Sessions) -> None:
    assert index(sessions, {MODEL: ("$.customer", 'cus"tomer', "x" * 201)}) == 0
    assert index(limited(sessions, Scope(person="ada", seen=(Models(),))), NAMED) == 0
    assert _ask(sessions, "1", NUMBER)
    assert not _indexed(sessions)
