"""Headers as people make them: over several rows, with units, lines or descriptions below."""

from __future__ import annotations

import openpyxl
import pytest

from tables.reading import read
from tests.found.penguins import are_the_birds, csv_of, rows_of
from tests.tables.files import workbook

NAMES = "bill_length,bill_depth,flipper_length,body_mass,island,sex,year"
MM = (
    "39.1,18.7,181,3750,Torgersen,male,2007",
    "46.5,17.9,192,3500,Dream,female,2008",
    "50.2,16.3,230,5700,Biscoe,male,2009",
)
CM = (
    "3.91,1.87,18.1,3.75,Torgersen,male,2007",
    "4.65,1.79,19.2,3.5,Dream,female,2008",
    "5.02,1.63,23.0,5.7,Biscoe,male,2009",
)
COLUMNS = tuple(read(csv_of(NAMES, *MM), "t.csv").columns)


@pytest.mark.parametrize(
    "lines",
    [
        (NAMES, "mm,mm,mm,g,,,", *MM),
        (NAMES, "[mm],[mm],[mm],[g],-,-,-", *MM),
        (NAMES, "(cm),(cm),(cm),(kg),,,", *CM),
        (NAMES, "cm,cm,cm,kg,none,none,1", *CM),
        (NAMES, "in cm,in cm,in cm,in kg,,,", *CM),
        ("# field station", "", NAMES, "cm,cm,cm,kg,,,", *CM),
        (NAMES, "cm,cm,cm,kg,,,", "---,---,---,---,---,---,---", *CM),
    ],
    ids=range(7),
)
def test_a_row_of_units_gives_the_units_of_the_columns(lines: tuple[str, ...]) -> None:
    found = rows_of(csv_of(*lines))
    assert are_the_birds(found), found
    assert not found.problems


def test_a_row_of_units_is_said_and_stands_behind_the_names() -> None:
    table = read(csv_of(NAMES, "cm,cm,cm,kg,,,", *CM), "t.csv")
    assert table.columns[:4] == ("bill_length (cm)", "bill_depth (cm)", "flipper_length (cm)", "body_mass (kg)")  # fmt: skip
    assert "Row 2 was taken as the units" in table.remarks[0]
    assert table.row_numbers == (3, 4, 5)


def test_the_row_of_units_counts_more_than_the_name() -> None:
    found = rows_of(
        csv_of(
            "bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,island,sex,year",
            "cm,cm,cm,kg,,,",
            *CM,
        )
    )
    assert are_the_birds(found)


@pytest.mark.parametrize(
    "lines",
    [
        # Groups over their first columns, the rest empty.
        ("Bill,,Flipper,Body,,,", "length (mm),depth (mm),length (mm),mass (g),island,sex,year", *MM),
        # Every column names its group, as pandas writes them.
        ("bill,bill,flipper,body,place,animal,time", "length_mm,depth_mm,length_mm,mass_g,island,sex,year", *MM),
        # Names that are unique without the groups.
        ("Bill,,Flipper,Body,,,", "length mm,depth mm,width mm,mass g,island,sex,year".replace("width", "flipper length"), *MM),
        # A title above both.
        ("Penguins of three islands", "", "Bill,,Flipper,Body,,,", "length (mm),depth (mm),length (mm),mass (g),island,sex,year", *MM),
        # Units below both.
        ("Bill,,Flipper,Body,Island,Sex,Year", "length,depth,length,mass,,,", "cm,cm,cm,kg,,,", *CM),
        ("Bill,Bill,Flipper,Body,Island,Sex,Year", "length,depth,length,mass,,,", "(cm),(cm),(cm),(kg),,,", *CM),
        ("Penguins", "", "Bill,,Flipper,Body,Island,Sex,Year", "length,depth,length,mass,,,", "mm,mm,mm,g,,,", *MM),
        # Names that need no second row stand in the upper one.
        ("Bill,,Flipper,Body,Island,Sex,Year", "length (mm),depth (mm),length (mm),mass (g),,,", *MM),
        # Groups, names and units.
        ("Bill,,Flipper,Body,,,", "length,depth,length,mass,island,sex,year", "cm,cm,cm,kg,,,", *CM),
        # pandas' words for no name.
        ("Bill,Bill,Flipper,Body,Unnamed: 4_level_0,Unnamed: 5_level_0,Unnamed: 6_level_0",
         "length (mm),depth (mm),length (mm),mass (g),island,sex,year", *MM),
        # Three rows.
        ("Measured,,,,Noted,,", "Bill,,Flipper,Body,,,", "length (mm),depth (mm),length (mm),mass (g),island,sex,year", *MM),
    ],
    ids=range(11),
)  # fmt: skip
def test_names_over_several_rows_are_joined(lines: tuple[str, ...]) -> None:
    found = rows_of(csv_of(*lines))
    assert are_the_birds(found), (read(csv_of(*lines), "t.csv").columns, found)


def test_in_another_order_the_group_still_tells_the_columns_apart() -> None:
    table = read(
        csv_of(
            "Flipper,Bill,,Body,,,",
            "length (mm),length (mm),depth (mm),mass (g),island,sex,year",
            "181,39.1,18.7,3750,Torgersen,male,2007",
        ),
        "t.csv",
    )
    assert table.columns[:4] == ("Flipper length (mm)", "Bill length (mm)", "Bill depth (mm)", "Body mass (g)")  # fmt: skip
    assert table.sniffed["header"] == "rows 1 to 2"
    assert table.short_names["Body island"] == ("island",)
    assert "joined" in table.remarks[0]
    assert table.row_numbers == (3,)


def test_merged_cells_of_a_workbook_name_just_their_columns() -> None:
    def merge(book: openpyxl.Workbook) -> None:
        sheet = book["Sheet"]
        sheet.merge_cells("A1:G1")
        sheet.merge_cells("A2:B2")
        for column in "EFG":
            sheet.merge_cells(f"{column}2:{column}3")

    made = workbook(
        [
            ["Penguins of 2007"],
            ["Bill", None, "Flipper", "Body", "island", "sex", "year"],
            ["length (mm)", "depth (mm)", "length (mm)", "mass (g)", None, None, None],
            [39.1, 18.7, 181, 3750, "Torgersen", "male", 2007],
            [46.5, 17.9, 192, 3500, "Dream", "female", 2008],
        ],
        merge,
    )
    table = read(made, "t.xlsx")
    assert table.columns == ("Bill length (mm)", "Bill depth (mm)", "Flipper length (mm)", "Body mass (g)", "island", "sex", "year")  # fmt: skip
    assert are_the_birds(rows_of(made, "t.xlsx"), count=2)


@pytest.mark.parametrize(
    "lines",
    [
        ("Penguins,2007", "", NAMES, *MM),
        ("Station: Palmer,,,,,,", NAMES, *MM),
        ("Station,Palmer,,,,,", NAMES, *MM),
        ("exported,2024-01-31,,,,,", NAMES, *MM),
    ],
    ids=range(4),
)
def test_a_title_is_no_group(lines: tuple[str, ...]) -> None:
    assert read(csv_of(*lines), "t.csv").columns == COLUMNS


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("---,---,---,---,---,---,---", "line below the header"),
        ("=====,=====,====,====,====,====,====", "line below the header"),
        ("numeric,numeric,numeric,numeric,factor,factor,integer", "describes the columns"),
        ("How long is the bill?,How deep?,How long is it?,How heavy?,Where?,Which?,When?", "describes"),
    ],
)  # fmt: skip
def test_a_line_or_a_description_below_the_header_is_no_row(second: str, words: str) -> None:
    table = read(csv_of(NAMES, second, *MM), "t.csv")
    assert table.columns == COLUMNS
    assert table.row_numbers == (3, 4, 5)
    assert words in table.remarks[0]


@pytest.mark.parametrize(
    "second",
    [
        "n/a,n/a,n/a,n/a,Dream,male,2007",
        "broken,18.7,181,3750,Torgersen,male,2007",
        "lost,lost,181,lost,Torgersen,male,2007",
        "lost,lost,lost,lost,Dream,male,lost",
    ],
)
def test_a_row_of_data_with_words_is_kept(second: str) -> None:
    assert read(csv_of(NAMES, second, *MM), "t.csv").row_numbers == (2, 3, 4, 5)


def test_a_table_of_words_has_one_row_of_names() -> None:
    table = read(csv_of("a,b", "mm,g", "m,kg", "km,t"), "t.csv")
    assert table.columns == ("a", "b")
    assert len(table) == 3


def test_the_row_that_a_person_chose_is_the_header() -> None:
    from tables.table import Choices

    lines = ("Bill,,Flipper,Body,,,", "length,depth,length,mass,island,sex,year", *MM)
    table = read(csv_of(*lines), "t.csv", choices=Choices(header_row=2))
    assert table.columns[2] == "length (2)"
