"""What cannot be sent is said in a sentence, and what makes no sense in a description is passed over."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mds_client import InvalidValues
from mds_client.codecs.json_schema import Schema
from mds_client.signature import ModelRef, Values
from mds_client.signature.metadata import signature_of
from mds_client.signature.prediction_schema import columns, labels, schema_in
from mds_client.signature.rows import checked_rows
from tests.zoo.animals import animal

MODEL = ModelRef(server="zoo", name="m")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
PIXELS = [[[0, 0, 0]] * 4] * 4
TOO_LIGHT = [[[300, 0, 0]] * 4] * 4
HALVES = [[[0.5, 0, 0]] * 4] * 4
WAVE = {"sample_rate": 8000}


@pytest.mark.parametrize(
    ("name", "rows", "words"),
    [
        ("pixels-nhwc", [{"pixels": TOO_LIGHT}], "numbers from 0 to 255"),
        ("pixels-nhwc", [{"pixels": HALVES}], "whole numbers only"),
        ("half-precision", [{"x": 1.0, "weights": [1e5, 0, 0]}], "too large for FP16"),
        ("waveform", [{"waveform": [1.0], **WAVE}, {"waveform": [1.0, 2.0], **WAVE}], "same size"),
        ("words", [{"tags": ["a"], "pair": ["a", "b", "c"]}], "must hold 2 texts"),
        ("words", [{"tags": ["a"], "pair": [["a"], ["b"]]}], "must hold 2 texts"),
        ("words", [{"tags": ["a"], "pair": '["a", "b"]'}, {"tags": [], "pair": ["a", "b"]}], "as many in"),
        ("triton-without-batches", [{"x": [[1, 2]] * 3, "name": "a"}] * 2, "one row at a time"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_said(name: str, rows: list[Values], words: str) -> None:
    found = animal(name)
    form = found.signature()
    with pytest.raises(InvalidValues) as raised:
        found.speaker().predict_request(form, checked_rows(form, rows), "r-1")
    assert words in raised.value.problems[0].sentence


def test_black_pixels_are_sent() -> None:
    found = animal("pixels-nhwc")
    form = found.signature()
    assert found.speaker().predict_request(form, checked_rows(form, {"pixels": PIXELS}), "r-1").body


def test_a_gap_among_whole_numbers_is_null_among_numbers() -> None:
    metadata = {
        "inputs": [
            {"name": name, "datatype": datatype, "shape": [-1, 1], "parameters": {"optional": True}}
            for name, datatype in (("age", "INT64"), ("ill", "BOOL"))
        ]
    }
    form = signature_of(MODEL, metadata)
    rows = [{"age": 3, "ill": True}, {"age": None, "ill": None}]
    body = json.loads(animal("truths").speaker().predict_request(form, rows, "r-1").body)
    assert [(i["datatype"], i["data"]) for i in body["inputs"]] == [
        ("FP64", [3, None]),
        ("FP64", [1, None]),
    ]


FEATURE = st.fixed_dictionaries(
    {"name": JSON | st.text(max_size=8)},
    optional={
        "type": st.sampled_from(["REAL", "CATEGORICAL", "PROBA", "ONE_HOT", "TEXT", "TENSOR"]),
        "data_type": st.sampled_from(["INT", "FLOAT", "STRING", "BOOL"]) | JSON,
        "categoryMap": st.dictionaries(st.text(max_size=3), JSON, max_size=3) | JSON,
        "n_categories": JSON,
        "shape": JSON,
        "schema": JSON | st.lists(st.fixed_dictionaries({"name": st.text(max_size=4)}), max_size=3),
    },
)


@given(st.lists(FEATURE | JSON, max_size=4), st.lists(FEATURE | JSON, max_size=2), st.booleans())
def test_odd_prediction_schemas_are_read_without_harm(
    requests: list[Any], responses: list[Any], is_text: bool
) -> None:
    said: Any = {"requests": requests, "responses": responses}
    schema = schema_in({"prediction_schema": json.dumps(said) if is_text else said})
    assert all(isinstance(column["name"], str) for column in columns(schema))
    assert all(isinstance(label, str) for label in labels(schema))
    tensor = {"name": "x", "datatype": "FP64", "shape": [-1, -1]}
    found = signature_of(MODEL, {"inputs": [tensor], "outputs": [tensor], "parameters": said})
    assert found.inputs


@given(
    JSON, st.sampled_from(["pattern", "format", "x-enumNames", "maxLength", "readOnly", "const"])
)
def test_odd_schemas_are_read_without_harm(odd: Any, keyword: str) -> None:
    facts = {"type": "string", "enum": ["a", "b"], keyword: odd}
    for schema in (facts, {"type": "string", keyword: odd}, {"oneOf": [facts, {"const": odd}]}):
        Schema({"type": "object", "properties": {"x": schema}}).fields()
