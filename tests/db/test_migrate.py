"""Migrations make the tables that the code describes, once, whoever starts at the same time."""

import logging
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from db.engine import begin, make_engine
from db.errors import NewerSchema, StorageError
from db.migrate import configuration, migrate, newest, opened, upgrade, wait_for_others
from db.tables import Base

HEAD = newest()


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


@pytest.mark.slow
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


def test_newer_tables_are_refused_before_anything_is_written(
    database_url: str, tmp_path: Path
) -> None:
    _set_version(database_url, "9999")
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(NewerSchema) as refused:
        migrate(database_url)
    assert str(refused.value) == (
        f"The database has schema 9999 and this version of MDS Workbench knows those up to {HEAD}, so "
        "nothing was read or written: start the newer version that made it, or name another database."
    )
    assert _versions(database_url) == ["9999"]
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database" * 1_000)
    with pytest.raises(
        StorageError, match=r"cannot be opened .* \(file is not a database\): check"
    ):
        migrate(f"sqlite:///{tmp_path}/broken.db")


def test_a_server_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(StorageError, match="cannot be opened") as refused:
        migrate("postgresql://me:secret@127.0.0.1:9/mds")
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.slow
def test_processes_that_start_at_once_migrate_once(empty_database_url: str) -> None:
    """The second waits for the lock of the first, and then finds nothing to do."""
    with opened(empty_database_url) as engine, begin(engine) as connection:
        wait_for_others(connection)
        upgrade(connection, HEAD)
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(migrate, empty_database_url)
            with pytest.raises(TimeoutError):
                second.result(1)
            connection.commit()
            second.result(30)
    assert _versions(empty_database_url) == [HEAD]


def test_logging_is_left_alone(empty_database_url: str):
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.getLogger("alembic").level)
    migrate(empty_database_url)
    assert (root.level, list(root.handlers), logging.getLogger("alembic").level) == before


def test_it_works_from_any_folder(empty_database_url: str, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    migrate(empty_database_url)
    assert _versions(empty_database_url) == [HEAD]


def _set_version(url: str, schema: str) -> None:
    with opened(url) as engine, begin(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": schema})


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
