"""Numbers with something around them; what may be another number is none."""

from __future__ import annotations

import pytest

from mds_client.signature import Field, ModelRef, Signature
from tables.converting import Converted, converted
from tables.mapping import suggest
from tables.reading import read
from tables.written_numbers import written
from tests.found.penguins import csv_of


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("(1,200.00)", ".", -1200.0),
        ("(1.200,00)", ",", -1200.0),
        ("($1,200.00)", ".", -1200.0),
        ("$(1,200.00)", ".", -1200.0),
        ("-$5", ".", -5.0),
        ("$-5", ".", -5.0),
        ("3,500-", ".", -3500.0),
        ("3.500,25 -", ",", -3500.25),
        ("−5", ".", -5.0),
        ("–5", ".", -5.0),
        ("€ 3.50-", ".", -3.5),
        ("CHF 12.00", ".", 12.0),
        ("12 USD", ".", 12.0),
        ("EUR 1,000", ".", 1000.0),
        ("1 234,50 €", ",", 1234.5),
        ("R$ 1.234,56", ",", 1234.56),
        ("1'234.50 CHF", ".", 1234.5),
        ("US$ 5", ".", 5.0),
        ("100 zł", ",", 100.0),
        ("39.1*", ".", 39.1),
        ("39,1**", ",", 39.1),
        ("*39.1", ".", 39.1),
        ("46.5¹", ".", 46.5),
        ("50.2 [a]", ".", 50.2),
        ("50.2[12]", ".", 50.2),
        ("50.2 (p)", ".", 50.2),
        ("39.1 †", ".", 39.1),
        ("39.1 b", ".", 39.1),
        ("1,234 ep", ".", 1234.0),
        ("３９．１", ".", 39.1),
        ("٤٦٫٥", ".", 46.5),
        ('="39.1"', ".", 39.1),
        ("'39.1", ".", 39.1),
    ],
)
def test_is_read(text: str, decimal: str, value: float) -> None:
    found = written(text, decimal)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "text",
    ["38-40", "46.5±0.4", "39.1 (1.2)", "39 (4)", "<40", "~46.5", "ca. 40", "10³", "2²", "65+", "100k", "1.5×10³",
     "(-5)", "5 x", "39.1 46.5", "12/5", "A-1", "39.1b", "(p)", "", "()", "$", "-", "=SUM(A1)", "1,23,500"],
)  # fmt: skip
def test_is_not_guessed(text: str) -> None:
    found = written(text, ".")
    assert found is None or found.unit


def rows(*cells: str, **more: object) -> Converted:
    field = Field(name="x", kind="number", required=False, **more)  # type: ignore[arg-type]
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=(field,))
    table = read(csv_of("x|y", *(f"{cell}|1" for cell in cells)), "t.csv")
    return converted(table, suggest(table, signature), signature)


def values(found: Converted) -> list[object]:
    return [row["x"] for row in found.records()]


def test_flags_are_left_out_with_a_remark() -> None:
    found = rows("39.1 b", "46.5", "50.2 p", ":", ": c", "..")
    assert values(found) == [39.1, 46.5, 50.2, None, None, None]
    assert "“39.1 b” was read as 39.1" in found.remarks[0]


def test_the_same_letter_behind_every_number_may_be_a_unit() -> None:
    found = rows("39.1 d", "46.5 d", "50.2 d")
    assert len(found.problems) == 3


@pytest.mark.parametrize(
    ("unit", "expected"), [("%", [12.0, 5.5, 0.5]), ("fraction", [0.12, 0.055, 0.005])]
)
def test_percent_in_cells_goes_into_the_unit_of_the_field(unit: str, expected: list[float]) -> None:
    assert values(rows("12%", "5.5 %", "0.5%", unit=unit)) == pytest.approx(expected)
    assert values(rows("12 %", "5,5 %", "0,5 %", unit=unit)) == pytest.approx(expected)
    how = "percent" if unit == "%" else "fraction"
    assert values(rows("12%", "5.5 %", "0.5%", format=how)) == pytest.approx(expected)


def test_percent_without_a_unit_of_the_field_is_asked() -> None:
    found = rows("12%", "5.5 %")
    assert "in percent or as a fraction" in found.problems[0].sentence


def test_a_number_without_percent_among_shares_is_asked() -> None:
    found = rows("12%", "0.5", "12", format="fraction")
    assert values(found) == [0.12, 0.5]
    assert [p.sentence for p in found.problems] == [
        "“12” has no % and other cells of the column have one: is 12 % meant?"
    ]
    assert any("others do not" in remark for remark in found.remarks)


def test_marks_do_not_keep_the_unit_of_the_column_from_counting() -> None:
    field = Field(name="x_mm", kind="number")
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=(field,))
    table = read(csv_of("x (cm);y", "3,91*;1", "4,65;1"), "t.csv")
    found = converted(table, suggest(table, signature), signature)
    assert [row["x_mm"] for row in found.records()] == pytest.approx([39.1, 46.5])


def test_the_decimal_mark_is_seen_in_amounts_too() -> None:
    assert values(rows("1.234,50 €", "(200,00)", "12,5")) == [1234.5, -200.0, 12.5]


@pytest.mark.parametrize(
    "lines",
    [
        ('="a",="b"', '="1,5",="x;y"'),
        ("'a,'b", "'1.5,'x"),
        ('"a,b"', '"1.5,x"'),
        ('"a;b"', '"1,5;x"'),
        ('"a\tb"', '"1.5\tx ""y"""'),
    ],
)
def test_what_makes_cells_text_is_taken_away(lines: tuple[str, ...]) -> None:
    table = read(csv_of(*lines), "t.csv")
    assert table.columns == ("a", "b")
    assert str(table.frame.iloc[0, 0]) in ("1,5", "1.5")
    assert str(table.frame.iloc[0, 1]).startswith("x")
    assert table.remarks or '="' in lines[0]


@pytest.mark.parametrize(
    "lines",
    [
        ("text", '"one, two"', '"three, four"'),
        ("town", "'s-Hertogenbosch", "Den Haag"),
        ("text", "'tis so", "it is", "it was"),
    ],
)
def test_words_in_quotes_or_behind_an_apostrophe_stay(lines: tuple[str, ...]) -> None:
    table = read(csv_of(*lines), "t.csv")
    assert list(table.frame.iloc[:, 0]) == [line.strip('"') for line in lines[1:]]


@pytest.mark.parametrize(
    ("cell", "unit", "value"), [("90 s", "min", 1.5), ("90s", "min", 1.5), ("2 d", "h", 48.0)]
)
def test_a_letter_behind_a_number_is_a_time_where_one_is_wanted(
    cell: str, unit: str, value: float
) -> None:
    model = Signature(
        model=ModelRef(server="s", name="m"), inputs=(Field(name="x", kind="number", unit=unit),)
    )
    table = read(f"x|y\n{cell}|a\n3|b\n".encode(), "t.csv")
    found = converted(table, suggest(table, model), model)
    assert [row["x"] for row in found.records()] == [value, 3.0]
    assert not found.remarks
