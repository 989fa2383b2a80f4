"""`mds backup` and `mds restore`, as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

import settings
from cli.main import main
from db.engine import begin
from db.migrate import migrate, opened
from db.tables import DERIVED
from tests import filled

pytestmark = pytest.mark.slow

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database with rows in every table, which the settings name."""
    monkeypatch.setenv("MDS_DATABASE_URL", database_url)
    settings.settings.cache_clear()
    with opened(database_url) as engine, begin(engine) as connection:
        filled.fill(connection)
    yield database_url
    settings.settings.cache_clear()


def test_a_backup_moves_to_another_database(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    path = tmp_path / "mds.backup"
    assert main(["backup", str(path)]) == 0
    assert "rows of" in capsys.readouterr().out
    before = _contents(url)
    other = f"sqlite:///{tmp_path}/other/moved.db"
    monkeypatch.setenv("MDS_DATABASE_URL", other)
    settings.settings.cache_clear()
    assert main(["restore", str(path)]) == 0
    assert "The database holds the" in capsys.readouterr().out
    assert _contents(other) == before


def test_what_was_written_is_told_to_scripts(url: str, tmp_path: Path, capsys: Captured) -> None:
    assert main(["backup", "--json", str(tmp_path / "mds.backup")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {entry["name"] for entry in told["tables"]} == set(_contents(url)) - {"alembic_version"}
    # It stands in every text of tests/filled.py; columns are named, and no content is told.
    assert "ä„" not in json.dumps(told, ensure_ascii=False)


def test_rows_are_deleted_only_when_told_to(url: str, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "mds.backup"
    assert main(["backup", str(path)]) == 0
    assert main(["restore", str(path)]) == 1
    assert "say --replace to delete them" in capsys.readouterr().err
    assert main(["restore", "--replace", str(path)]) == 0


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_newer_tables_are_refused_in_one_sentence(
    url: str, tmp_path: Path, capsys: Captured, command: str
) -> None:
    path = tmp_path / "mds.backup"
    assert main(["backup", str(path)]) == 0
    with opened(url) as engine, begin(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    capsys.readouterr()
    file = path if command == "restore" else tmp_path / "second.backup"
    assert main([command, str(file)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("The database has schema 9999")
    assert said.err.count("\n") == 1


def test_a_file_that_is_none_is_said(tmp_path: Path, capsys: Captured, monkeypatch) -> None:
    monkeypatch.setenv("MDS_DATABASE_URL", f"sqlite:///{tmp_path}/mds.db")
    settings.settings.cache_clear()
    migrate(f"sqlite:///{tmp_path}/mds.db")
    assert main(["restore", str(tmp_path / "nowhere")]) == 1
    assert "cannot be read: No such file" in capsys.readouterr().err
    assert main(["restore", __file__]) == 1
    assert "no backup of MDS Workbench" in capsys.readouterr().err
    settings.settings.cache_clear()


def _contents(url: str) -> dict[str, list[dict[str, object]]]:
    """But what can be made from the others, which no backup holds."""
    with opened(url) as engine, engine.connect() as connection:
        found = filled.contents(connection)
    return {name: rows for name, rows in found.items() if name not in DERIVED}
