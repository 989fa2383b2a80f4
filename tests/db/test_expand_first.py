"""Migrations expand first and contract later, and no row is lost on the way to the newest tables.

While replicas are exchanged one after the other, processes of the former release work on tables that
the new one has migrated: so a migration may take nothing away that the former release uses. See
docs/how-to-extend.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect

from db.engine import begin
from db.migrate import _FOLDER, known, newest, opened, upgrade
from db.tables import DERIVED
from tests import filled

CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
_TABLE = r'(?:IF EXISTS )?"?(?P<table>\w+)"?'
# What would break or lose something for a process that still uses the tables as they were.
CONTRACTS = [
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"DROP TABLE {_TABLE}",
        rf"ALTER TABLE {_TABLE} DROP (?!NOT NULL)",
        rf"ALTER TABLE {_TABLE} RENAME",
        rf"ALTER TABLE {_TABLE} ALTER (?:COLUMN )?\S+ (?:SET DATA )?TYPE",
        rf"ALTER TABLE {_TABLE} ALTER (?:COLUMN )?\S+ (?:SET NOT NULL|DROP DEFAULT)",
        rf"ALTER TABLE {_TABLE} ADD (?:CONSTRAINT|CHECK|UNIQUE|FOREIGN|PRIMARY|EXCLUDE)",
        rf"ALTER TABLE {_TABLE} ADD (?:COLUMN )?(?!.*\bDEFAULT\b).*\bNOT NULL",
        rf"CREATE UNIQUE INDEX (?:CONCURRENTLY )?\S+ ON {_TABLE}",
        rf"DELETE FROM {_TABLE}",
        rf"TRUNCATE (?:TABLE )?{_TABLE}",
    )
]


def test_no_migration_takes_away_what_the_former_release_uses(postgresql_url: str) -> None:
    """Each is run on a real PostgreSQL, and what it sends is looked at."""
    offenders: list[str] = []
    with opened(postgresql_url) as engine:
        for schema in known():
            there = set(inspect(engine).get_table_names()) - {"alembic_version"}
            sent = list(_sent(engine, schema))
            if not _release_that_stopped_using_it(schema):
                offenders += [f"{schema}: {each}" for each in _contracting(sent, there)]
    assert not offenders, "\n".join(offenders)


def test_what_contracts_names_a_release_and_adds_nothing(postgresql_url: str) -> None:
    with opened(postgresql_url) as engine:
        for schema in known():
            sent = " ".join(_sent(engine, schema))
            if release := _release_that_stopped_using_it(schema):
                assert f"\n## {release} - " in CHANGELOG.read_text(encoding="utf-8")
                assert not re.search("CREATE TABLE|ADD COLUMN", sent)


@pytest.mark.slow
def test_no_row_is_lost_on_the_way_to_the_newest_tables(empty_database_url: str) -> None:
    """Rows are put into each table by the migration that makes it; they are all there at the end."""
    with opened(empty_database_url) as engine:
        for schema in known():
            with begin(engine) as connection:
                before = set(inspect(connection).get_table_names())
                upgrade(connection, schema)
                filled.fill(connection, without=before)
        with engine.connect() as connection:
            found = filled.contents(connection)
    assert found.pop("alembic_version") == [{"version_num": newest()}]
    stays = {name: len(rows) for name, rows in found.items() if name not in DERIVED}
    assert stays == dict.fromkeys(stays, filled.ROWS)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE cases",
        "ALTER TABLE cases DROP COLUMN person",
        "ALTER TABLE cases DROP CONSTRAINT uq_cases_idempotency_key",
        "ALTER TABLE cases RENAME TO records",
        "ALTER TABLE cases RENAME person TO who",
        "ALTER TABLE cases ALTER COLUMN person TYPE VARCHAR(10)",
        "ALTER TABLE cases ALTER COLUMN version SET NOT NULL",
        "ALTER TABLE cases ADD COLUMN purpose TEXT NOT NULL",
        "ALTER TABLE cases ADD CONSTRAINT ck_cases_x CHECK (x > 0)",
        'CREATE UNIQUE INDEX uq_cases_url ON "cases" (url)',
        "DELETE FROM cases WHERE outcome = 'failed'",
    ],
)
def test_what_takes_something_away_is_seen(statement: str) -> None:
    assert list(_contracting([statement], {"cases"})) == [statement]
    assert list(_contracting([statement], {"others"})) == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE cases (id VARCHAR(26) NOT NULL)",
        "ALTER TABLE cases ADD COLUMN wire_of VARCHAR(26)",
        "ALTER TABLE cases ADD COLUMN purpose TEXT DEFAULT 'asked' NOT NULL",
        "ALTER TABLE cases ALTER COLUMN version DROP NOT NULL",
        "CREATE INDEX ix_cases_url ON cases (url)",
        "DROP INDEX ix_cases_url",
        "UPDATE cases SET purpose = 'asked'",
    ],
)
def test_what_only_adds_is_allowed(statement: str) -> None:
    assert list(_contracting([statement], {"cases"})) == []


def _sent(engine: Engine, schema: str) -> Iterator[str]:
    """The statements with which a migration brings the tables to a schema."""
    sent: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(" ".join(statement.split()))

    event.listen(engine, "before_cursor_execute", listen)
    try:
        with begin(engine) as connection:
            upgrade(connection, schema)
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    yield from sent


def _contracting(sent: list[str], there: set[str]) -> Iterator[str]:
    """Those that take something away from tables that were there before."""
    for statement in sent:
        found = [match for pattern in CONTRACTS if (match := pattern.match(statement))]
        if any(match["table"] in there for match in found):
            yield statement


def _release_that_stopped_using_it(schema: str) -> str:
    """What a migration that contracts says: the release from which on nothing uses what it takes away."""
    module: ModuleType = ScriptDirectory(str(_FOLDER)).get_revision(schema).module
    return str(getattr(module, "UNUSED_SINCE", ""))
