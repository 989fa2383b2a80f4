"""Answers beside those of another run, and beside what is right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch import comparison, problems
from batch.comparison import NoTruths, NotTheSameFile, compared
from batch.folder import BatchFolder
from batch.view import ResultView
from db.engine import close, make_sessions
from db.migrate import migrate
from tests.batch.asking import Model, asked, csv, written


def _column(*cells: object) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(cells)])


def test_classes_are_counted_whatever_their_case() -> None:
    found = compared(_column("A", "B", None, "C"), _column("a", "C", "C", None))
    assert (found.both, found.same, found.only_here, found.only_there) == (2, 1, 1, 1)
    assert found.pairs == {("a", "A"): 1, ("C", "B"): 1}
    assert found.differing.tolist() == [1]


def test_numbers_of_a_file_are_read_and_the_furthest_come_first() -> None:
    found = compared(_column(1.0, 2.0, 3.0, 4.0), _column("1", "2,5", "one", " 14.0 "))
    assert (found.both, found.same, found.only_here) == (3, 1, 1)
    assert found.mean_distance == pytest.approx(3.5)
    assert found.differing.tolist() == [3, 1]
    labels = compared(_column("0", "1", "1"), _column(0.0, 1.0, None))
    assert (labels.same, labels.only_here) == (2, 1)


def _result(path: Path, columns: dict[str, list[object]], own: int, labels: int) -> ResultView:
    """A result with its own columns first, then answer, probability and those of labels, problem, case and version."""
    facts = {"own": str(own), "labels": str(labels)}
    pq.write_table(pa.table(columns).replace_schema_metadata(facts), path)
    return ResultView(path)


def _of_classes(path: Path, **own: list[object]) -> ResultView:
    answers = ["Adelie", "Adelie", None, "Gentoo"]
    outcome: dict[str, list[object]] = {
        "Answer": [*answers],
        "Probability": [0.9, 0.8, None, 0.7],
        "Probability of Adelie": [0.9, 0.8, None, 0.2],
        "Probability of Chinstrap": [0.05, 0.1, None, 0.1],
        "Probability of Gentoo": [0.05, 0.1, None, 0.7],
        "Problem": [None, None, "no", None],
        "Case": [None] * 4,
        "Version": ["1"] * 4,
    }
    return _result(path, {**own, **outcome}, len(own), 3)


def test_a_column_that_holds_no_answer_of_the_model_gives_no_figure(tmp_path: Path) -> None:
    island: list[object] = ["Dream", "Dream", "Biscoe", "Torgersen"]
    right: list[object] = [" adelie", "GENTOO", "Adelie", None]
    rare: list[object] = ["Chinstrap"] * 4  # the model might have said it
    code: list[object] = [0, 0, 1, 2]
    none: list[object] = [None, None, None, None]
    view = _of_classes(
        tmp_path / "r.parquet", island=island, right=right, rare=rare, code=code, none=none
    )
    for name, held in (("island", "Dream, Biscoe, Torgersen"), ("code", "0, 1, 2")):
        with pytest.raises(NoTruths) as found:
            comparison.with_column(view, name)
        assert f"The column {name} does not look like what is right." in found.value.sentence
        assert f"It holds {held};" in found.value.sentence
        assert "answers Adelie, Gentoo, Chinstrap." in found.value.sentence
    rightly = comparison.with_column(view, "right")
    assert (rightly.both, rightly.same) == (2, 1)
    rarely = comparison.with_column(view, "rare")
    assert (rarely.both, rarely.same) == (3, 0)
    assert comparison.with_column(view, "none").both == 0


def test_words_are_no_truths_of_numbers_and_many_values_are_cut_short(tmp_path: Path) -> None:
    names: list[object] = [f"name {i} of a very long kind of column" for i in range(6)]
    numbers: list[object] = ["1", "x", None, "4", "5", "6"]
    outcome: dict[str, list[object]] = {
        "Answer": [1.5, 2.0, 3.0, 4.0, 5.0, None],
        "Probability": [None] * 6,
        "Problem": [None] * 6,
        "Case": [None] * 6,
        "Version": ["1"] * 6,
    }
    view = _result(tmp_path / "r.parquet", {"names": names, "numbers": numbers, **outcome}, 2, 0)
    with pytest.raises(NoTruths) as found:
        comparison.with_column(view, "names")
    assert "name 0 of a very long kind of …" in found.value.sentence
    assert "and 2 more; the model answers numbers from 1.5 to 5." in found.value.sentence
    assert comparison.with_column(view, "numbers").both == 3


@pytest.mark.slow
def test_two_runs_about_one_file_and_rows_to_correct(tmp_path: Path, sqlite_url: str) -> None:
    migrate(sqlite_url)
    sessions = make_sessions(sqlite_url)
    odd = {3: "r3,three,1", 5: "r5,five,1", 6: "=r6"}
    path = csv(tmp_path / "birds.csv", 60, odd)
    here, there = (replace(written(tmp_path, path), record="drawn") for _ in range(2))
    asked(sessions, tmp_path, Model(bad=(20,)), here)
    asked(sessions, tmp_path, Model(), there)
    folder = BatchFolder(tmp_path, here.batch_id)
    one, other = (
        ResultView(BatchFolder(tmp_path, given.batch_id).result("parquet"))
        for given in (here, there)
    )
    found, answers = comparison.with_batch(one, other)
    assert (found.both, found.same, found.only_there) == (56, 56, 1)
    assert answers.to_pylist()[20] == 20
    assert comparison.with_column(one, "x").same == 56
    kinds = problems.kinds(folder)
    assert [(kind.rows, kind.first_row) for kind in kinds] == [(2, 5), (1, 8), (1, 22)]
    assert kinds[0].sentence == "X must be a number."
    assert problems.write(folder, tmp_path / "bad.csv") == 4
    lines = (tmp_path / "bad.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == '"Row","name","x","y","Problem"'
    assert [line.partition(",")[0] for line in lines[1:]] == ["5", "7", "8", "22"]
    assert lines[3].startswith('8,"\'=r6"')
    assert "did not accept" in lines[4]
    # Corrected, and sent again alone.
    text = (tmp_path / "bad.csv").read_text("utf-8-sig")
    alone = tmp_path / "corrected.csv"
    alone.write_text(
        text.replace("three", "3").replace("five", "5").replace('"\'=r6",,', '"r6","6","3"')
    )
    again = replace(written(tmp_path, alone), record="drawn")
    asked(sessions, tmp_path, Model(), again)
    corrected = ResultView(BatchFolder(tmp_path, again.batch_id).result("parquet"))
    assert corrected.column("Row").to_pylist() == [5, 7, 8, 22] or corrected.column(
        "Row"
    ).to_pylist() == ["5", "7", "8", "22"]
    assert corrected.column("Answer").to_pylist()[:2] == [3.0, 5.0]
    with pytest.raises(NotTheSameFile):
        comparison.with_batch(one, corrected)
    close(sessions)
