"""`mds batch` as a person types it, against the real embedded server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import db.batches
import services
import settings
from cases.queries import recent
from cli import batch_rows
from cli.batch_rows import signature_of
from cli.main import main
from db.batches import BatchView
from db.engine import close, make_sessions, writing
from db.ids import new_id, utc_now
from db.migrate import migrate
from jobs import runs, store
from tests.batch.asking import SIGNATURE, Model, asked, csv, written

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
def test_a_plan_tells_which_cells_are_read_as_empty(
    database: str, tmp_path: Path, capsys: Captured
) -> None:
    path = Path(_file(tmp_path, NAMES))
    path.write_text(path.read_text(encoding="utf-8").replace("male,2007", "NA,2007"), "utf-8")
    assert main(["batch", str(path), "--model", "penguins", "--dry-run"]) == 0
    assert "Sex: 1 cell read as empty: NA" in capsys.readouterr().err.splitlines()


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


def _thirty(database: str) -> list[str]:
    """The fields of the model that needs thirty numbers."""
    assert database
    built = services.build(settings.settings())
    try:
        return [field.name for field in signature_of(built, "breast-cancer").inputs]
    finally:
        built.close()


@pytest.mark.slow
def test_a_field_without_a_column_gets_one_value_for_all_rows(
    database: str, tmp_path: Path, capsys: Captured
) -> None:
    names = _thirty(database)
    path = tmp_path / "cells.csv"
    rows = [",".join([f"{row}.5"] * 29) for row in (1, 2)]
    path.write_text("\n".join([",".join(names[:-1]), *rows]) + "\n", encoding="utf-8")
    out = tmp_path / "answers.csv"
    ask = ["batch", str(path), "--model", "breast-cancer", "--out", str(out)]
    assert main(ask) == 2
    assert "or a value with --value FIELD=VALUE." in capsys.readouterr().err
    for value, words in [
        (f"{names[-1]}=much", "must be a number"),
        (f"{names[0]}=3", "The file has a column for"),
        ("nothing=3", "The model has no field 'nothing'."),
        (names[-1], "is not name=value"),
    ]:
        assert main([*ask, "--value", value]) == 2
        assert words in capsys.readouterr().err
    assert main([*ask, "--value", f"{names[-1]}=0.25"]) == 0
    assert "2 rows, of which 2 are sent" in capsys.readouterr().err
    sessions = make_sessions(database)
    found = recent(sessions)
    close(sessions)
    assert [case.entered[names[-1]] for case in found] == [0.25, 0.25]
    assert sorted(case.entered[names[0]] for case in found) == [1.5, 2.5]


def test_a_batch_that_is_cancelled_meanwhile_gives_its_answers_so_far(
    database: str,
    tmp_path: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runs, "WRITE_SECONDS", 0.0)
    sessions, root, model = make_sessions(database), tmp_path / "batches", Model()
    given = written(root, csv(tmp_path / "birds.csv", 3_000))
    given = replace(given, record="drawn", signature=replace(SIGNATURE, max_rows=10))

    def cancel(
        _: Sequence[int],
    ) -> None:  # it is noticed within some requests, long before the last
        if len(model.asked) > 50:
            store.withdraw(sessions, given.batch_id)

    model.meanwhile = cancel
    job = asked(sessions, root, model, given)
    close(sessions)
    monkeypatch.setattr(batch_rows, "_prepared", lambda *_: (given, "birds.csv"))
    monkeypatch.setattr(batch_rows, "_begun", lambda *_: job)
    out = tmp_path / "answers.csv"
    assert main(["batch", "birds.csv", "--model", "penguins", "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert "--resume" not in said
    lines = out.read_text(encoding="utf-8").splitlines()
    count = sum("Not asked yet." not in line for line in lines[1:])
    assert f"It was cancelled. {count:,} of 3,000 rows were answered." in said
    assert f"The answers so far are in {out}." in said
    assert 0 < count < 3_000
    assert main(["batch", "--resume", job.id]) == 2
    said = capsys.readouterr().err
    assert f"cancelled for good. `mds batch --cancel {job.id} --out FILE` writes" in said
    out.unlink()
    assert main(["batch", "--cancel", job.id, "--out", str(out)]) == 0
    assert out.is_file()


@pytest.mark.slow
def test_rows_of_a_file_of_a_page_are_corrected_there(
    database: str, tmp_path: Path, capsys: Captured
) -> None:
    short = BatchView(
        id=new_id(),
        server="demo",
        model="penguins",
        version="v2",
        person="",
        created_at=utc_now(),
        file_name="birds.csv",
        question="q",
        key="k",
        rows=2,
    )
    sessions = make_sessions(database)
    with writing(sessions) as session:
        db.batches.add(session, short)
    close(sessions)
    ask = ["batch", _file(tmp_path, NAMES), "--model", "penguins", "--corrects", short.id]
    assert main(ask) == 2
    assert "birds.csv was asked about on a page." in capsys.readouterr().err


@pytest.mark.slow
def test_corrected_rows_that_cannot_be_sent_are_told_as_the_original_file_counts(
    database: str, tmp_path: Path, capsys: Captured
) -> None:
    path, bad = Path(_file(tmp_path, NAMES)), tmp_path / "bad.csv"
    odd = path.read_text(encoding="utf-8").splitlines()[1].split(",")
    with path.open("a", encoding="utf-8") as file:
        file.write(",".join(["much", *odd[1:]]) + "\n")
    ask = ["batch", str(path), "--model", "penguins", "--problems", str(bad), "--json"]
    assert main(ask) == 0
    told = capsys.readouterr()
    base = json.loads(told.out)["id"]
    assert "1 row, first row 4: Bill length must be a number" in told.err
    again = ["batch", str(bad), "--model", "penguins", "--corrects", base, "--dry-run"]
    assert main(again) == 2  # no row of it can be sent
    assert (
        "1 row, first row 4 of the original file (row 2 of this one): " in capsys.readouterr().err
    )


def test_a_value_is_for_a_file_alone(capsys: Captured) -> None:
    assert main(["batch", "schedule", "list", "--value", "a=1"]) == 2
    assert "not for a schedule" in capsys.readouterr().err
    assert main(["batch", "--resume", "x", "--value", "a=1"]) == 2
    assert "name the file" in capsys.readouterr().err


def test_a_result_has_a_place_before_anything_is_asked(
    database: str, tmp_path: Path, capsys: Captured
) -> None:
    out = str(tmp_path / "nowhere" / "answers.csv")
    assert main(["batch", _file(tmp_path, NAMES), "--model", "penguins", "--out", out]) == 2
    said = capsys.readouterr().err
    assert "There is no folder" in said
    assert "are sent" not in said
