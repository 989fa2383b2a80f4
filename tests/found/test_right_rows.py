"""Files as people have them, each with three penguins in it: exactly those come out, and nothing is unknown."""

from __future__ import annotations

import pytest

from mds_client.signature import Field, File, ModelRef, Signature
from tables.converting import converted
from tables.errors import UnreadableFile
from tables.fitting import read_fitting
from tables.mapping import sentence_on_unfed, suggest
from tables.reading import read
from tests.found.penguins import DATA, SIGNATURE, are_the_birds, rows_of

# How many of the three birds the file has.
FILES = {
    "apostrophe.csv": 3,
    "comments.json": 2,
    "concatenated.json": 3,
    "datastore.json": 3,
    "decimals.parquet": 3,
    "digits.csv": 3,
    "equals.csv": 3,
    "extended.jsonl": 3,
    "fields.json": 3,
    "fixed_width.txt": 3,
    "geojson.geojson": 3,
    "geojson.json": 3,
    "hits.json": 3,
    "jsonapi.json": 3,
    "nested.jsonl": 3,
    "odata.json": 3,
    "portal_rows.json": 3,
    "predictions_back.csv": 1,
    "python_repr.json": 3,
    "struct.parquet": 3,
    "subtotals.xlsx": 3,
    "transposed.csv": 3,
    "v2_request.json": 3,
    "line_quoted.csv": 3,
    "marks.csv": 3,
    "merged_header.xlsx": 3,
    "psql.txt": 3,
    "sqlcmd.csv": 3,
    "two_row_header.csv": 3,
    "two_row_header_flipper_first.csv": 3,
    "units_row.csv": 3,
    "units_row_other.csv": 3,
    "passing/bottom_notes.csv": 3,
    "passing/date_for_year.csv": 3,
    "passing/date_for_year.xlsx": 3,
    "passing/dot_thousands.csv": 2,
    "passing/hidden_first.xlsx": 3,
    "passing/instances.json": 3,
    "passing/kg.csv": 3,
    "passing/markdown.txt": 3,
    "passing/mixed_ends.csv": 3,
    "passing/mlflow_records.json": 3,
    "passing/multicolumns.parquet": 3,
    "passing/multiindex.parquet": 3,
    "passing/newline_header.csv": 3,
    "passing/numbers_as_text.xlsx": 3,
    "passing/old.xls": 3,
    "passing/paged.json": 3,
    "passing/split_columns_multi.json": 3,
    "passing/strict.xlsx": 3,
    "passing/table.csv.gz": 3,
    "passing/table_orient.json": 3,
    "passing/text.xls": 3,
    "passing/total_word.csv": 3,
    "passing/totals_footnote.csv": 3,
    "passing/two_rows_same_header_case.csv": 2,
    "passing/unit_in_cells.csv": 2,
    "passing/unnamed.csv": 3,
    "passing/view.arrow": 3,
    "passing/year_two_columns.csv": 2,
}


@pytest.mark.parametrize("name", FILES)
def test_the_birds_come_out(name: str) -> None:
    found = rows_of(DATA / name)
    assert are_the_birds(found, count=FILES[name]), found
    assert not found.problems


# Cells that are no values are named, and the rows beside them are read.
REFUSED = {
    "passing/category_islands.csv": (2, "Island must be one of Biscoe, Dream, Torgersen, not “Torgersen Island”."),
    "passing/indian.csv": (1, "Body mass must be a number, not “1,23,500”."),
    "passing/limits.csv": (0, "Bill length must be a number, not “<40”."),
    "passing/mixed_decimal.csv": (2, "Bill length must be a number, not “39.1”. The other numbers have a decimal comma."),
    "passing/range.csv": (1, "Bill length must be a number, not “38-40”."),
    "passing/sentinel.csv": (1, "Bill length must be at least 0."),
    "passing/two_tables.csv": (3, "Bill length must be a number, not “station”."),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_cell_that_is_no_value_is_named(name: str) -> None:
    found = rows_of(DATA / name)
    count, words = REFUSED[name]
    assert len(found.records()) == count
    assert words in [problem.sentence for problem in found.problems]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("german_headings.csv", "4 of 7 fields have no column and go as unknown: Bill length, Bill depth, Flipper length, Body mass."),
        ("passing/lists.parquet", "Nothing can be sent"),
        ("typed.csv", "Nothing can be sent"),
    ],
)  # fmt: skip
def test_fields_without_a_column_are_named(name: str, words: str) -> None:
    table = read_fitting(DATA / name, name, SIGNATURE)
    assert words in sentence_on_unfed(suggest(table, SIGNATURE), SIGNATURE, ())


@pytest.mark.parametrize(
    ("name", "doubted"),
    [("dot_thousands_only_integers.csv", 1), ("passing/no_units_row.csv", 4)],
)
def test_numbers_in_another_unit_or_with_another_mark_are_asked_about(
    name: str, doubted: int
) -> None:
    mapping = suggest(read(DATA / name), SIGNATURE)
    doubts = [match.doubts for match in mapping.matches if match.is_unsure]
    assert len(doubts) == doubted
    assert all("another unit?" in doubt[0] for doubt in doubts)


@pytest.mark.parametrize(
    ("name", "column", "cells"),
    [
        ("id_like.csv", "account", ["00123", "0000000000000000123456"]),
        ("text.csv", "text", ["Sch&ouml;ner Tag &amp; gutes Essen", "SchÃ¶ner Tag", "so good 👍🏽👍🏽"]),
        ("passing/cr_escape.xlsx", "text", ["The food was great\r\nand the service too", "Bad"]),
        ("passing/phonetic.xlsx", "text", ["PHON"]),
        ("passing/types.parquet", "flipper_length_mm", [181, None, 230]),
        ("twenty_rows.csv", "a", [str(n) for n in range(20)]),
        ("sixty_rows.csv", "a", [f"{n}.123456" for n in range(60)]),
    ],
)  # fmt: skip
def test_cells_come_as_they_are_written(name: str, column: str, cells: list[object]) -> None:
    assert list(read(DATA / name).frame[column]) == cells


@pytest.mark.parametrize("name", ["image_struct.parquet", "image_bytes.parquet"])
def test_pictures_in_parquet_are_pictures(name: str) -> None:
    field = Field(name="image", kind="image", media_types=("image/png",))
    signature = Signature(model=ModelRef(server="s", name="digits"), inputs=(field,))
    table = read(DATA / name)
    found = converted(table, suggest(table, signature), signature)
    assert not found.problems
    pictures = [row["image"] for row in found.records()]
    assert len(pictures) == 2
    assert all(isinstance(one, File) and one.media_type == "image/png" for one in pictures)


def test_numbers_with_flags_are_numbers_and_a_colon_is_unknown() -> None:
    found = rows_of(DATA / "flags.tsv")
    assert not found.problems
    lengths = [row["bill_length_mm"] for row in found.records()]
    assert lengths == [39.1, 46.5, None]
    assert any("“39.1 b” was read as 39.1" in remark for remark in found.remarks)


def test_amounts_in_brackets_are_below_zero() -> None:
    found = rows_of(DATA / "accounting.csv")
    assert [p.sentence for p in found.problems] == [
        "Body mass must be at least 0. The cell says (3,750).",
        "Body mass must be at least 0. The cell says 3,500-.",
    ]


def test_percent_and_money() -> None:
    fields = tuple(
        Field(name=name, kind="number", format=how)
        for name, how in (("share", "fraction"), ("rate", "percent"), ("amount", "currency"))
    )
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=fields)
    table = read(DATA / "percent_money.csv")
    found = converted(table, suggest(table, signature), signature)
    assert found.records() == [
        {"share": 0.12, "rate": 12.0, "amount": 1234.5},
        {"share": 0.07, "rate": 5.5, "amount": -1200.0},
        {"share": 1.0, "rate": 0.5, "amount": 12.0},
    ]
    assert any("$, CHF were read without conversion" in remark for remark in found.remarks)


def test_the_sheet_is_read_whose_columns_fit() -> None:
    table = read_fitting(DATA / "cover_sheet.xlsx", "", SIGNATURE)
    assert are_the_birds(converted(table, suggest(table, SIGNATURE), SIGNATURE))
    assert table.remarks[0] == "The sheet Data was read, not Read me."
    assert table.sheets == ("Read me", "Data")


@pytest.mark.parametrize(
    ("name", "words", "advice"),
    [
        ("sheet.numbers", "an Apple Numbers file", "Export To"),
        ("letter.odt", "a text document", "Copy the table"),
        ("arff.arff", "an ARFF file", "as CSV or Excel"),
        ("passing/2003.xls", "an XML document", "as CSV or Excel"),
    ],
)
def test_documents_without_a_table_are_named(name: str, words: str, advice: str) -> None:
    with pytest.raises(UnreadableFile, match=words) as caught:
        read(DATA / name)
    assert advice in caught.value.advice


def test_a_value_of_merged_cells_stands_for_each_of_their_rows() -> None:
    found = rows_of(DATA / "merged_category.xlsx")
    assert [row["island"] for row in found.records()] == ["Dream", "Dream", "Biscoe"]
    assert not found.problems
    assert "merged cells" in read(DATA / "merged_category.xlsx").remarks[0]
