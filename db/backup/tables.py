"""Which tables belong to a backup: all that the migrations made, so that a new one cannot be forgotten, but those that can be
made from the others.

What else lives in the database is not ours: another application's tables, and the state in which the
engine of background work keeps what is under way.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import MetaData, TableClause, column, table

from db.backup.values import TYPES, Kind, kind_of
from db.engine import begin
from db.migrate import opened, upgrade
from db.tables import DERIVED

VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, kw_only=True)
class TableShape:
    """A table at some schema: its columns with their kinds, and by which it is sorted."""

    name: str
    columns: dict[str, Kind]
    keys: tuple[str, ...]

    def clause(self) -> TableClause:
        """The table as SQLAlchemy reads from it and writes to it."""
        columns: list[Any] = [column(name, TYPES[kind]) for name, kind in self.columns.items()]
        return table(self.name, *columns)


@functools.cache
def kept_at(schema: str) -> tuple[TableShape, ...]:
    """Those of a database of this schema that a backup holds."""
    return tuple(shape for shape in tables_at(schema) if shape.name not in DERIVED)


@functools.cache
def tables_at(schema: str) -> tuple[TableShape, ...]:
    """The tables that a database of this schema has, each after those that it refers to.

    Found by running the migrations on a scratch database: a backup can thus be made of a database that
    is older than the program, before it is migrated.
    """
    return tuple(
        TableShape(
            name=reflected.name,
            columns={each.name: kind_of(each) for each in reflected.columns},
            keys=tuple(each.name for each in reflected.primary_key),
        )
        for reflected in _metadata_at(schema).sorted_tables
        if reflected.name != VERSION_TABLE
    )


def _metadata_at(schema: str) -> MetaData:
    metadata = MetaData()
    if not schema:
        return metadata
    with (
        TemporaryDirectory() as folder,
        opened(f"sqlite:///{Path(folder) / 'scratch.db'}") as engine,
    ):
        with begin(engine) as connection:
            upgrade(connection, schema)
        metadata.reflect(engine)
    return metadata
