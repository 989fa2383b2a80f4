"""Cells become values; what cannot is named with its row, its column and its field."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mds_client.signature import Field, File, Kind, ModelRef, Signature
from mds_client.signature.rows import checked_rows
from tables.converting import Converted, converted
from tables.mapping import suggest
from tables.reading import read
from tables.table import Choices, Table
from tests.tables.corpus import parquet, picture
from tests.tables.files import archive, workbook


def field(name: str, kind: Kind, **more: object) -> Field:
    return Field(name=name, kind=kind, **more)  # type: ignore[arg-type]


def run(table: Table, *fields: Field) -> Converted:
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=fields)
    return converted(table, suggest(table, signature), signature)


def column(one: Field, *cells: str, header: str = "x", decimal: str = "") -> Converted:
    """One column of text, beside another that is not used."""
    lines = [f"{header}|other", *(f"{cell}|q" for cell in cells)]
    data = ("\n".join(lines) + "\n").encode()
    return run(read(data, "t.csv", choices=Choices(header_row=1, decimal=decimal)), one)


def values(found: Converted) -> list[object]:
    return [row["x"] for row in found.records()]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("1.234,5", "2,25"), [1234.5, 2.25]),
        (("1,234.5", "2.25"), [1234.5, 2.25]),
        (("1 234,5", "-2,25"), [1234.5, -2.25]),
        (("1'234.5", "+2.25"), [1234.5, 2.25]),
        (("1e3", "−2.5"), [1000.0, -2.5]),
        ((".5", "2."), [0.5, 2.0]),
        (("€ 3.50", "4.50 €"), [3.5, 4.5]),
        (("1.234.567", "1"), [1234567.0, 1.0]),
    ],
)
def test_numbers(cells: tuple[str, ...], expected: list[float]) -> None:
    assert values(column(field("x", "number"), *cells)) == expected


@pytest.mark.parametrize(
    "cell", ["abc", "1,2,3", "12 34", "inf", "0x10", "1_000", "--5", "12 kg", "5 %"]
)
def test_no_numbers(cell: str) -> None:
    (problem,) = column(field("x", "number"), "1.5", cell, "2.5").problems
    assert (problem.row, problem.column, problem.field) == (3, "x", "x")
    assert cell in problem.sentence


def test_the_other_decimal_mark_is_said() -> None:
    (problem,) = column(field("x", "number"), "1,5", "2,5", "3,5", "4.5").problems
    assert "decimal comma" in problem.sentence


def test_an_ambiguous_number_is_said() -> None:
    found = column(field("x", "number"), "1.234", "2.345")
    assert values(found) == [1.234, 2.345]
    assert "“1.234” was read as 1.234." in found.remarks[0]
    assert values(column(field("x", "number"), "1.234", decimal=",")) == [1234.0]


@pytest.mark.parametrize(
    ("header", "unit", "cells", "expected"),
    [
        ("x (cm)", "mm", ("1.5", "2"), [15.0, 20.0]),
        ("x_in", "cm", ("1", "2"), [2.54, 5.08]),
        ("x (lb)", "kg", ("10", "20"), [4.5359237, 9.0718474]),
        ("x (°F)", "°C", ("32", "212"), [0.0, 100.0]),
        ("x (%)", "fraction", ("50", "25"), [0.5, 0.25]),
        ("x", "mm", ("1 cm", "2 mm"), [10.0, 2.0]),
        ("x", "fraction", ("50 %", "0.25"), [0.5, 0.25]),
    ],
)
def test_units(header: str, unit: str, cells: tuple[str, ...], expected: list[float]) -> None:
    found = column(field("x", "number", unit=unit), *cells, header=header)
    assert values(found) == pytest.approx(expected)


def test_a_limit_is_checked_after_conversion() -> None:
    one = field("x", "number", unit="mm", maximum=100)
    (problem,) = column(one, "5", "12", header="x (cm)").problems
    assert (problem.row, problem.sentence) == (3, "X must be at most 100. The cell says 12 cm.")


def test_whole_numbers() -> None:
    found = column(field("x", "integer", datatype="INT64"), "1", "2.0", "9007199254740993")
    assert values(found) == [1, 2, 9007199254740993]
    assert column(field("x", "integer"), "1.5").problems[0].sentence.startswith("X must be a whole")
    assert column(field("x", "integer", datatype="INT8"), "1000").problems
    assert values(column(field("x", "integer", unit="mm"), "17.2", header="x (cm)")) == [172]


def test_truths() -> None:
    found = column(field("x", "boolean"), "yes", "NEIN", "ja", "0", "1", "False", "T")
    assert values(found) == [True, False, True, False, True, False, True]
    assert (
        column(field("x", "boolean"), "vielleicht").problems[0].sentence == "X must be yes or no."
    )


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("2026-03-31", "2026-03-31T14:05", "2026-03-31 14:05:06Z"),
         ["2026-03-31", "2026-03-31T14:05:00", "2026-03-31T14:05:06+00:00"]),
        (("31.12.2025", "1.2.26 7:05"), ["2025-12-31", "2026-02-01T07:05:00"]),
        (("03/04/2026", "13/04/2026"), ["2026-04-03", "2026-04-13"]),
        (("03/04/2026", "04/13/2026"), ["2026-03-04", "2026-04-13"]),
        (("03/04/2026 2:30 PM",), ["2026-03-04T14:30:00"]),
        (("Mar 3, 2026", "3. März 2026", "3 Oct 2026"), ["2026-03-03", "2026-03-03", "2026-10-03"]),
        (("2026/3/1",), ["2026-03-01"]),
    ],
)  # fmt: skip
def test_dates(cells: tuple[str, ...], expected: list[str]) -> None:
    found = column(field("x", "datetime"), *cells)
    assert values(found) == expected
    assert not found.remarks


@pytest.mark.parametrize("cell", ["31.02.2026", "2026-13-01", "soon", "99/99/9999", "3 Foo 2026"])
def test_no_dates(cell: str) -> None:
    assert "date" in column(field("x", "datetime"), cell).problems[0].sentence


def test_an_ambiguous_date_is_said() -> None:
    found = column(field("x", "datetime"), "03/04/2026")
    assert values(found) == ["2026-04-03"]
    assert "the day first" in found.remarks[0]


def test_categories() -> None:
    one = field("x", "category", choices=("New York", "Rome"))
    assert values(column(one, "new  york", "ROME")) == ["New York", "Rome"]
    assert "zebra" in column(one, "Rome", "rome", "zebra").problems[0].sentence
    assert values(column(field("x", "category", choices=(1, 2)), "1", "2.0")) == [1, 2]
    assert values(column(field("x", "category", choices=("None", "Some")), "none", "Some")) == [
        "None",
        "Some",
    ]


@pytest.mark.parametrize("word", ["", "NA", "n/a", "NULL", "-", "?", "NaN"])
def test_an_unknown_is_allowed_where_the_field_is_optional(word: str) -> None:
    assert values(column(field("x", "number", required=False), "1.5", word)) == [1.5, None]
    (problem,) = column(field("x", "number"), "1.5", word).problems
    assert problem.sentence == "X is needed, and the cell is empty."


def test_words_of_a_text_are_never_unknown() -> None:
    assert values(column(field("x", "text"), "NA", "None")) == ["NA", "None"]


def test_workbooks() -> None:
    data = workbook([["n", "t", "d", "e"], [1.0, 5.0, 46_000, 1], [2, "x", "1.2.2026", "#REF!"]])
    fields = (
        field("n", "integer"),
        field("t", "text"),
        field("d", "datetime"),
        field("e", "number"),
    )
    found = run(read(data), *fields)
    assert found.records() == [{"n": 1, "t": "5", "d": "2025-12-09", "e": 1.0}]
    assert found.problems[0].row == 3
    assert found.problems[0].sentence == "The spreadsheet says #REF! in place of a value for E."


def test_columns_with_types() -> None:
    frame = pd.DataFrame(
        {"d": [pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-02 03:04")], "b": [True, False],
         "v": [[1.0, 2.0], [3.0, 4.0]], "c": pd.Categorical(["x", "y"]), "n": pd.array([1, None])}
    )  # fmt: skip
    fields = (
        field("d", "datetime"), field("b", "boolean"), field("v", "tensor", shape=(-1, 2)),
        field("c", "category", choices=("X", "Y")), field("n", "integer", required=False),
    )  # fmt: skip
    assert run(read(parquet(frame)), *fields).records() == [
        {"d": "2026-01-01", "b": True, "v": [1.0, 2.0], "c": "X", "n": 1},
        {"d": "2026-01-02T03:04:00", "b": False, "v": [3.0, 4.0], "c": "Y", "n": None},
    ]


def test_tensors_and_json_in_text() -> None:
    tensor = field("x", "tensor", shape=(-1, 2))
    assert values(column(tensor, "[1, 2]", "3 4")) == [[1, 2], [3.0, 4.0]]
    assert "shape" in column(tensor, "[1, 2, 3]").problems[0].sentence
    assert values(column(field("x", "json"), '{"a": 1}', "word")) == [{"a": 1}, "word"]
    assert column(field("x", "json"), "{oops").problems


def test_pictures_named_by_a_table_in_a_zip() -> None:
    data = archive(
        {
            "list.csv": b"picture,label\na.png,cat\nB.PNG,dog\nmissing.png,cat\n",
            "in/a.png": picture(),
            "in/b.png": picture(),
        }
    )
    found = run(read(data), field("picture", "image"))
    assert [type(row["picture"]) for row in found.records()] == [File, File]
    assert [problem.row for problem in found.problems] == [4]


def test_pictures_that_must_not_be_opened_are_left_out() -> None:
    data = archive({"a.png": picture(), "b.png": picture(9000, 9000), "c.png": picture()[:40]})
    found = run(read(data), field("input", "image"))
    assert len(found.rows) == 1
    assert [problem.row for problem in found.problems] == [2, 3]


def test_names_that_point_out_of_a_zip_are_left_out() -> None:
    data = archive(
        {"../a.png": picture(), "/b.png": picture(), "C:\\c.png": picture(), "d.png": picture()}
    )
    table = read(data)
    assert list(table.frame["name"]) == ["d.png"]
    assert "outside of its folder" in table.remarks[0]


def test_a_broken_row_has_one_problem() -> None:
    found = run(
        read(b"a,b\n1,2\nx,y,5\n3,4\n", "t.csv"), field("a", "number"), field("b", "number")
    )
    assert list(found.rows.index) == [2, 4]
    assert [(p.row, p.column, p.field) for p in found.problems] == [(3, "", "")]
    assert found.left_out == 1


def test_a_needed_field_without_a_column_stops_everything() -> None:
    found = run(
        read(b"a,b\n1,2\n", "t.csv"), field("a", "number"), field("q", "number", label="Quota")
    )
    assert found.rows.empty
    assert found.problems[0].sentence == "No column feeds Quota."
    assert list(found.rows.columns) == ["a", "q"]


def test_an_optional_field_without_a_column_is_unknown() -> None:
    found = run(
        read(b"a,b\n1,2\n", "t.csv"), field("a", "number"), field("q", "number", required=False)
    )
    assert found.records() == [{"a": 1.0, "q": None}]


def test_rows_that_can_be_sent_pass_the_signatures_own_check() -> None:
    fields = (
        field("a", "number", maximum=3), field("b", "boolean"),
        field("c", "category", choices=("x",)), field("d", "datetime"),
    )  # fmt: skip
    found = run(
        read(b"a,b,c,d\n1,yes,X,1.1.2026\n5,no,x,2.1.2026\n2,no,x,3.1.2026\n", "t.csv"), *fields
    )
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=fields)
    assert [signature.check(row) for row in found.records()] == [[], []]
    assert len(checked_rows(signature, found.rows)) == 2


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8), st.sampled_from(list(Kind.__args__)))  # type: ignore[attr-defined]
def test_whatever_a_cell_says_it_ends_in_a_value_or_in_a_problem(
    cells: list[str], kind: Kind
) -> None:
    frame = pd.DataFrame({"x": pd.Series(cells, dtype=object)})
    table = Table(
        name="t", frame=frame, row_numbers=tuple(range(2, len(cells) + 2)), letters=("A",)
    )
    one = field("x", kind, required=False, choices=("a", "b") if kind == "category" else ())
    found = run(table, one)
    assert found.problems or len(found.rows) + found.left_out == len(cells)
    assert all(one.check(row["x"]) is None for row in found.records())


@pytest.mark.parametrize(("mark", "decimal"), [(",", "."), (";", ",")])
@pytest.mark.slow
def test_five_thousand_rows_of_thirty_columns_take_seconds_at_most(mark: str, decimal: str) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(5000, 30)), columns=[f"x {i}" for i in range(30)])
    table = read(frame.to_csv(index=False, sep=mark, decimal=decimal).encode(), "t.csv")
    fields = [field(f"x_{i}", "number") for i in range(30)]
    start = time.process_time()
    found = run(table, *fields)
    assert time.process_time() - start < 5  # room for a busy machine
    assert np.allclose(found.rows.to_numpy(), frame.to_numpy())


@pytest.mark.parametrize("name", ["year", "Year of birth", "birth_year"])
def test_a_date_in_a_field_of_years_is_its_year_and_in_another_number_is_said_to_be_a_date(
    name: str,
) -> None:
    one = Field(name=name, kind="integer")
    table = read(f"{name}\n2007-05-04\n1999\n31.12.2008\n".encode(), "a.csv")
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=(one,))
    found = converted(table, suggest(table, signature), signature)
    if name == "Year of birth":
        assert "is a date" in found.problems[0].sentence
        return
    assert found.rows[name].tolist() == [2007, 1999, 2008]
    assert "“2007-05-04” was read as the year 2007." in found.remarks[0]


def test_yes_and_no_of_json_are_no_numbers() -> None:
    table = read(b'[{"age": true}, {"age": 41}]', "t.json")
    field = Field(name="age", kind="number")
    model = Signature(model=ModelRef(server="s", name="m"), inputs=(field,))
    result = converted(table, suggest(table, model), model)
    assert [problem.row for problem in result.problems] == [table.row_numbers[0]]


def test_dates_that_contradict_each_other_are_read_only_where_they_say_their_order() -> None:
    found = column(field("x", "datetime"), "01/13/2024", "13/04/2024", "02/03/2024", "2024-05-06")
    assert values(found) == ["2024-01-13", "2024-04-13", "2024-05-06"]
    (problem,) = found.problems
    assert problem.row == 4
    assert "day or month first?" in problem.sentence


def test_a_date_in_eight_figures() -> None:
    found = column(field("x", "datetime"), "20240131", "20241201")
    assert values(found) == ["2024-01-31", "2024-12-01"]
    assert column(field("x", "datetime"), "20241331", "20240101").problems[0].row == 2


@pytest.mark.parametrize(
    ("format", "cell", "expected"),
    [
        ("date", "2024-01-31T23:30:00-05:00", "2024-01-31"),
        ("date", "31.01.2024 14:05", "2024-01-31"),
        ("date-time", "2024-01-31", "2024-01-31T00:00:00"),
    ],
)
def test_a_moment_is_a_date_as_written_and_a_date_is_its_midnight(
    format: str, cell: str, expected: str
) -> None:
    found = column(field("x", "datetime", format=format), cell)
    assert values(found) == [expected]
    assert f"was read as {expected}" in " ".join(found.remarks)
    assert not column(field("x", "datetime", format=format), expected).remarks
