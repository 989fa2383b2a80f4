"""An access table that is edited holds within a minute; a file that cannot be used opens nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from people.table import LOOK_SECONDS, AccessTable
from settings import SETTINGS_FILE_VARIABLE, AccessSettings, Settings

RITA = '[[access]]\npeople = ["rita"]\nrole = "reviewer"\n'
AT_START = [AccessSettings(people=["olga"], role="operator")]
Edit = Callable[[str], list[AccessSettings]]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Writes the settings file, and gives the rows that hold a look later."""
    file, now, edits = tmp_path / "mds.toml", [0.0], [0]
    file.write_text("")
    monkeypatch.setenv(SETTINGS_FILE_VARIABLE, str(file))
    table = AccessTable(clock=lambda: now[0])

    def write(text: str) -> list[AccessSettings]:
        edits[0] += 1
        file.write_text(text)
        os.utime(file, ns=(edits[0], edits[0]))
        before = list(table.rows(AT_START))
        now[0] += LOOK_SECONDS - 1
        assert list(table.rows(AT_START)) == before
        now[0] += 1
        return list(table.rows(AT_START))

    return write


def test_what_is_edited_holds_at_the_next_look(edit: Edit) -> None:
    assert LOOK_SECONDS < 60
    assert [row.people for row in edit(RITA)] == [["rita"]]
    assert [row.role for row in edit(RITA.replace("reviewer", "analyst"))] == ["analyst"]


@pytest.mark.parametrize(
    "broken", ["", "[[access", RITA.replace("reviewer", "king"), RITA + "unknown = 1\n"]
)
def test_a_table_that_is_gone_or_cannot_be_read_leaves_the_one_before(
    edit: Edit, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a table everybody would be the operator of everything."""
    assert edit("# nothing of access") == AT_START
    held = edit(RITA)
    caplog.clear()
    assert edit(broken) == held
    assert "stays" in caplog.text
    assert [row.role for row in edit(RITA.replace("reviewer", "operator"))] == ["operator"]


def test_a_file_that_was_not_touched_says_nothing_new(tmp_path: Path) -> None:
    """What the app was started with holds, also where that is not what the file says."""
    now = [0.0]
    table = AccessTable(lambda: tmp_path / "none", lambda: Settings().access, lambda: now[0])
    now[0] = LOOK_SECONDS
    assert table.rows(AT_START) is AT_START
