"""`mds dataset`, as somebody types it: freeze, list, export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import main
from db.engine import Sessions
from feedback.submission import submit
from tests.cli.test_token import sessions  # noqa: F401 - the database that the settings name
from tests.recorded import add_case

Captured = pytest.CaptureFixture[str]


def test_a_data_set_is_frozen_listed_and_written(
    sessions: Sessions,  # noqa: F811
    tmp_path: Path,
    capsys: Captured,
) -> None:
    case = add_case(sessions, entered={"note": "=cmd()"})
    submit(sessions, case_id=case.id, person="rita", judgement="correct", key="k")
    typed = ["dataset", "freeze", "march", "--model", "shelf/penguins"]
    assert main([*typed, "--judgement", "correct", "--since", "2020-01-01", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["cases"], found["version"], found["filters"]["judgement"]) == (1, 1, "correct")
    assert (found["listed"], found["left_out"]) == (1, {})
    assert main(typed) == 0
    assert "march, version 1: 1 of 1 listed case\n" in capsys.readouterr().out
    assert main([*typed[:-1], "shelf/dodos"]) == 4
    assert "No case of shelf/dodos is known here." in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main([*typed, "--since", "someday"])
    assert "argument --since: 'someday' is no day. Write it like" in capsys.readouterr().err
    assert main(["dataset", "list"]) == 0
    assert "shelf/penguins" in capsys.readouterr().out
    for ending, told in (
        (".csv", b"'=cmd()"),
        (".jsonl", b'"=cmd()"'),
        (".json", b'"predictions"'),
        (".parquet", b"PAR1"),
    ):
        out = tmp_path / f"march{ending}"
        assert main(["dataset", "export", found["id"], str(out)]) == 0
        assert told in out.read_bytes()
    capsys.readouterr()
    assert main(["dataset", "export", found["id"], str(tmp_path / "march.doc")]) == 2
    assert "must end in .csv" in capsys.readouterr().err
    assert main(["dataset", "export", case.id, str(out)]) == 1
    assert "no such data set" in capsys.readouterr().err
    assert main([*typed, "--truth", "Emperor"]) == 1
    assert "None of these cases" in capsys.readouterr().err
