"""Files in: every format, under the name that it has and under a wrong one."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tables.errors import TooLarge, UnreadableFile
from tables.numbers import numbers
from tables.reading import read
from tables.table import Choices, Limits, letter
from tests.tables.files import workbook


def test_rows_have_the_numbers_that_a_spreadsheet_shows() -> None:
    table = read(b'a,b\n1,"x\ny"\n\n3,4\n', "x.csv")
    assert table.row_numbers == (2, 4)
    assert table.place(1) == "row 4"


def test_rows_of_a_workbook_too() -> None:
    table = read(workbook([["Report"], [], ["a", "b"], [1, 2], [None, None], [3, 4]]), "x.xlsx")
    assert table.row_numbers == (4, 6)
    assert table.sniffed["header"] == "row 3"


def test_a_file_may_be_bytes_a_path_or_open(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b\n1,2\n")
    assert read(path).frame.equals(read(io.BytesIO(path.read_bytes()), "x.csv").frame)
    assert read(path).name == "x.csv"


def test_a_file_of_two_gigabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with path.open("wb") as stream:
        stream.truncate(2 * 2**30)
    with path.open("rb") as stream, pytest.raises(TooLarge, match="2,048 MB"):
        read(stream, "x.csv")
    with pytest.raises(TooLarge):
        read(os.fspath(path))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="opened"):
        read(tmp_path / "none.csv")


@pytest.mark.parametrize("limits", [Limits(rows=2), Limits(columns=1), Limits(cells=5)], ids=str)
def test_rows_columns_and_cells_are_bounded(limits: Limits) -> None:
    for data in (b"a,b\n" + b"1,2\n" * 9, workbook([["a", "b"], *[[1, 2]] * 9])):
        with pytest.raises(TooLarge):
            read(data, limits=limits)


def test_what_a_person_chooses_counts() -> None:
    data = "x;y\nä;1,5\n".encode("cp1252")
    chosen = Choices(delimiter=";", encoding="cp1252", header_row=0, decimal=",")
    table = read(data, "x.csv", choices=chosen)
    assert table.columns == ("Column A", "Column B")
    assert table.decimal == ","
    assert len(table) == 2


def test_a_sheet_can_be_chosen() -> None:
    data = workbook([["a"], [1]], second=[["b"], [2]])
    assert read(data).columns == ("a",)
    assert read(data).sheets == ("Sheet", "second")
    assert read(data, choices=Choices(sheet="second")).columns == ("b",)
    with pytest.raises(UnreadableFile, match="no sheet called third"):
        read(data, choices=Choices(sheet="third"))


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (16383, "XFD")])
def test_letters_of_columns(index: int, name: str) -> None:
    assert letter(index) == name


@pytest.mark.parametrize(
    "lines",
    [
        ("Text here", "Not good", "Very bad", "Really great"),
        ("review text", "Great film", "Awful film", "Nice plot"),
        ("review", "Great film", "#awful, just awful", "// bad film", "% of people like it"),
    ],
)
def test_texts_are_not_cut_at_their_blanks_nor_taken_for_notes(lines: tuple[str, ...]) -> None:
    table = read("\n".join(lines).encode(), "t.csv")
    assert list(table.columns) == [lines[0]]
    assert tuple(table.frame[lines[0]]) == lines[1:]


def test_blanks_between_numbers_still_part_them() -> None:
    table = read(b"name age city\nAnna 31 Paris\nBen 40 Rome\n", "t.txt")
    assert list(table.columns) == ["name", "age", "city"]


@pytest.mark.parametrize("mark", ["#", "//", "%"])
def test_a_row_as_wide_as_the_header_is_no_note(mark: str) -> None:
    lines = f"# exported on Monday\norder,age\n1001,41\n{mark}1002,51\n{mark} checked by hand\n"
    table = read(lines.encode(), "t.csv")
    assert list(table.frame["order"]) == ["1001", f"{mark}1002"]


def test_an_endless_number_beside_words_is_read_as_such() -> None:
    found = numbers(pd.Series(["41", "-1e999", "Inf"], dtype=object), ".")
    assert found.iloc[0] == 41
    assert found.iloc[1] == -np.inf
    assert np.isnan(found.iloc[2])


def test_a_guessed_encoding_is_said_with_a_word_to_check() -> None:
    text = "name;x\nприём;1\nместо;2\n"
    remarks = " ".join(read(text.encode("cp1251"), "t.csv").remarks)
    assert "encoding was guessed" in remarks
    assert "Not read correctly?" in remarks
    told = read(text.encode("cp1251"), "t.csv", choices=Choices(encoding="cp1251"))
    assert not told.remarks
    assert told.frame["name"].tolist() == ["приём", "место"]
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert not read(text.encode(encoding), "t.csv").remarks
    assert not read(b"name;x\nplain;1\nascii;2\n", "t.csv").remarks
