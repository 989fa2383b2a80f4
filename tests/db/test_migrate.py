"""Migrations make the tables that the code describes, once, whoever starts at the same time."""

import logging
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from db.engine import begin, make_engine
from db.migrate import _FOLDER, configuration, migrate
from db.tables import Base

HEAD = ScriptDirectory(str(_FOLDER)).get_current_head()


def test_migrations_and_tables_do_not_drift(database_url: str):
    with _engine(database_url) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_checks_and_partial_indexes_do_not_drift(database_url: str):
    """compare_metadata does not look at these."""
    with _engine(database_url) as engine:
        checks = {check["name"] for check in inspect(engine).get_check_constraints("feedback")}
        indexes = inspect(engine).get_indexes("feedback")
    assert checks == {"ck_feedback_judgement", "ck_feedback_channel"}
    one_current = next(index for index in indexes if index["name"] == "uq_feedback_one_current")
    assert one_current["unique"]
    where = [str(option) for option in one_current["dialect_options"].values()]
    assert "is_current" in where


def test_migrating_again_changes_nothing(database_url: str):
    migrate(database_url)
    assert _versions(database_url) == [HEAD]


def test_every_migration_can_be_undone(empty_database_url: str):
    migrate(empty_database_url)
    with _engine(empty_database_url) as engine:
        with begin(engine) as connection:
            command.downgrade(configuration(connection), "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]


def test_threads_that_start_at_once(empty_database_url: str):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [empty_database_url] * 4))
    assert _versions(empty_database_url) == [HEAD]


def test_processes_that_start_at_once(empty_database_url: str):
    spawn = multiprocessing.get_context("spawn")
    started = [spawn.Process(target=migrate, args=(empty_database_url,)) for _ in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    assert [process.exitcode for process in started] == [0, 0, 0]
    assert _versions(empty_database_url) == [HEAD]


def test_a_migration_that_breaks_leaves_no_table(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
):
    def break_after_first_table(*_: object, **__: object) -> None:
        raise RuntimeError("broke in the middle")

    monkeypatch.setattr("alembic.op.create_index", break_after_first_table)
    with pytest.raises(RuntimeError, match="in the middle"):
        migrate(empty_database_url)
    with _engine(empty_database_url) as engine:
        assert inspect(engine).get_table_names() == []


def test_logging_is_left_alone(empty_database_url: str):
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.getLogger("alembic").level)
    migrate(empty_database_url)
    assert (root.level, list(root.handlers), logging.getLogger("alembic").level) == before


def test_it_works_from_any_folder(empty_database_url: str, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    migrate(empty_database_url)
    assert _versions(empty_database_url) == [HEAD]


def _versions(url: str) -> list[str]:
    with _engine(url) as engine, engine.connect() as connection:
        return list(connection.scalars(text("SELECT version_num FROM alembic_version")))


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
