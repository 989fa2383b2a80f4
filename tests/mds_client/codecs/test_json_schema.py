"""JSON Schema becomes fields, whatever the schema; what is hostile is bounded."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mds_client.codecs.json_answers import outputs_of
from mds_client.codecs.json_schema import (
    MAX_FIELDS,
    Schema,
    object_of,
    output_fields,
)
from mds_client.signature import Field, File

KEYS = st.sampled_from(
    ["type", "properties", "items", "$ref", "allOf", "anyOf", "enum", "const", "minimum", "x",
     "exclusiveMinimum", "maximum", "required", "default", "examples", "title", "format"]
)  # fmt: skip
WORDS = st.sampled_from(["object", "array", "number", "integer", "string", "null", "#", "#/x", ""])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_infinity=False)
    | WORDS
    | st.text(max_size=5)
)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=40,
)


def field(schema: object) -> Field:
    return Schema(schema).field("x")


@settings(max_examples=300)
@given(DOCUMENTS)
def test_any_document_is_read(document):
    schema = Schema(document)
    fields = schema.fields()
    assert len(fields) <= MAX_FIELDS
    object_of(fields, {})
    schema.field("x")
    output_fields(schema)


@settings(max_examples=200)
@given(st.lists(DOCUMENTS, min_size=1, max_size=3))
def test_any_answer_is_outputs(answers):
    assert outputs_of(answers) or answers == [{}]


@pytest.mark.parametrize(
    ("schema", "kind", "datatype"),
    [
        ({"type": "number"}, "number", "FP64"),
        ({"type": "integer"}, "integer", "INT64"),
        ({"type": "boolean"}, "boolean", "BOOL"),
        ({"type": "string"}, "text", "BYTES"),
        ({"type": "string", "format": "date-time"}, "datetime", "BYTES"),
        ({"enum": ["a", "b"]}, "category", "BYTES"),
        ({"enum": [1, 2]}, "category", "INT64"),
        ({"const": "a"}, "category", "BYTES"),
        ({"type": "array", "items": {"type": "number"}}, "tensor", "FP64"),
        ({"type": "array", "items": {"type": "string"}}, "json", "BYTES"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number", "FP64"),
        ({"type": ["integer", "null"]}, "integer", "INT64"),
        ({"allOf": [{"type": "number"}, {"minimum": 1}]}, "number", "FP64"),
        ({"anyOf": [{"type": "object"}, {"type": "array"}]}, "json", "BYTES"),
        ({"type": "string", "format": "binary", "contentMediaType": "image/png"}, "image", "BYTES"),
        (
            {"type": "string", "contentEncoding": "base64", "contentMediaType": "audio/wav"},
            "audio",
            "BYTES",
        ),
        ({}, "json", "BYTES"),
    ],
)
def test_kinds(schema, kind, datatype):
    found = field(schema)
    assert (found.kind, found.datatype) == (kind, datatype)


def test_limits_with_and_without_their_edge():
    assert field({"type": "number", "minimum": 0, "maximum": 9}).maximum == 9
    assert field({"type": "integer", "exclusiveMinimum": 0}).minimum == 1
    assert field({"type": "number", "exclusiveMaximum": 1}).maximum < 1
    assert field({"type": "integer", "minimum": 3, "exclusiveMinimum": True}).minimum == 4
    assert field({"type": "number", "minimum": 10**400}).minimum is None


def test_words_units_and_examples():
    found = field(
        {"type": "number", "title": "Mass", "description": "Of it.", "x-unit": "g", "default": 3}
    )
    assert (found.title, found.description, found.unit) == ("Mass", "Of it.", "g")
    assert found.examples == (3,)


def test_example_rows_of_the_whole():
    rows = [{"a": 1, "b": {"c": 2}}, {"a": 3, "b": {"c": 4}}]
    inner = {"type": "object", "properties": {"c": {"type": "number"}}}
    schema = {"properties": {"a": {"type": "number"}, "b": inner}, "examples": rows}
    assert [f.examples for f in Schema(schema).fields()] == [(1, 3), (2, 4)]


def test_names_with_dots_are_not_nesting():
    schema = {"properties": {"a.b": {"type": "number"}, "~": {"type": "number"}}}
    fields = Schema(schema).fields()
    values = {f.name: 1.0 for f in fields}
    assert object_of(fields, values) == {"a.b": 1.0, "~": 1.0}


def test_a_required_null_is_sent_and_an_optional_one_is_left_out():
    member = {"anyOf": [{"type": "number"}, {"type": "null"}]}
    schema = {"properties": {"a": member, "b": member}, "required": ["a"]}
    fields = Schema(schema).fields()
    assert not any(f.required for f in fields)
    assert object_of(fields, {}) == {"a": None}


def test_values_as_json():
    fields = [
        Field(name="d", kind="datetime"),
        Field(name="f", kind="image"),
        Field(name="t", kind="tensor", datatype="INT64", shape=(-1, -1)),
        Field(name="i", kind="integer", datatype="INT64"),
    ]
    file = File(name="f", media_type="image/png", data=b"ab")
    values = {"d": date(2026, 3, 31), "f": file, "t": [[1, 2]], "i": 3.0}
    assert object_of(fields, values) == {"d": "2026-03-31", "f": "YWI=", "t": [1, 2], "i": 3}


def cycle() -> dict:
    node = {"type": "object", "properties": {"next": {"$ref": "#/n"}, "x": {"type": "number"}}}
    return {"n": node, "$ref": "#/n"}


def wide_cycle() -> dict:
    return {"n": {"allOf": [{"$ref": "#/n"}] * 20, "anyOf": [{"$ref": "#/n"}] * 20}, "$ref": "#/n"}


def deep() -> dict:
    schema: dict = {"type": "number"}
    for _ in range(5000):
        schema = {"properties": {"x": schema}}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        cycle(),
        wide_cycle(),
        deep(),
        {"properties": {f"p{i}": {"type": "number"} for i in range(100_000)}},
        {"properties": {"x": {"enum": list(range(100_000))}}},
        {"$ref": "http://192.0.2.1/schema.json"},
        {"$ref": "#/" + "a/" * 100_000},
    ],
    ids=["cycle", "wide cycle", "deep", "properties", "choices", "foreign", "long pointer"],
)
def test_hostile_schemas_are_bounded(schema):
    before = time.monotonic()
    assert len(Schema(schema).fields()) <= MAX_FIELDS
    assert time.monotonic() - before < 5
