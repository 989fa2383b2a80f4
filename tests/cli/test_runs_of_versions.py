"""`mds test run` and `mds golden run` on the real embedded server, as a pipeline calls them: exit code and report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

import settings
from cli.main import main
from db.engine import Sessions, close, make_sessions, reading
from db.ids import new_id, utc_now
from db.tables import Case
from feedback import golden, test_runs
from feedback.submission import submit
from tests.recorded import add_case

Captured = pytest.CaptureFixture[str]
NAMES = (
    "bill_length_mm",
    "bill_depth_mm",
    "flipper_length_mm",
    "body_mass_g",
    "island",
    "sex",
    "year",
)
ROWS = (
    ("39,1", "18,7", "181", "3750", "Torgersen", "male", "2007", "Adelie"),
    ("46,1", "13,2", "211", "4500", "Biscoe", "female", "2007", "Gentoo"),
    ("46,5", "17,9", "192", "3500", "Dream", "female", "2007", "Chinstrap"),
    ("40,3", "18", "195", "3250", "Torgersen", "female", "2007", "Gentoo"),  # it is an Adelie
)


@pytest.fixture
def sessions(mds_url: str, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sessions]:
    """The database that the settings name, beside the demo's server."""
    monkeypatch.setenv("MDS_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MDS_SERVERS", json.dumps([{"name": "demo", "url": mds_url}]))
    settings.settings.cache_clear()
    made = make_sessions(sqlite_url)
    yield made
    close(made)
    settings.settings.cache_clear()


def _checks(report: Path) -> dict[str | None, str]:
    """What became of each test case of a report."""
    cases = ElementTree.parse(report).getroot().iter("testcase")
    return {each.get("name"): each[0].tag if len(each) else "passed" for each in cases}


@pytest.mark.slow
def test_a_file_with_right_answers_tests_two_versions(
    sessions: Sessions, tmp_path: Path, capsys: Captured
) -> None:
    file, report = tmp_path / "holdout.csv", tmp_path / "report.xml"
    lines = [";".join((*NAMES, "species")), *map(";".join, ROWS)]
    file.write_text("\n".join(lines), encoding="utf-8")
    typed = ["test", "run", str(file), "--model", "penguins@v2", "--truth", "species"]
    more = ["--against", "penguins@v1", "--parallel", "2", "--junit", str(report)]
    assert main([*typed, *more]) == 1
    said = capsys.readouterr()
    assert "Not passed: 3 of 4 right (75 %), 90 % are needed." in said.out
    assert "Against demo/penguins@v1: right alone: this version 0, the other 0;" in said.out
    assert "Row 5: wrong, Gentoo is right." in said.err
    found = _checks(report)
    assert found == {
        "pass mark": "failure", "Row 2": "passed", "Row 3": "passed", "Row 4": "passed", "Row 5": "failure"
    }  # fmt: skip
    (run,) = test_runs.runs_of(sessions)
    assert run.figures["confusion"]["labels"] == ["Adelie", "Chinstrap", "Gentoo"]
    with reading(sessions) as session:
        made = session.query(Case).all()
    assert {(case.purpose, case.version) for case in made} == {("test", "v1"), ("test", "v2")}
    assert len(made) == 8
    assert main([*typed, "--pass-mark", "0.75"]) == 0
    assert main(["test", "list"]) == 0
    assert "Passed: 3 of 4 right (75 %), 75 % are needed" in capsys.readouterr().out
    # What cannot be tested is left out, and told before, after and in the report.
    bad = (("tall", *ROWS[0][1:7], "Adelie"), (*ROWS[1][:7], "Dodo"), (*ROWS[1][:7], "gentoo"))
    file.write_text("\n".join([*lines[:4], *map(";".join, bad)]), encoding="utf-8")
    assert main(typed) == 1
    assert "--leave-out accepts that they are not tested" in capsys.readouterr().out
    assert main([*typed, "--junit", str(report), "--leave-out"]) == 0
    said = capsys.readouterr()
    assert "Row 5 is left out: " in said.err
    assert "Did you mean 'Gentoo'?" in said.err
    assert (
        "Passed: 3 of 3 right (100 %), 90 % are needed.\n3 rows of the file are left out"
        in said.out
    )
    assert [name for name, tag in _checks(report).items() if tag == "skipped"] == [
        "Row 5",
        "Row 6",
        "Row 7",
    ]
    assert main([*typed[:-1], "nowhere"]) == 2
    assert "no column 'nowhere'" in capsys.readouterr().err


@pytest.mark.slow
def test_a_pipeline_reads_from_the_exit_code_whether_golden_cases_pass(
    sessions: Sessions, tmp_path: Path, capsys: Captured
) -> None:
    report = tmp_path / "golden.xml"
    typed = ["golden", "run", "demo/penguins@v2", "--junit", str(report)]
    assert main(typed) == 1  # there are none
    assert "no golden cases" in capsys.readouterr().err
    numbers = [float(cell.replace(",", ".")) for cell in ROWS[0][:4]]
    entered = dict(zip(NAMES, (*numbers, "Torgersen", "male", 2007.0), strict=True))
    ids = {}
    for truth in ("Adelie", "Gentoo"):
        of = {"server": "demo", "version": "v1", "entered": entered, "created_at": utc_now()}
        case = add_case(sessions, **of)
        said = {"judgement": "incorrect" if truth == "Gentoo" else "correct"}
        right = truth if truth == "Gentoo" else None
        submit(sessions, case_id=case.id, person="rita", truth=right, key=new_id(), **said)
        ids[truth] = case.id
    golden.add(sessions, case_id=ids["Adelie"], person="rita")
    assert main(typed) == 0
    assert "Passed: 1 of 1 right (100 %), 90 % are needed." in capsys.readouterr().out
    assert _checks(report) == {"pass mark": "passed", ids["Adelie"]: "passed"}
    golden.add(sessions, case_id=ids["Gentoo"], person="rita")
    assert main(typed) == 1
    said_now = capsys.readouterr()
    assert "Not passed: 1 of 2 right (50 %), 90 % are needed." in said_now.out
    assert f"case {ids['Gentoo']}: wrong" in said_now.err
    assert _checks(report) == {
        "pass mark": "failure", ids["Adelie"]: "passed", ids["Gentoo"]: "failure"
    }  # fmt: skip
    assert main([*typed, "--set", "other"]) == 1
    assert main(["golden", "run", "demo/penguins@v9"]) != 0
