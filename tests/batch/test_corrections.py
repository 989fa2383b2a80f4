"""Rows without an answer, corrected and asked about alone, become part of their file again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from batch import comparison, corrections, exports, problems, short_file
from batch.errors import NotItsRows
from batch.folder import BatchFolder
from batch.jobs.large_file import LargeFile
from batch.partition import Partition
from batch.short_file import Outcome, ShortFile
from batch.view import ResultView
from db.engine import Sessions, close, make_sessions
from db.ids import new_id
from db.migrate import migrate
from mds_client.prediction import Answer
from tests.batch.asking import Model, asked, csv, written

# The sixth row lacks its cells, and begins with what a spreadsheet would take for a formula.
SIX = ('"\'=r6",,', '"\'=r6",6,3')
ODD = {3: "r3,three,1", 5: "r5,five,1", 6: "=r6"}


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Sessions]:
    """For what does not depend on the database."""
    migrate(sqlite_url)
    sessions = make_sessions(sqlite_url)
    yield sessions
    close(sessions)


@pytest.fixture
def base(sqlite: Sessions, tmp_path: Path) -> LargeFile:
    """A file whose rows 5, 7, 8 cannot be sent and whose row 22 the model refuses."""
    found = replace(written(tmp_path, csv(tmp_path / "birds.csv", 60, ODD)), record="drawn")
    asked(sqlite, tmp_path, Model(bad=(20,)), found)
    return found


def _folder(root: Path, given: LargeFile) -> BatchFolder:
    return BatchFolder(root, given.batch_id)


def _corrected(root: Path, base: LargeFile, *changes: tuple[str, str]) -> LargeFile:
    """The rows of the file to correct, with changes, as a file that is asked about."""
    path = root / "to correct.csv"
    problems.write(_folder(root, base).whole, path)
    text = path.read_text("utf-8-sig")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    given = written(root, path)
    return replace(given, record="all", corrects=base.batch_id, whole_rows=60)


def test_their_answers_take_their_places_in_the_whole_file(
    sqlite: Sessions, tmp_path: Path, base: LargeFile
) -> None:
    again = _corrected(tmp_path, base, ("three", "3"), ("five", "5"), SIX)
    corrections.check(_folder(tmp_path, base), _folder(tmp_path, again))
    job = asked(sqlite, tmp_path, Model(bad=(5,), version=lambda _: "2"), again)
    assert job.sentence == (
        "3 rows were answered, 1 was not. In birds.csv, 59 of 60 rows have an answer now."
    )
    before = ResultView(_folder(tmp_path, base).result("parquet"))
    folder = _folder(tmp_path, again).whole
    view = ResultView(folder.result("parquet"))
    found = {name: view.column(name).to_pylist() for name in view.own_columns}
    assert view.own_columns == ["name", "x", "y"]
    assert (found["name"][6], found["x"][3:7]) == ("=r6", ["3", "4", "5", "6"])
    assert found["name"][30:] == before.column("name").to_pylist()[30:]
    answers = view.column(view.answer_column).to_pylist()
    assert answers == [None if i == 5 else float(i) for i in range(60)]
    told = view.column(view.problem_column).to_pylist()
    assert [i for i, words in enumerate(told) if words] == [5]
    assert "did not accept" in told[5]
    versions = view.column("Version").to_pylist()
    assert [i for i in range(60) if versions[i] == "2"] == [3, 6, 20]
    assert view.column("Case").to_pylist()[3].startswith("/predict?case=")
    partition = Partition(folder)
    assert (partition.facts.name, partition.facts.rows, partition.facts.good) == (
        "birds.csv",
        60,
        60,
    )
    assert partition.row_numbers().to_pylist() == list(range(2, 62))
    lines = exports.export(folder.result("parquet"), tmp_path / "a.csv").read_text("utf-8-sig")
    assert lines.splitlines()[7].startswith('"\'=r6","6","3"')
    # It is compared with what was asked before, and its rest can be corrected in turn.
    compared, _ = comparison.with_batch(view, before)
    assert (compared.both, compared.same, compared.only_here) == (56, 56, 3)
    assert [(kind.rows, kind.first_row) for kind in problems.kinds(folder)] == [(1, 7)]
    last = replace(_corrected(tmp_path, again), corrects=again.batch_id)
    asked(sqlite, tmp_path, Model(), last)
    whole = ResultView(_folder(tmp_path, last).whole.result("parquet"))
    assert whole.column(whole.answer_column).to_pylist() == [float(i) for i in range(60)]


def test_rows_that_cannot_be_sent_again_say_why_now(
    sqlite: Sessions, tmp_path: Path, base: LargeFile
) -> None:
    again = _corrected(tmp_path, base, ("three", "drei"), ("five", "5"), SIX)
    job = asked(sqlite, tmp_path, Model(), again)
    assert job.sentence.endswith("In birds.csv, 59 of 60 rows have an answer now.")
    view = ResultView(_folder(tmp_path, again).whole.result("parquet"))
    told = view.column(view.problem_column).to_pylist()
    assert told[3] == "X must be a number, not “drei”."
    assert [i for i, words in enumerate(told) if words] == [3]
    # Among the corrected rows it is in line 2; in the original file in line 5, as their first column says.
    own = _folder(tmp_path, again)
    (kind,) = problems.kinds(own)
    assert (kind.first_row, kind.first_before) == (2, 5)
    assert corrections.numbers_before(own) == {2: 5, 3: 7, 4: 8, 5: 22}
    (kind,) = problems.kinds(own.whole)
    assert (kind.first_row, kind.first_before) == (5, None)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("Row", "Line", "columns are not those"),
        ("\n5,", "\n6,", "Some of them have an answer"),
        ("\n5,", "\n7,", "twice"),
        ("\n5,", "\n500,", "not all of these row numbers"),
        ("\n5,", "\nfive,", "must have their row numbers"),
    ],
)
def test_other_rows_are_refused(
    tmp_path: Path, base: LargeFile, before: str, after: str, why: str
) -> None:
    again = _corrected(tmp_path, base, (before, after))
    with pytest.raises(NotItsRows, match=why):
        corrections.check(_folder(tmp_path, base), _folder(tmp_path, again))


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        (["Row", "x", "Problem"], "row"),
        (["Line of the file before", "Line", "x", "Problem"], "line"),
        (["Record", "Problem", "Problem of this row"], "record"),
        (["Row", "x"], ""),
        (["Row", "Problem"], ""),
        (["x", "y", "Problem"], ""),
        ([], ""),
    ],
)
def test_rows_to_correct_are_known_by_the_columns_of_their_file(
    columns: list[str], word: str
) -> None:
    assert problems.word_before(columns) == word


def test_a_file_that_is_not_done_has_no_rows_to_correct(tmp_path: Path) -> None:
    given = written(tmp_path, csv(tmp_path / "birds.csv", 60, ODD))
    again = _corrected(tmp_path, given)
    with pytest.raises(NotItsRows, match="not done yet"):
        corrections.check(_folder(tmp_path, given), _folder(tmp_path, again))


def test_columns_of_numbers_stay_numbers_and_long_files_are_merged_part_by_part(
    sqlite: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrections, "GROUP_ROWS", 16)
    given = replace(written(tmp_path, csv(tmp_path / "birds.csv", 60)), record="drawn")
    asked(sqlite, tmp_path, Model(bad=(15, 16, 59)), given)
    again = _corrected(tmp_path, given)
    asked(sqlite, tmp_path, Model(), again)
    view = ResultView(_folder(tmp_path, again).whole.result("parquet"))
    assert view.column(view.answer_column).to_pylist() == [float(i) for i in range(60)]
    before = ResultView(_folder(tmp_path, given).result("parquet"))
    for name in view.own_columns:
        assert view.column(name).equals(before.column(name))


def _short() -> ShortFile:
    """Four rows: a class, a row that could not be sent, one that the model refused, and another class."""
    shares = {"Adelie": 0.75, "Gentoo": 0.25}
    yes = Answer(kind="class", label="Adelie", probabilities=shares)
    return ShortFile(
        name="birds.csv",
        columns=["name", "x"],
        own=[pa.array(["a", "b", None, "d"]), pa.array([0, 1, 2, 3])],
        row_numbers=[2, 3, 5, 6],
        outcomes=[
            Outcome(answer=yes, case_id="one", version="1"),
            Outcome(problem="X is needed."),
            Outcome(problem="Refused.", case_id="three"),
            Outcome(answer=replace(yes, label="Gentoo"), case_id="four", version="1"),
        ],
    )


def test_a_short_file_is_put_into_a_folder_with_what_came_of_it(tmp_path: Path) -> None:
    short, folder = _short(), BatchFolder(tmp_path, new_id())
    short_file.write(folder.before, short, "http://x")
    view = ResultView(folder.before.result("parquet"))
    assert view.column(view.answer_column).to_pylist() == ["Adelie", None, None, "Gentoo"]
    assert view.column(view.problem_column).to_pylist() == [None, "X is needed.", "Refused.", None]
    assert view.labels == ["Adelie", "Gentoo"]
    assert view.column("Case").to_pylist()[:2] == ["http://x/predict?case=one", None]
    facts = Partition(folder.before).facts
    assert (facts.name, facts.columns, facts.rows) == ("birds.csv", ["name", "x"], 4)
    assert corrections.fits(problems.heading_of(facts.columns, facts.row_word), short.facts)
    for places in (short.places_of, partial(corrections.places_of, folder.before)):
        assert places(["5", 3]).tolist() == [2, 1]
        for cells in (["2"], ["4"], ["3", "3"], ["three"], []):
            with pytest.raises(NotItsRows):
                places(cells)
