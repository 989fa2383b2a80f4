"""`mds truth import`, as somebody types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import main
from db.engine import Sessions
from feedback.submission import history
from tests.cli.test_token import sessions  # noqa: F401 - the database that the settings name
from tests.recorded import NOT_THERE, add_case

Captured = pytest.CaptureFixture[str]


def test_a_file_of_truths_is_taken_once_and_says_what_matches_nothing(
    sessions: Sessions,  # noqa: F811
    tmp_path: Path,
    capsys: Captured,
) -> None:
    case = add_case(sessions)
    file = tmp_path / "truths.csv"
    file.write_text(f"Case ID;truth\n{case.id};Gentoo\n{NOT_THERE};Adelie\n", encoding="utf-8")
    assert main(["truth", "import", str(file)]) == 1
    said = capsys.readouterr()
    assert said.out == "1 recorded, 0 stood already, 1 match nothing.\n"
    assert f"row 3, case {NOT_THERE}: There is no such case" in said.err
    assert [s.truth for s in history(sessions, case.id)] == ["Gentoo"]
    assert main(["truth", "import", str(file), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["unchanged"] == 1
    file.write_text(f"case,truth\n{case.id},Gentoo\n", encoding="utf-8")
    assert main(["truth", "import", str(file)]) == 0
    file.write_text(f"case,truth\n{case.id},Adelie\n{case.id},Gentoo\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["truth", "import", str(file)]) == 1
    said = capsys.readouterr()
    assert said.out == "0 recorded, 0 stood already, 2 match nothing.\n"
    assert f"row 2, case {case.id}: Row 3 says 'Gentoo' of the same case" in said.err
    result = {"from_name": "answer", "type": "choices", "value": {"choices": ["Gentoo"]}}
    task = {"id": 1, "data": {"mds_case": case.id}, "annotations": [{"result": [result]}]}
    export = tmp_path / "export.json"
    export.write_text(json.dumps([task]))
    assert main(["truth", "import", str(export)]) == 0
    assert capsys.readouterr().out.startswith("0 recorded, 1 stood already")


@pytest.mark.parametrize(
    ("content", "told"), [("id,label\n1,2\n", "no column 'case'"), ("", "could not be read")]
)
def test_a_file_that_is_none_of_truths_is_refused(
    sessions: Sessions,  # noqa: F811
    tmp_path: Path,
    capsys: Captured,
    content: str,
    told: str,
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(content, encoding="utf-8")
    assert main(["truth", "import", str(file)]) == 2
    assert told in capsys.readouterr().err
    assert main(["truth", "import", str(tmp_path / "nowhere.csv")]) == 2
    assert "nowhere.csv could not be read: No such file" in capsys.readouterr().err
