"""Of several sheets, or lists in a document, the one is read that fits the model; another can be chosen."""

from __future__ import annotations

import json

import pytest

from tables.converting import converted
from tables.errors import UnreadableFile
from tables.fitting import read_fitting
from tables.mapping import suggest
from tables.table import Choices
from tests.found.penguins import BIRDS, SIGNATURE, are_the_birds
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


OTHERS: list[dict[str, object]] = [{"name": name, "city": "x"} for name in "ABCD"]
COLUMNS = {name: [bird[name] for bird in BIRDS] for name in BIRDS[0]}


@pytest.mark.parametrize(
    "document",
    [
        {"customers": OTHERS, "penguins": BIRDS},
        {"penguins": BIRDS, "customers": OTHERS},
        {"columns": OTHERS[:1], "sites": OTHERS, "birds": BIRDS},
        {"data": OTHERS, "penguins": BIRDS},
        {"data": {"sites": OTHERS, "birds": BIRDS}},
        {"a": {"b": {"c": {"birds": BIRDS}}}, "list": OTHERS},
        {"id": "x", "birds": BIRDS, "log": [{"t": 1}] * 9},
        {"birds": BIRDS, "labels": [{"species": "A"}] * 3},
        {"meta": OTHERS, "table": COLUMNS},
        {"sites": {"name": ["a", "b"], "city": ["x", "y"]}, "birds": COLUMNS},
        {"train": OTHERS, "test": BIRDS, "valid": []},
        [{"site": "x", "birds": BIRDS[:2]}, {"site": "y", "birds": BIRDS[2:]}],
    ],
    ids=range(12),
)
def test_of_several_lists_in_a_document(document: object) -> None:
    table = read_fitting(json.dumps(document).encode(), "t.json", SIGNATURE)
    assert are_the_birds(converted(table, suggest(table, SIGNATURE), SIGNATURE))
    assert len(table.sheets) > 1
    assert "were read, not those at" in table.remarks[0]


def test_groups_are_read_as_they_are_where_they_fit() -> None:
    groups = [bird | {"visits": [{"day": 1}, {"day": 2}]} for bird in BIRDS]
    table = read_fitting(json.dumps(groups).encode(), "t.json", SIGNATURE)
    assert are_the_birds(converted(table, suggest(table, SIGNATURE), SIGNATURE))
    wanted = Choices(sheet="visits")
    assert len(read_fitting(json.dumps(groups).encode(), "t.json", SIGNATURE, choices=wanted)) == 6
