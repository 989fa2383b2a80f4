"""Of several sheets, or lists in a document, the one is read that fits the model; another can be chosen."""

from __future__ import annotations

import json

import pytest

from tables.errors import UnreadableFile
from tables.fitting import read_fitting
from tables.table import Choices
from tests.found.penguins import BIRDS, SIGNATURE
from tests.tables.files import workbook

ROWS = [list(BIRDS[0]), *[list(bird.values()) for bird in BIRDS]]
COVER = [["Penguins", None], ["Made by", "station"], ["on", "Monday"]]
CODES = [["code", "word"], ["m", "male"], ["f", "female"]]


@pytest.mark.parametrize(
    "sheets",
    [
        {"Cover": COVER, "Data": ROWS},
        {"Codes": CODES, "Cover": COVER, "Data": ROWS},
        {"Data": ROWS, "Codes": CODES},
        {"Only names": [list(BIRDS[0])], "Data": ROWS},
        {"Empty": [], "Data": ROWS, "Half": [["island", "sex"], ["Dream", "male"]]},
    ],
    ids=range(5),
)
def test_of_a_workbook(sheets: dict[str, list[list[object]]]) -> None:
    made = workbook([], lambda book: book.remove(book["Sheet"]), **sheets)
    table = read_fitting(made, "t.xlsx", SIGNATURE)
    assert table.sniffed["sheet"] == "Data"
    assert len(table) == 3
    assert set(sheets) == set(table.sheets)


def test_the_sheet_that_a_person_chose_counts() -> None:
    made = workbook(ROWS, Codes=CODES)
    table = read_fitting(made, "t.xlsx", SIGNATURE, choices=Choices(sheet="Codes"))
    assert table.columns == ("code", "word")


def test_a_sheet_without_rows_is_no_dead_end() -> None:
    made = workbook(ROWS, Names=[["a", "b"]])
    with pytest.raises(UnreadableFile) as caught:
        read_fitting(made, "t.xlsx", SIGNATURE, choices=Choices(sheet="Names"))
    assert caught.value.sheets == ("Sheet", "Names")


def test_where_no_sheet_can_be_read_it_is_said() -> None:
    with pytest.raises(UnreadableFile, match="no rows"):
        read_fitting(workbook([["a"]], More=[["b"]]), "t.xlsx", SIGNATURE)


def test_of_a_document() -> None:
    data = json.dumps({"stations": [{"name": "x"}], "birds": BIRDS, "count": 3}).encode()
    table = read_fitting(data, "t.json", SIGNATURE)
    assert table.sniffed["rows"] == "birds"
    assert len(table) == 3
