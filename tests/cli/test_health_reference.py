"""`mds health --compare-with`, as somebody types it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

import db.health_references
from cli.main import main
from db.engine import Sessions, reading
from db.ids import utc_now
from tests.cli.test_token import sessions  # noqa: F401 - the database that the settings name
from tests.recorded import add_cases, case_of
from tests.servers.starting import Running

Captured = pytest.CaptureFixture[str]
MODEL = "demo/penguins@v2"
_HEAD = "Bill length (mm),Bill depth (mm),Flipper (mm),Body mass (g),Island,Sex,Year"


@pytest.fixture
def deployed(
    sessions: Sessions,  # noqa: F811
    mds: Running,
    monkeypatch: pytest.MonkeyPatch,
) -> Sessions:
    """With the models of the embedded server, of which one has cases."""
    monkeypatch.setenv("MDS_SERVERS", json.dumps([{"name": "demo", "url": mds.url}]))
    of = {"server": "demo", "model": "penguins", "version": "v2"}
    at = [utc_now() - timedelta(days=n) for n in range(20, 50)]
    add_cases(sessions, *(case_of(created_at=moment, **of) for moment in at))
    add_cases(sessions, case_of(server="demo", model="gone"))
    return sessions


def _kept(sessions: Sessions) -> tuple[str, int] | None:  # noqa: F811
    with reading(sessions) as session:
        found = db.health_references.newest(session, "demo", "penguins")
        return (found.source, len(db.health_references.rows(session, found.id))) if found else None


def test_a_file_days_and_the_first_cases_are_chosen(
    deployed: Sessions, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "train.csv"
    rows = [f"{39 + n % 9},18.{n % 10},181,3750,Torgersen,male,2007" for n in range(40)]
    file.write_text("\n".join([_HEAD, *rows, "much,18.0,181,3750,Torgersen,male,2007"]))
    assert main(["health", MODEL, "--compare-with", str(file)]) == 0
    said = capsys.readouterr()
    assert (
        "demo/penguins are compared with 40 rows of the file train.csv (1 more could not be read)."
        in said.out
    )
    assert "1 row cannot be read and is left out, as row 42: Bill length must be" in said.err
    assert "The column 'Flipper (mm)' is read as 'flipper_length_mm'." in said.err
    assert _kept(deployed) == ("file", 40)
    first, last = (utc_now().date() - timedelta(days=days) for days in (49, 20))
    assert main(["health", MODEL, "--compare-with", f"{first}..{last}"]) == 0
    assert "are compared with the cases of" in capsys.readouterr().out
    assert _kept(deployed) == ("window", 0)
    assert main(["health", "penguins", "--compare-with", "first"]) == 0
    assert capsys.readouterr().out.endswith("are compared with its first cases.\n")
    assert _kept(deployed) == ("first", 0)
    assert main(["health", "demo/penguins", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["inputs_reference"] is None


@pytest.mark.parametrize(
    ("model", "reference", "told"),
    [
        ("", "first", "Of which model?"),
        ("nosuch", "first", "No server has a model nosuch"),
        ("demo/nosuch", "first", "No server has a model demo/nosuch"),
        ("/", "first", "names no model"),
        (MODEL, "not-there.csv", "could not be read"),
        (MODEL, "registry", "No model registry keeps cases with this model."),
        (MODEL, "2026-02-30..2026-03-01", "are no days"),
        (MODEL, "2020-01-01..2020-01-02", "it takes 20"),
        ("demo/gone", "registry", "is not deployed now"),
    ],
)
def test_what_is_no_reference_is_refused_in_a_sentence(
    deployed: Sessions, capsys: Captured, model: str, reference: str, told: str
) -> None:
    assert main(["health", *([model] if model else []), "--compare-with", reference]) != 0
    assert told in capsys.readouterr().err
    assert _kept(deployed) is None


def test_a_file_with_some_of_the_fields_is_compared_by_these(
    deployed: Sessions, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a,b\n" + "1,2\n" * 30)
    assert main(["health", MODEL, "--compare-with", str(file)]) != 0
    assert "No column of the file is a field of the model." in capsys.readouterr().err
    assert _kept(deployed) is None
    file.write_text("Bill length (mm),Island\n" + "39.5,Dream\n" * 30)
    assert main(["health", MODEL, "--compare-with", str(file)]) == 0
    assert (
        "Without a column, so not compared: Bill depth, Flipper length" in capsys.readouterr().err
    )
    assert _kept(deployed) == ("file", 30)


def test_a_column_of_which_nothing_can_be_read_is_named_and_the_others_are_compared(
    deployed: Sessions, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "other.csv"
    file.write_text("Bill length (mm),Island,Sex\n" + "39.5,Dream,q\n" * 30)
    assert main(["health", MODEL, "--compare-with", str(file)]) == 0
    told = capsys.readouterr().err
    assert "Not compared, as none of its values can be read: Sex." in told
    assert _kept(deployed) == ("file", 30)
