"""A heading that says another unit or another scale than the field is asked about, and never passed over."""

from __future__ import annotations

import pytest

from mds_client.signature import Field
from tables import units
from tables.heading_units import read
from tables.mapping import corrected, suggest
from tests.tables.test_mapping import first, number, signature, table

SURE = 0.9  # from here on page and command line say nothing


@pytest.mark.parametrize(
    ("header", "field", "said"),
    [
        ("age (months)", number("age", unit="years"), "says months, the field years"),
        ("age in months", number("age", unit="years"), "says months, the field years"),
        ("age_months", number("age", unit="years"), "says months, the field years"),
        ("Alter (Monate)", number("age", unit="Jahre"), "says Monate, the field Jahre"),
        ("glucose (mg/dL)", number("glucose", unit="mmol/L"), "says mg/dL, the field mmol/L"),
        ("glucose mg/dl", number("glucose", unit="mmol/L"), "says mg/dl, the field mmol/L"),
        ("tank (gal)", number("tank", unit="l"), "says gal, the field l"),
        ("w (mJ)", number("w", unit="kWh"), "says mJ, the field kWh"),
        ("x (furlongs)", number("x", unit="km"), "says furlongs, the field km"),
        ("dose (IU)", number("dose", unit="µg"), "says IU, the field µg"),
        ("weight (mm)", number("weight", unit="kg"), "says mm, the field kg"),
        ("income (in thousands)", number("income"), "says thousands"),
        ("income (k$)", number("income", unit="$"), "says k$"),
        ("revenue (Mio. €)", number("revenue"), "says Mio. €"),
        ("income (×1000)", number("income"), "says ×1000"),
        ("income_thousands", number("income"), "says thousands"),
        ("income in TEUR", number("income"), "says TEUR"),
        ("share (%)", number("share"), "in percent or as a fraction"),
        ("p (%)", number("p", typical=(0.0, 0.8)), "in percent or as a fraction"),
    ],
)
def test_another_unit_is_in_doubt(header: str, field: Field, said: str) -> None:
    match = first(header, field)[field.name]
    assert said in match.reason
    assert 0.5 <= match.confidence < SURE
    assert not match.unit


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("age (years)", number("age", unit="years")),
        ("Age (yrs)", number("age", unit="year")),
        ("age [a, mean]", number("age", unit="a")),
        ("glucose (MMOL / l)", number("glucose", unit="mmol/L")),
        ("rate (beats per min)", number("rate", unit="beats/min")),
        ("area (m^2)", number("area", unit="m²")),
        ("height (mean)", number("height", unit="cm")),
        ("height (2)", number("height", unit="cm")),
        ("height (at admission)", number("height", unit="cm")),
        ("bill_length (mm)", number("bill_length_mm")),
        ("humidity (%)", number("humidity", typical=(20.0, 90.0))),
        ("weight (kg)", number("weight")),
        ("income (k$)", number("income", unit="k$")),
        ("Income in thousands", number("income_thousands")),
        ("thousands", number("thousands")),
        ("temp_min", number("temp_min", unit="°C")),
        ("birth_year", number("birth_year")),
        ("Birth Year", number("birth_year", unit="")),
        ("logged_in", number("logged_in", unit="h")),
        ("mean in situ", number("mean in situ", unit="mm")),
    ],
)
def test_what_says_the_same_unit_or_none_is_not_doubted(header: str, field: Field) -> None:
    assert read(header, field).doubt == ""


@pytest.mark.parametrize(
    ("header", "field", "converted"),
    [
        ("speed (mph)", number("speed", unit="km/h"), ("mph", "km/h", 100, 160.9344)),
        ("speed_mph", number("speed", unit="km/h"), ("mph", "km/h", 100, 160.9344)),
        ("distance (mi)", number("distance", unit="km"), ("mi", "km", 10, 16.09344)),
        ("time (s)", number("time", unit="h"), ("s", "h", 5400, 1.5)),
        ("time_s", number("time", unit="h"), ("s", "h", 5400, 1.5)),
        ("stay (weeks)", number("stay", unit="days"), ("week", "d", 2, 14)),
        ("w (MJ)", number("w", unit="kWh"), ("MJ", "kWh", 36, 10)),
        ("v (ml)", number("v", unit="l"), ("ml", "l", 250, 0.25)),
        ("p (kPa)", number("p", unit="mmHg"), ("kPa", "mmHg", 101.325, 760.0)),
        ("mass in lb", number("mass", unit="kg"), ("lb", "kg", 10, 4.5359237)),
    ],
)
def test_units_of_one_kind_are_converted(
    header: str, field: Field, converted: tuple[str, str, float, float]
) -> None:
    match = first(header, field)[field.name]
    source, target, given, expected = converted
    assert (match.unit, match.to_unit) == (source, target)
    one, other = units.unit(source), units.unit(target)
    assert one is not None
    assert other is not None
    factor, offset = units.factors(one, other)
    assert given * factor + offset == pytest.approx(expected, rel=1e-5)


def test_names_that_end_in_a_word_for_time_are_not_cut() -> None:
    model = signature(number("birth_month"), number("birth_year"))
    assert suggest(table("birth_year;zz\n1950;1\n1960;2\n"), model).to_remember == {
        "birth_year": "birth_year"
    }


def test_what_a_person_chose_is_still_asked_about() -> None:
    given = table("foo (months);bar\n240;2\n250;3\n")
    model = signature(number("age", unit="years"))
    found = corrected(suggest(given, model), "age", "foo (months)", given, model)
    assert "the heading says months, the field years." in found["age"].reason
    assert found["age"].confidence < SURE


def test_the_doubt_stays_where_the_values_are_unusual_too() -> None:
    found = first("age (months)", number("age", unit="years", typical=(18.0, 90.0)), ("300", "400"))
    assert "another unit?" in found["age"].reason
    assert "the heading says months" in found["age"].reason


@pytest.mark.parametrize(
    ("header", "cells", "doubted"),
    [
        ("share", ("0.12", "0.5"), True),
        ("share", ("0.12", "12"), False),
        ("share", ("0", "1"), False),
        ("share", ("0.5 %", "0.7 %"), False),
        ("share (fraction)", ("0.12", "0.5"), False),
    ],
)
def test_fractions_for_a_field_in_percent_are_asked_about(
    header: str, cells: tuple[str, ...], doubted: bool
) -> None:
    found = first(header, number("share", format="percent", minimum=0, maximum=100), cells)["share"]
    assert ("fractions?" in found.reason) is doubted
    assert (found.confidence < SURE) is doubted
