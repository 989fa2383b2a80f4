"""`mds batch` as a person types it, against the real embedded server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import settings
from cases.queries import recent
from cli.main import main
from db.engine import close, make_sessions
from db.migrate import migrate

Captured = pytest.CaptureFixture[str]
NAMES = "Bill length (mm),Bill depth (mm),Flipper (mm),Body mass (g),Island,Sex,Year"
ROWS = ["39.1,18.7,181,3750,Torgersen,male,2007", "46.5,17.9,192,3500,Dream,female,2009"]


@pytest.fixture
def database(
    sqlite_url: str, mds_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    migrate(sqlite_url)
    monkeypatch.setenv("MDS_SERVERS", json.dumps([{"name": "demo", "url": mds_url}]))
    monkeypatch.setenv("MDS_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MDS_BATCH_FOLDER", str(tmp_path / "batches"))
    settings.settings.cache_clear()
    yield sqlite_url
    settings.settings.cache_clear()


def _file(folder: Path, names: str) -> str:
    path = folder / "birds.csv"
    path.write_text("\n".join([names, *ROWS]) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.slow
def test_a_model_without_a_version_is_the_newest_as_on_the_pages(
    database: str, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "answers.csv"
    for times in range(2):
        assert (
            main(["batch", _file(tmp_path, NAMES), "--model", "penguins", "--out", str(out)]) == 0
        )
        said = capsys.readouterr()
        assert "2 rows, of which 2 are sent to demo/penguins@v2." in said.err
        assert ("the result takes its place" in said.err) == (times == 1)
    assert "Adelie" in out.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("address", ["", "https://bench.example"])
def test_links_to_cases_are_whole_addresses_or_it_is_said_that_they_are_not(
    database: str,
    tmp_path: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    if address:
        monkeypatch.setenv("MDS_PUBLIC_URL", address)
        settings.settings.cache_clear()
    out = tmp_path / "answers.csv"
    assert main(["batch", _file(tmp_path, NAMES), "--model", "penguins", "--out", str(out)]) == 0
    said = capsys.readouterr().err
    assert ("set `public_url` to have them whole" in said) == (not address)
    assert f'"{address}/predict?case=' in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("model", "names"),
    [
        ("breast-cancer", "a,b,c,d,e,f,g"),  # which needs its thirty numbers
        ("penguins", "a,b,c,d,e,f,g"),  # which could do without each of its fields, not without all
    ],
)
def test_a_file_without_the_columns_of_the_model_is_refused(
    database: str, tmp_path: Path, capsys: Captured, model: str, names: str
) -> None:
    for more in ([], ["--dry-run"]):
        assert main(["batch", _file(tmp_path, names), "--model", model, *more]) == 2
        said = capsys.readouterr().err
        assert "Nothing can be sent" in said
        assert "are sent" not in said
    sessions = make_sessions(database)
    assert recent(sessions) == []
    close(sessions)


def test_a_result_has_a_place_before_anything_is_asked(
    database: str, tmp_path: Path, capsys: Captured
) -> None:
    out = str(tmp_path / "nowhere" / "answers.csv")
    assert main(["batch", _file(tmp_path, NAMES), "--model", "penguins", "--out", out]) == 2
    said = capsys.readouterr().err
    assert "There is no folder" in said
    assert "are sent" not in said
