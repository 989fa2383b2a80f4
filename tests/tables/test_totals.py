"""Totals and notes below a table are no cases; words alone make no total."""

from __future__ import annotations

import pytest

from mds_client.signature import Field, ModelRef, Signature
from tables.converting import converted
from tables.mapping import suggest
from tables.reading import read
from tables.table import Choices
from tests.found.penguins import csv_of
from tests.tables.files import workbook

HEAD = "region,a,b"
SIGNATURE = Signature(
    model=ModelRef(server="s", name="m"),
    inputs=(Field(name="a", kind="number"), Field(name="b", kind="number")),
)


@pytest.mark.parametrize(
    ("lines", "totals"),
    [
        (("North,1,2", "South,3,4", "Total,4,6"), (2,)),
        (("Nord,1,2", "Süd,3,4", "Summe:,4,6"), (2,)),
        (("Nord;1,5;2", "Süd;3;4", "Gesamt;4,5;6"), (2,)),
        (("North,1,2", "South,3,4", "GRAND TOTAL,4,6"), (2,)),
        (("North,1,2", "South,3,4", "Average,2,3"), (2,)),
        (("North,1.1,2", "South,3.2,4", "Mean,2.2,3"), (2,)),  # rounded as it is shown
        (("Total,4,6", "North,1,2", "South,3,4"), (0,)),
        (("A,1,2", "A,3,4", "A Total,4,6", "B,5,6", "B Total,5,6", "Grand Total,9,12"), (2, 4, 5)),
        (("A,1,2", "A,3,4", "Zwischensumme,4,6", "B,5,6", "Zwischensumme,5,6"), (2, 4)),
        (('A,"1,200",2', 'B,"3,400",4', 'Total,"4,600",6'), (2,)),
        (("North,1,2", "South,3,4", "East,5,6", ",9,12"), (3,)),  # no word, but the sums
        (("North,1,2", "South,3,4", "Total,,"), (2,)),
        (("North,1,2", "South,3,4", "Grand total (2),4,6"), (2,)),
        (("North,1,2", "South,3,4", "Total: 2 regions,4,6"), (2,)),
        (("North,1,2", "South,3,4", "TOTAL [n = 2],4,6"), (2,)),
        (("Nord;1,5;2", "Süd;3;4", "Gesamtsumme (2 Regionen);4,5;6"), (2,)),
        (
            (
                "A,1,2",
                "A,3,4",
                "A Total (2),4,6",
                "B,5,6",
                "B Total (1),5,6",
                "Grand Total (3),9,12",
            ),
            (2, 4, 5),
        ),
        (("North,1,2", "South,3,4", "Average – 2,2,3"), (2,)),
    ],
    ids=range(18),
)
def test_a_total_is_named_and_not_sent(lines: tuple[str, ...], totals: tuple[int, ...]) -> None:
    head = HEAD.replace(",", ";") if ";" in lines[0] else HEAD
    table = read(csv_of(head, *lines), "t.csv")
    assert tuple(table.totals) == totals
    first = totals[0] + 2
    assert any(remark.startswith(f"Row {first} ") for remark in table.remarks)
    found = converted(table, suggest(table, SIGNATURE), SIGNATURE)
    assert len(found.rows) == len(lines) - len(totals)
    assert (found.totals, found.left_out, found.problems) == (len(totals), 0, ())


@pytest.mark.parametrize(
    "lines",
    [
        ("Shell,1,2", "Total,30,4", "BP,5,6", "Total,7,8"),  # the company
        ("North,1,2", "South,3,4", "East,4,6"),
        ("all,1,2", "some,3,4"),
        ("North,1,2", "South,3,4", ",5,6"),
        ("North,1,2", "South,1,2"),
        ("Total (3),1,2", "South,3,4", "East,9,9"),
    ],
    ids=range(6),
)
def test_a_row_whose_numbers_are_no_sums_is_sent(lines: tuple[str, ...]) -> None:
    table = read(csv_of(HEAD, *lines), "t.csv")
    assert not table.totals
    assert len(converted(table, suggest(table, SIGNATURE), SIGNATURE).rows) == len(lines)


def test_a_word_without_the_sums_is_said_and_sent() -> None:
    table = read(csv_of(HEAD, "North,1,2", "South,3,4", "Total,40,60"), "t.csv")
    assert "Row 4 says “Total”" in table.remarks[0]
    assert "sent like every other row" in table.remarks[0]


def test_a_person_may_keep_totals() -> None:
    data = csv_of(HEAD, "North,1,2", "South,3,4", "Total,4,6")
    assert not read(data, "t.csv", choices=Choices(keep_totals=True)).totals


def test_totals_of_a_workbook_too() -> None:
    made = workbook([["region", "a", "b"], ["North", 1.25, 2], ["South", 3, 4], ["Total", 4.25, 6]])
    assert tuple(read(made, "t.xlsx").totals) == (2,)


@pytest.mark.parametrize(
    "lines",
    [
        ("", "Source: field station; 2009 preliminary"),
        ("Note: values in mm,,", "1) provisional,,"),
        ("(2 rows affected)",),
        ("", "2 rows in set"),
        ("* provisional",),
        ("Stand: 31.12.2024,,",),
    ],
    ids=range(6),
)
def test_notes_below_the_table_are_no_rows(lines: tuple[str, ...]) -> None:
    table = read(csv_of("region,a,b", "North,1,2", "South,3,4", *lines), "t.csv")
    assert len(table) == 2
    assert "as a note" in " ".join(table.remarks) or "as notes" in " ".join(table.remarks)


def test_a_last_row_of_which_little_is_known_is_a_row() -> None:
    table = read(csv_of("region,a,b", "North,1,2", "South,3,4", "East,,"), "t.csv")
    assert len(table) == 3
    table = read(
        csv_of("text", "a short text", "Source: a text that says where it is from"), "t.csv"
    )
    assert len(table) == 2
