"""Columns find their fields: by name, label, synonym, unit and value; a person has the last word."""

from __future__ import annotations

import pytest

from mds_client.signature import Field, Kind, ModelRef, Signature
from tables import numbers
from tables.column_profile import profile_of
from tables.converting import converted
from tables.mapping import Mapping, corrected, suggest
from tables.reading import read
from tables.table import Table
from tests.tables.corpus import picture
from tests.tables.files import archive

ISLANDS = ("Biscoe", "Dream", "Torgersen")


def signature(*fields: Field) -> Signature:
    return Signature(model=ModelRef(server="s", name="m"), inputs=fields)


def number(name: str, **more: object) -> Field:
    return Field(name=name, kind="number", **more)  # type: ignore[arg-type]


def table(text: str) -> Table:
    return read(text.encode(), "t.csv")


def first(header: str, field: Field, cells: tuple[str, ...] = ("1.5", "2.5")) -> Mapping:
    lines = [f"{header}|zz", *(f"{cell}|9.9" for cell in cells)]
    return suggest(table("\n".join(lines) + "\n"), signature(field))


@pytest.mark.parametrize(
    ("header", "name", "least", "words"),
    [
        ("mean_radius", "mean_radius", 1.0, "same name"),
        ("Mean Radius", "mean_radius", 0.97, "written differently"),
        ("meanRadius", "mean radius", 0.97, "written differently"),
        ("MEAN-RADIUS ", "mean_radius", 0.97, "written differently"),
        ("Größe", "grosse", 0.97, "written differently"),
        ("Laenge", "länge", 0.9, "spelling"),
        ("Gewicht", "weight", 0.8, "Another word"),
        ("geschlecht", "sex", 0.8, "Another word"),
        ("radius mean", "mean_radius", 0.8, "Another word"),
        ("flipper_len", "flipper_length", 0.8, "Another word"),
        ("mean_radus", "mean_radius", 0.7, "Nearly"),
        ("temp_avg", "temperature_average", 0.7, "Another word"),
        ("Gewicht", "body_mass_g", 0.5, "Part of"),
    ],
)
def test_names(header: str, name: str, least: float, words: str) -> None:
    match = first(header, number(name))[name]
    assert match.column == header.strip()
    assert match.confidence >= least
    assert words in match.reason


@pytest.mark.parametrize("header", ["Bill length", "Bill length (mm)"])
def test_what_is_written_as_on_the_form_is_called_the_same(header: str) -> None:
    field = number("bill_length_mm", unit="mm", label="Bill length")
    assert first(header, field)["bill_length_mm"].reason == "The same label."


def test_labels() -> None:
    match = first("Age of the patient", number("x1", label="Age of the patient"))["x1"]
    assert "label" in match.reason


@pytest.mark.parametrize("header", ["x1", "mean_radius_2", "radio", "a"])
def test_names_that_differ_in_a_number_or_in_meaning_are_not_taken(header: str) -> None:
    assert not first(header, number("mean_radius_1")).matches


@pytest.mark.parametrize(
    ("header", "field", "units"),
    [
        ("mean radius (cm)", number("mean radius", unit="mm"), ("cm", "mm")),
        ("mean radius [mm]", number("mean radius", unit="mm"), ("", "")),
        ("bill_length_cm", number("bill_length_mm"), ("cm", "mm")),
        ("height in", number("height", unit="cm"), ("in", "cm")),
        ("weight (lb)", number("weight_kg"), ("lb", "kg")),
        ("temperature (°F)", number("temperature", unit="°C"), ("°F", "°C")),
        ("temp_f", number("temp", unit="°C"), ("°F", "°C")),
        ("share (%)", number("share", minimum=0, maximum=1), ("%", "fraction")),
        ("share", number("share", unit="%"), ("", "")),
        ("weight (mm)", number("weight", unit="kg"), ("", "")),
        ("logged_in", number("logged_in", unit="h"), ("", "")),
    ],
)
def test_units(header: str, field: Field, units: tuple[str, str]) -> None:
    match = first(header, field)[field.name]
    assert (match.unit, match.to_unit) == units


def test_a_unit_of_another_family_makes_doubtful() -> None:
    assert first("weight (mm)", number("weight", unit="kg"))["weight"].confidence < 0.7


@pytest.mark.parametrize(
    ("kind", "cells", "fits"),
    [
        ("number", ("a", "b", "c"), False),
        ("boolean", ("ja", "nein", "ja"), True),
        ("datetime", ("31.12.2025", "1.1.2026", "2.1.2026"), True),
        ("datetime", ("x", "y", "z"), False),
        ("text", ("x", "y", "z"), True),
    ],
)
def test_values_that_do_not_fit_make_doubtful(
    kind: Kind, cells: tuple[str, ...], fits: bool
) -> None:
    match = first("x1", Field(name="x1", kind=kind), cells)["x1"]
    assert (match.confidence > 0.9) is fits
    assert fits or "But only 0 %" in match.reason


def test_numbers_outside_the_usual_range_are_said() -> None:
    match = first("x1", number("x1", typical=(1000, 1100)))["x1"]
    assert "another unit?" in match.reason


def test_categories_are_found_by_their_values() -> None:
    found = suggest(
        table("id;where\n1;dream\n2;BISCOE\n3;Dream\n"),
        signature(Field(name="island", kind="category", choices=ISLANDS)),
    )
    assert found["island"].column == "where"
    assert "choices" in found["island"].reason


def test_pictures_are_found_by_their_values() -> None:
    read_table = read(archive({"cat/a.png": picture(), "dog/b.png": picture()}), "x.zip")
    found = suggest(read_table, signature(Field(name="input", kind="image")))
    assert found["input"].column == "file"


def test_each_field_and_each_column_is_given_once() -> None:
    found = suggest(
        table("length;Length;width\n1;2;3\n"),
        signature(number("length"), number("Length"), number("breite")),
    )
    assert found.to_remember == {"length": "length", "Length": "Length", "breite": "width"}


def test_a_weak_draw_goes_to_nobody() -> None:
    fields = (number("bill_length"), number("flipper_length"))
    assert not suggest(table("length;b\n1;2\n"), signature(*fields)).matches


def test_what_is_missing_and_unused_is_said() -> None:
    found = suggest(
        table("a;b\n1;2\n"), signature(number("a"), number("q"), number("r", required=False))
    )
    assert found.missing == ("q",)
    assert found.unused == ("b",)
    assert found.confidence == 0.0
    with pytest.raises(KeyError):
        found["q"]


def test_without_a_header_columns_are_taken_in_order() -> None:
    found = suggest(table("1;x\n2;y\n3;x\n"), signature(number("a"), Field(name="b", kind="text")))
    assert found.to_remember == {"a": "Column A", "b": "Column B"}
    assert "position" in found["a"].reason
    assert not suggest(table("x;1\ny;2\nx;3\n"), signature(number("a"), number("b"))).matches


def test_a_choice_is_remembered_for_the_next_file() -> None:
    given = table("foo (cm);bar\n1;2\n")
    model = signature(number("size", unit="mm"))
    found = corrected(suggest(given, model), "size", "foo (cm)", given, model)
    assert (found["size"].confidence, found["size"].unit) == (1.0, "cm")
    again = suggest(table("Foo (cm);bar\n3;4\n"), model, found.to_remember)
    assert again["size"].column == "Foo (cm)"
    assert again["size"].unit == "cm"
    assert "earlier file" in again["size"].reason


def test_a_person_corrects() -> None:
    given = table("a;b\n1;2\n")
    model = signature(number("a"), number("b"))
    found = corrected(suggest(given, model), "a", "b", given, model)
    assert found.to_remember == {"a": "b"}
    assert found.missing == ("b",)
    assert corrected(found, "a", None, given, model).missing == ("a", "b")
    with pytest.raises(KeyError):
        corrected(found, "a", "none", given, model)
    with pytest.raises(KeyError):
        corrected(found, "none", "a", given, model)


def test_what_holds_for_every_row_needs_no_column() -> None:
    given = table("a\n1\n2\n")
    model = signature(number("a"), number("b"), number("c"))
    found = suggest(given, model).with_fixed({"a": 5.0, "b": 7.0, "c": None})
    assert (dict(found.fixed), found.missing) == ({"b": 7.0}, ("c",))
    whole = found.with_fixed({"b": 7.0, "c": 0.0})
    assert converted(given, whole, model).records() == [
        {"a": 1.0, "b": 7.0, "c": 0.0},
        {"a": 2.0, "b": 7.0, "c": 0.0},
    ]


@pytest.mark.slow
def test_ten_thousand_columns_are_no_trouble() -> None:
    text = "\n".join([",".join(f"C_{i}" for i in range(10_000)), ",".join(["1"] * 10_000)]) + "\n"
    found = suggest(table(text), signature(number("c7"), number("c9999")))
    assert found.to_remember == {"c7": "C_7", "c9999": "C_9999"}


def test_kilograms_in_place_of_grams_are_asked_about() -> None:
    field = number("body_mass_g", typical=(2700.0, 6050.0))
    assert "another unit?" in first("body_mass_g", field, ("3.75", "3.5"))["body_mass_g"].reason
    assert (
        "another unit?" not in first("body_mass_g", field, ("2400", "3500"))["body_mass_g"].reason
    )


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("non_smoker", "smoker"),
        ("not smoker", "smoker"),
        ("no_children", "children"),
        ("Nicht-Raucher", "raucher"),
        ("smoker", "non_smoker"),
        ("log_income", "income"),
        ("income", "log_income"),
        ("sqrt_area", "area"),
        ("delta_weight", "weight"),
        ("prev_price", "price"),
        ("max_temp", "temp"),
        ("temp_max", "temp_min"),
    ],
)
def test_the_contrary_and_what_is_computed_from_a_field_do_not_feed_it(
    header: str, name: str
) -> None:
    assert not first(header, number(name)).matches


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Non smoker", "non_smoker"),
        ("not_smoker", "non_smoker"),
        ("No. of rooms", "number_of_rooms"),
        ("log income", "log_income"),
        ("max_temp", "temp_maximum"),
        ("worst radius", "radius_max"),
        ("duration (min)", "duration"),
    ],
)
def test_a_word_that_both_names_have_changes_nothing(header: str, name: str) -> None:
    assert first(header, number(name))[name].column == header


def test_of_a_long_column_so_many_cells_are_looked_at_as_are_judged_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cells, looked = tuple(f"{i}.5" for i in range(1_000)), []
    is_missing = numbers.is_missing_word
    long = table("\n".join(["weight", *cells]) + "\n")
    monkeypatch.setattr(numbers, "is_missing_word", lambda c: looked.append(c) or is_missing(c))
    assert len(profile_of(long, "weight").cells) == 200
    assert len(looked) <= 200
