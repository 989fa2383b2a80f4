"""Nested objects are columns; the object itself still feeds a field that takes one; decimals are numbers."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mds_client.signature import Field, ModelRef, Signature
from tables.converting import converted
from tables.fitting import read_fitting
from tables.mapping import sentence_on_unfed, suggest
from tables.reading import read
from tests.found.penguins import BIRDS, SIGNATURE, are_the_birds, csv_of, rows_of

NESTED = {
    "bill": {"length": {"mm": 39.1}, "depth_mm": 18.7},
    "flipper": {"length_mm": 181},
    "body": {"mass_g": 3750},
    "place": {"island": "Torgersen"},
    "sex": "male",
    "year": 2007,
}


def parquet(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (json.dumps([NESTED]).encode(), "t.json"),
        (json.dumps(NESTED).encode() + b"\n", "t.jsonl"),
        (json.dumps({"data": [NESTED]}).encode(), "t.json"),
        (parquet(pa.Table.from_pylist([NESTED])), "t.parquet"),
    ],
    ids=["list", "lines", "wrapped", "Parquet"],
)
def test_nested_names_are_columns(data: bytes, name: str) -> None:
    table = read(data, name)
    assert "bill.length.mm" in table.columns
    assert are_the_birds(rows_of(data, name), count=1)


def test_an_object_feeds_a_field_that_takes_one() -> None:
    signature = Signature(
        model=ModelRef(server="s", name="m"), inputs=(Field(name="bill", kind="json"),)
    )
    table = read(json.dumps([NESTED]).encode(), "t.json")
    mapping = suggest(table, signature)
    assert converted(table, mapping, signature).records() == [{"bill": NESTED["bill"]}]
    assert not any(name.startswith("bill.") for name in mapping.unused)


@pytest.mark.parametrize(
    "typed",
    [
        {"$numberDecimal": "39.1"},
        {"N": "39.1"},
        {"doubleValue": 39.1},
        {"type": "literal", "value": "39.1", "datatype": "xsd:double"},
    ],
    ids=["MongoDB", "DynamoDB", "Firestore", "SPARQL"],
)
def test_a_value_in_the_clothes_of_its_type_is_the_value(typed: object) -> None:
    signature = Signature(
        model=ModelRef(server="s", name="m"), inputs=(Field(name="x", kind="number"),)
    )
    table = read(json.dumps([{"x": typed}, {"x": typed}]).encode(), "t.json")
    assert [
        row["x"] for row in converted(table, suggest(table, signature), signature).records()
    ] == [39.1, 39.1]


def test_decimals_feed_numbers_and_whole_numbers_exactly() -> None:
    big = Decimal(2**60 + 1)
    table = read(
        parquet(pa.table({"Size": [Decimal("1.50"), None], "Count": [big, Decimal(7)]})),
        "t.parquet",
    )
    fields = (
        Field(name="size", kind="number", required=False),
        Field(name="count", kind="integer", datatype="INT64"),
    )
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=fields)
    found = converted(table, suggest(table, signature), signature)
    assert found.records() == [{"size": 1.5, "count": int(big)}, {"size": None, "count": 7}]


def test_fields_without_a_column_are_named_also_optional_ones() -> None:
    table = read(csv_of("island,sex,year", "Dream,male,2007"), "t.csv")
    mapping = suggest(table, SIGNATURE)
    assert sentence_on_unfed(mapping, SIGNATURE) == (
        "4 of 7 fields have no column and go as unknown: "
        "Bill length, Bill depth, Flipper length, Body mass."
    )
    given = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm")
    assert "1 of 7 fields has no column" in sentence_on_unfed(mapping, SIGNATURE, given)
    fixed = mapping.with_fixed(dict.fromkeys(given, 1.0))
    assert "1 of 7" in sentence_on_unfed(fixed, SIGNATURE)


@pytest.mark.parametrize(
    "document",
    [
        {"inputs": {name: [[bird[name]] for bird in BIRDS] for name in BIRDS[0]}},
        [{"features": [{"name": n, "value": v} for n, v in bird.items()]} for bird in BIRDS],
        {"rows": [{"cells": [{"key": n, "value": v} for n, v in bird.items()]} for bird in BIRDS]},
        [{name: [value] for name, value in bird.items()} for bird in BIRDS],
    ],
    ids=range(4),
)
def test_lists_of_one_and_pairs_of_name_and_value_are_values(document: object) -> None:
    table = read_fitting(json.dumps(document).encode(), "t.json", SIGNATURE)
    assert are_the_birds(converted(table, suggest(table, SIGNATURE), SIGNATURE))
