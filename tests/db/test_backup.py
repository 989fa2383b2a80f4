"""A backup holds every row of every table, goes into either database, and is restored whole or not at all."""

from __future__ import annotations

import hashlib
import itertools
import json
import multiprocessing
import random
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import IntegrityError

import db.cases
import db.explanations
from db import backup
from db.backup import NotEmpty, UnreadableArchive
from db.backup.archive import Writer
from db.backup.restore import _move_sequences
from db.backup.tables import TableShape, kept_at, tables_at
from db.engine import Sessions, begin, close, make_sessions, reading, writing
from db.errors import NewerSchema, StorageError
from db.explanations import ExplanationView
from db.ids import new_id, utc_now
from db.migrate import known, migrate, newest, opened, upgrade
from db.tables import DERIVED, Base, Case, HealthMark
from tests import filled
from tests.databases import fresh_postgres, sqlite_below
from tests.recorded import add_case

pytestmark = pytest.mark.slow

Rewrite = Callable[[dict[str, bytes]], None]


@pytest.fixture(scope="module")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An SQLite database with rows in every table, and a backup of it: for copies."""
    folder = tmp_path_factory.mktemp("filled")
    url = _filled(sqlite_below(folder))
    return _file_of(url), _backup(url, folder / "filled.mdsbackup")


@pytest.fixture
def archive(sqlite_url: str, filled_once: tuple[Path, Path], tmp_path: Path) -> Path:
    """A backup of the test's SQLite database, which has rows in every table."""
    database, made = filled_once
    shutil.copyfile(database, _file_of(sqlite_url))
    return shutil.copyfile(made, tmp_path / "filled.mdsbackup")


def _file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture(scope="session")
def others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Empty databases by their kind, beside the test's own."""
    with _closing() as opened_databases:

        def fresh(kind: str) -> str:
            if kind == "sqlite":
                return f"sqlite:///{tmp_path_factory.mktemp('other')}/other.db"
            made = fresh_postgres()
            opened_databases.append(made)
            return next(made)

        yield fresh


@contextmanager
def _closing() -> Iterator[list[Iterator[str]]]:
    made: list[Iterator[str]] = []
    yield made
    for database in made:
        next(database, None)


def test_a_backup_holds_every_table_that_the_code_describes() -> None:
    shapes = {shape.name: set(shape.columns) for shape in tables_at(newest())}
    assert shapes == {t.name: {c.name for c in t.columns} for t in Base.metadata.tables.values()}


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_every_row_of_every_table_comes_back(
    database_url: str, target: str, others: Callable[[str], str], tmp_path: Path
) -> None:
    before = _contents(_filled(database_url))
    path = _backup(database_url, tmp_path / "all.mdsbackup")
    other = others(target)
    backup.restore(other, path)
    assert all(
        len(rows) == filled.ROWS for name, rows in before.items() if name != "alembic_version"
    )
    assert _contents(other) == before


def test_what_was_restored_is_backed_up_alike(
    archive: Path, empty_database_url: str, tmp_path: Path
) -> None:
    backup.restore(empty_database_url, archive)
    again = _backup(empty_database_url, tmp_path / "again.mdsbackup")
    first, second = _members(archive), _members(again)
    del first["manifest.json"], second["manifest.json"]
    assert first == second


def test_a_restored_database_is_used_like_any_other(archive: Path, empty_database_url: str) -> None:
    backup.restore(empty_database_url, archive)
    migrate(empty_database_url)
    sessions = make_sessions(empty_database_url)
    case = add_case(sessions)
    with reading(sessions) as session:
        assert db.cases.by_id(session, case.id)
        # Counts are in no backup: every case that came back is to be counted.
        marked = session.scalars(select(HealthMark.model).distinct()).all()
        assert set(marked) == set(session.scalars(select(Case.model)))
    close(sessions)


def test_references_are_checked_again_after_a_restore(
    archive: Path, empty_database_url: str
) -> None:
    backup.restore(empty_database_url, archive)
    with opened(empty_database_url) as engine, pytest.raises(IntegrityError):
        _explain_nothing(engine)


def _explain_nothing(engine: Engine) -> None:
    with begin(engine) as connection:
        connection.execute(text("UPDATE explanations SET case_id = 'no such case'"))


def test_the_folders_of_large_files_come_back_whole_or_not_at_all(
    sqlite_url: str, others: Callable[[str], str], tmp_path: Path
) -> None:
    url, root, batch = _filled(sqlite_url), tmp_path / "batches", new_id()
    with opened(url) as engine, begin(engine) as connection:
        connection.execute(text("UPDATE batches SET folder = :id"), {"id": batch})
    kept = {
        "rows.arrow": b"ARROW1" * 300_000,
        "facts.json": b"{}",
        "result.parquet": b"result",
        "parts/000000000000-1.parquet": b"part",
        "whole/result.parquet": b"result of the whole file",
    }
    for name, content in {**kept, ".half": b"x", "result.csv": b"made anew"}.items():
        (root / batch / name).parent.mkdir(parents=True, exist_ok=True)
        (root / batch / name).write_bytes(content)
    (root / new_id()).mkdir()
    path = tmp_path / "all.mdsbackup"
    written = backup.write(url, path, batches=root)
    assert [entry.name for entry in written.files] == sorted(f"{batch}/{name}" for name in kept)
    target, restored = tmp_path / "restored", others("sqlite")
    (target / batch).mkdir(parents=True)
    (target / batch / "old").write_bytes(b"from before")
    backup.restore(restored, path, batches=target)
    assert _files(target) == {f"{batch}/{name}": content for name, content in kept.items()}

    def damage(members: dict[str, bytes]) -> None:
        members[f"batches/{batch}/result.parquet"] = b"Result"

    _rewrite(path, damage)
    with pytest.raises(StorageError, match="not as it was written"):
        backup.restore(others("sqlite"), path, batches=tmp_path / "none")
    assert _files(tmp_path / "none") == {}


def _files(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_it_is_one_moment_while_others_write(
    database_url: str, others: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the cases are written to the file, one more comes, and an explanation of it: it has neither."""
    sessions = make_sessions(database_url)
    first = add_case(sessions)
    later: list[str] = []
    add = Writer.add

    def add_and_work_on(writer: Writer, shape: TableShape, rows: Iterator[Any]) -> None:
        add(writer, shape, rows)
        if shape.name == "cases":
            later.append(_explained(sessions))

    monkeypatch.setattr(Writer, "add", add_and_work_on)
    path = _backup(database_url, tmp_path / "busy.mdsbackup")
    close(sessions)
    other = others("sqlite")
    backup.restore(other, path)
    found = _contents(other)
    assert [case["id"] for case in found["cases"]] == [first.id]
    assert found["explanations"] == []
    assert {case["id"] for case in _contents(database_url)["cases"]} == {first.id, *later}


def _explained(sessions: Sessions) -> str:
    """A new case with an explanation; the id of the case."""
    case = add_case(sessions)
    with writing(sessions) as session:
        db.explanations.add(
            session,
            ExplanationView(
                id=new_id(),
                case_id=case.id,
                created_at=utc_now(),
                method="shapley",
                status="done",
                rows=1,
                calls=1,
                seconds=0.1,
                seed=None,
                result=None,
                sentence="",
                error="",
            ),
        )
    return case.id


def test_it_is_private_and_never_written_over_a_file(sqlite_url: str, tmp_path: Path) -> None:
    path = _backup(_filled(sqlite_url), tmp_path / "private.mdsbackup")
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    with pytest.raises(StorageError, match="already: name another"):
        _backup(sqlite_url, path)
    assert path.read_bytes() == before


def test_nothing_is_left_of_a_backup_that_fails(
    sqlite_url: str, tmp_path: Path, monkeypatch
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("db.backup.archive.os.fsync", full)
    with pytest.raises(StorageError, match=r"cannot be written: No space left"):
        _backup(sqlite_url, folder / "x.mdsbackup")
    assert list(folder.iterdir()) == []
    with pytest.raises(StorageError, match=r"cannot be written: No such file"):
        _backup(sqlite_url, folder / "nowhere" / "x.mdsbackup")


def test_there_must_be_something_to_back_up(empty_database_url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"nothing to back up|There is no database"):
        _backup(empty_database_url, tmp_path / "none.mdsbackup")
    assert [path for path in tmp_path.iterdir() if not path.name.startswith("pytest")] == []


def test_a_database_that_holds_rows_is_not_touched(archive: Path, database_url: str) -> None:
    sessions = make_sessions(database_url)
    add_case(sessions)
    close(sessions)
    before = _contents(database_url)
    with pytest.raises(NotEmpty, match=r"in cases\).*--replace"):
        backup.restore(database_url, archive)
    assert _contents(database_url) == before


def test_replace_deletes_what_was_there(archive: Path, database_url: str, sqlite_url: str) -> None:
    sessions = make_sessions(database_url)
    stranger = add_case(sessions, person="a stranger")
    close(sessions)
    backup.restore(database_url, archive, replace=True)
    assert stranger.id not in {case["id"] for case in _contents(database_url)["cases"]}
    assert len(_contents(database_url)["cases"]) == filled.ROWS


def test_a_database_with_tables_but_no_rows_is_empty(archive: Path, database_url: str) -> None:
    backup.restore(database_url, archive)
    assert len(_contents(database_url)["cases"]) == filled.ROWS


@pytest.mark.parametrize(("database", "step"), [("sqlite", 6), ("postgresql", 12)])
def test_a_backup_of_an_older_schema_is_brought_to_the_newest(
    database: str, step: int, others: Callable[[str], str], tmp_path: Path
) -> None:
    """Written by this version, before it migrates: as one does before an upgrade.

    Of every few schemas and the newest; fewer on PostgreSQL: what differs between them does not depend on the
    database, and what each migration makes of rows has tests of its own.
    """
    source = others(database)
    schemas = known()[::-1][::step][::-1]
    for before, schema in itertools.pairwise(["", *schemas]):
        with opened(source) as engine, begin(engine) as connection:
            upgrade(connection, schema)
            new = [shape.name for shape in kept_at(schema)]
            filled.fill(connection, without=[shape.name for shape in tables_at(before)])
        manifest = backup.write(source, tmp_path / f"{schema}.mdsbackup")
        assert manifest.schema == schema
        assert [entry.name for entry in manifest.tables] == new
        target = others("sqlite")
        backup.restore(target, tmp_path / f"{schema}.mdsbackup")
        found = _contents(target)
        assert found["alembic_version"] == [{"version_num": newest()}]
        assert len(found["cases"]) == filled.ROWS


def test_newer_tables_are_neither_backed_up_nor_replaced(
    archive: Path, database_url: str, tmp_path: Path
) -> None:
    with opened(database_url) as engine, begin(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchema, match="schema 9999"):
        _backup(database_url, tmp_path / "newer.mdsbackup")
    with pytest.raises(NewerSchema, match="schema 9999"):
        backup.restore(database_url, archive, replace=True)


def test_a_damaged_backup_is_refused_and_changes_nothing(
    archive: Path, sqlite_url: str, tmp_path: Path
) -> None:
    """One bit is another, anywhere. Where the file still says the same, it is restored as it was."""
    chance, whole = random.Random(1), archive.read_bytes()
    target = f"sqlite:///{tmp_path}/target.db"
    migrate(target)
    empty, full = _contents(target), _contents(sqlite_url)
    places = [*range(0, 60, 15), *chance.sample(range(len(whole)), 9)]
    refused = [_refusal(target, archive, whole, place, empty, full) for place in places]
    assert sum(refused) > len(places) // 2


def _refusal(
    url: str, path: Path, whole: bytes, place: int, empty: dict[str, Any], full: dict[str, Any]
) -> bool:
    """Whether a backup with one bit changed is refused; either way the database is right."""
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    words = ""
    try:
        backup.restore(url, path)
    except UnreadableArchive as error:
        words = str(error)
        assert _contents(url) == empty
    else:
        assert _contents(url) == full
        _file_of(url).unlink()
        migrate(url)
    assert not words or (str(path) in words and "\n" not in words)
    return bool(words)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_half_a_file_is_refused(archive: Path, sqlite_url: str, share: float) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(UnreadableArchive, match="no backup of MDS Workbench"):
        backup.restore(sqlite_url, archive, replace=True)
    assert len(_contents(sqlite_url)["cases"]) == filled.ROWS


def _drop_a_row(members: dict[str, bytes]) -> None:
    members["tables/cases.jsonl"] = members["tables/cases.jsonl"].partition(b"\n")[2]


def _change_a_row(members: dict[str, bytes]) -> None:
    members["tables/cases.jsonl"] = members["tables/cases.jsonl"].replace(b"true", b"false", 1)


def _not_a_row(members: dict[str, bytes]) -> None:
    members["tables/feedback.jsonl"] = b'{"id": 1}\n'


def _no_manifest(members: dict[str, bytes]) -> None:
    del members["manifest.json"]


def _no_table(members: dict[str, bytes]) -> None:
    del members["tables/feedback.jsonl"]


def _of_another_program(members: dict[str, bytes]) -> None:
    members["manifest.json"] = members["manifest.json"].replace(b"mds-workbench-backup", b"other")


def _newer(members: dict[str, bytes]) -> None:
    members["manifest.json"] = members["manifest.json"].replace(newest().encode(), b"9999", 1)


def _foreign_table(members: dict[str, bytes]) -> None:
    members["manifest.json"] = members["manifest.json"].replace(b'"cases"', b'"x; DROP TABLE"')


def _forgotten_table(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["tables"].pop()
    members["manifest.json"] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    ("rewrite", "words"),
    [
        (_drop_a_row, "rows of cases are not those"),
        (_change_a_row, "rows of cases are not those"),
        (_not_a_row, "other columns"),
        (_no_manifest, "no backup of MDS Workbench"),
        (_no_table, "damaged"),
        (_of_another_program, "no backup of MDS Workbench"),
        (_newer, "schema 9999"),
        (_foreign_table, "tables of its own schema"),
        (_forgotten_table, "tables of its own schema"),
    ],
)
def test_a_rewritten_backup_is_refused(
    archive: Path, sqlite_url: str, rewrite: Rewrite, words: str
) -> None:
    _rewrite(archive, rewrite)
    with pytest.raises(UnreadableArchive, match=words):
        backup.restore(sqlite_url, archive, replace=True)
    assert len(_contents(sqlite_url)["cases"]) == filled.ROWS


def test_a_row_that_the_tables_refuse_undoes_all(archive: Path, database_url: str) -> None:
    """An explanation of a case that is not there, with a manifest that agrees."""
    _rewrite(archive, _explains_nothing)
    before = _contents(database_url)
    with pytest.raises(StorageError):
        backup.restore(database_url, archive)
    assert _contents(database_url) == before


def test_a_restore_that_is_killed_changes_nothing(database_url: str, tmp_path: Path) -> None:
    path = _backup(_filled(database_url), tmp_path / "killed.mdsbackup")
    before = _contents(database_url)
    spawn = multiprocessing.get_context("spawn")
    reached = spawn.Event()
    process = spawn.Process(target=_restore_and_wait, args=(database_url, path, reached))
    process.start()
    assert reached.wait(60)
    process.kill()
    process.join(30)
    assert _contents(database_url) == before


def _restore_and_wait(url: str, path: Path, reached: threading.Event) -> None:
    def wait(*_: object) -> None:
        reached.set()
        time.sleep(60)

    backup.restore.__globals__["newest"] = wait  # after all rows are in, before the end
    backup.restore(url, path, replace=True)


def test_a_column_that_counts_goes_on_after_the_restored_rows(empty_database_url: str) -> None:
    with opened(empty_database_url) as engine, begin(engine) as connection:
        counts = "SERIAL PRIMARY KEY" if _is_postgresql(connection) else "INTEGER PRIMARY KEY"
        connection.execute(text(f"CREATE TABLE counted (number {counts}, word TEXT)"))
        connection.execute(text("INSERT INTO counted VALUES (7, 'restored')"))
        shape = TableShape(
            name="counted", columns={"number": "integer", "word": "text"}, keys=("number",)
        )
        _move_sequences(connection, shape)
        connection.execute(text("INSERT INTO counted (word) VALUES ('new')"))
        assert connection.scalar(text("SELECT max(number) FROM counted")) == 8


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _explains_nothing(members: dict[str, bytes]) -> None:
    rows = members["tables/explanations.jsonl"].splitlines(keepends=True)
    case_id = json.loads(rows[0])[1]
    rows[0] = rows[0].replace(json.dumps(case_id).encode(), b'"no such case"')
    members["tables/explanations.jsonl"] = b"".join(rows)
    manifest = json.loads(members["manifest.json"])
    entry = next(entry for entry in manifest["tables"] if entry["name"] == "explanations")
    entry["sha256"] = hashlib.sha256(b"".join(rows)).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def _rewrite(path: Path, change: Rewrite) -> None:
    members = _members(path)
    change(members)
    with zipfile.ZipFile(path, "w") as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)


def _filled(url: str) -> str:
    with opened(url) as engine, begin(engine) as connection:
        filled.fill(connection)
    return url


def _contents(url: str) -> dict[str, list[dict[str, Any]]]:
    """But what can be made from the others, which no backup holds."""
    with opened(url) as engine, engine.connect() as connection:
        found = filled.contents(connection)
    return {name: rows for name, rows in found.items() if name not in DERIVED}


def _backup(url: str, path: Path) -> Path:
    backup.write(url, path)
    return path
