"""Fields from declared facts, and checks of values against them."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mds_client import Field, File, ModelRef, Signature
from mds_client.signature.metadata import signature_of, unknown_input

MODEL = ModelRef(server="s", name="m")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def _number(**facts: object) -> Field:
    return Field(name="age", kind="number", datatype="FP64", **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (_number(), "12", "must be a number"),
        (_number(), True, "must be a number"),
        (_number(), math.inf, "finite"),
        (_number(), None, "is needed"),
        (_number(), math.nan, "is needed"),
        (_number(minimum=0), -1, "at least 0"),
        (_number(maximum=120), 121, "at most 120"),
        (_number(minimum=math.nextafter(0, math.inf)), 0, "must be more than 0."),
        (_number(minimum=math.nextafter(-0.1, math.inf)), -0.1, "must be more than -0.1."),
        (_number(maximum=math.nextafter(1, -math.inf)), 1, "must be less than 1."),
        (Field(name="n", kind="integer", datatype="INT8"), 300, "between -128 and 127"),
        (Field(name="n", kind="integer", datatype="INT64"), 1.5, "whole number"),
        (Field(name="b", kind="boolean", datatype="BOOL"), "yes", "yes or no"),
        (Field(name="c", kind="category", choices=("a", "b")), "z", "one of a, b"),
        (Field(name="t", kind="text"), 3, "must be text"),
        (Field(name="t", kind="text"), "   ", "is needed"),
        (unknown_input(), None, "Enter the numbers of one row."),
        (Field(name="t", kind="text"), "x" * 1_000_001, "too long"),
        (Field(name="d", kind="datetime"), "yesterday", "must be a date"),
        (Field(name="i", kind="image"), "picture.png", "must be a picture"),
        (Field(name="i", kind="image"), File(name="a.png", media_type="", data=b"MZ"), "is not a picture"),
        (Field(name="i", kind="image", max_bytes=10), File(name="a.png", media_type="", data=PNG), "too large"),
        (Field(name="i", kind="image", media_types=("image/jpeg",)), File(name="a", media_type="", data=PNG), "takes JPEG"),
        (Field(name="a", kind="audio"), File(name="a.wav", media_type="", data=PNG), "is not a sound"),
        (Field(name="v", kind="tensor", shape=(-1, 3)), [1, 2], "must have the shape"),
        (Field(name="v", kind="tensor", shape=(-1, 3)), [[1, 2, 3], [4, 5, 6]], "one row, not 2"),
        (Field(name="v", kind="tensor", shape=(-1, 3)), [[1, 2], [3]], "numbers only"),
        (Field(name="v", kind="tensor", shape=(-1, 3)), "1 2 x", "numbers only"),
        (Field(name="v", kind="tensor", shape=(-1, 3)), [], "is empty"),
        (Field(name="j", kind="json"), {1, 2}, "not valid JSON"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_said_in_a_sentence(field: Field, value: object, words: str) -> None:
    problem = field.check(value)
    assert problem is not None
    assert words in problem.sentence
    assert problem.field == field.name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (_number(), 0),
        (_number(required=False), None),
        (_number(minimum=0, maximum=1), 0.5),
        (Field(name="n", kind="integer", datatype="INT64"), 3.0),
        (Field(name="b", kind="boolean", datatype="BOOL"), False),
        (Field(name="c", kind="category", choices=("a",)), "a"),
        (Field(name="d", kind="datetime"), "2026-02-28T23:59"),
        (Field(name="i", kind="image"), File(name="a", media_type="", data=PNG)),
        (Field(name="v", kind="tensor", shape=(-1, 3)), [1, 2, 3]),
        (Field(name="v", kind="tensor", shape=(-1, -1)), [1, 2]),
        (Field(name="v", kind="tensor", shape=(-1, 2, 2)), [[1, 2], [3, 4]]),
        (Field(name="j", kind="json"), {"a": [1, None]}),
    ],
)
def test_what_can_be_sent_passes(field: Field, value: object) -> None:
    assert field.check(value) is None


def test_an_unusual_value_is_remarked_not_refused() -> None:
    field = _number(typical=(18, 75))
    assert field.check(99) is None
    assert "outside the usual range, 18 to 75" in field.remark(99)
    assert field.remark(30) == ""
    assert field.remark(None) == ""


def test_the_fingerprint_changes_with_what_is_taken_not_with_words() -> None:
    plain = Signature(model=MODEL, inputs=(_number(),))
    labelled = Signature(model=MODEL, inputs=(_number(label="Age", examples=(1, 2)),))
    narrower = Signature(model=MODEL, inputs=(_number(required=False),))
    assert plain.fingerprint == labelled.fingerprint
    assert plain.fingerprint != narrower.fingerprint


@pytest.mark.parametrize("text", ["s/m", "s/m@v1", "s/a b@1.0"])
def test_a_reference_reads_back(text: str) -> None:
    assert str(ModelRef.parse(text)) == text


@pytest.mark.parametrize("text", ["", "m", "/m", "s/", "s/@v1"])
def test_half_a_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a model reference"):
        ModelRef.parse(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["inputs", "outputs", "name", "parameters", "columns", "shape", "datatype",
                         "examples", "choices", "kind", "role", "labels", "min", "max", "order"])
        | st.text(max_size=5), inner, max_size=6),
    max_leaves=30,
)  # fmt: skip


@given(JSON)
def test_whatever_a_server_declares_there_is_a_form(declared: object) -> None:
    metadata = declared if isinstance(declared, dict) else {"inputs": declared}
    signature = signature_of(MODEL, metadata)
    assert signature.inputs
    assert all(field.title or field.name == "" or field.title == "" for field in signature.inputs)
    assert len(signature.fingerprint) == 16
    json.dumps([field.name for field in signature.inputs])


def test_the_client_alone_loads_nothing_of_the_app() -> None:
    code = "import sys, mds_client; print(*(m.partition('.')[0] for m in sys.modules))"
    loaded = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert not loaded & {
        "pandas",
        "streamlit",
        "sqlalchemy",
        "plotly",
        "alibi",
        "shap",
        "settings",
        "ui",
    }


@pytest.mark.parametrize("version", ["", "1", "a/b@c"])
@given(name=st.text(alphabet="a@%/.2504 é", min_size=1, max_size=12))
def test_a_reference_survives_its_text(version: str, name: str) -> None:
    ref = ModelRef(server="s", name=name, version=version)
    assert ModelRef.parse(str(ref)) == ref


@pytest.mark.parametrize(("name", "text"), [("a/b", "s/a/b"), ("a@b", "s/a%40b"), ("50%", "s/50%")])
def test_a_reference_as_text(name: str, text: str) -> None:
    assert str(ModelRef(server="s", name=name)) == text


def test_what_an_answer_can_be_is_read() -> None:
    told = {"name": "score", "datatype": "FP64", "shape": [-1, 1]}
    limits = {"role": "number", "minimum": 0, "maximum": 9.5}
    metadata = {"outputs": [{**told, "parameters": limits}]}
    (output,) = signature_of(ModelRef(server="s", name="m"), metadata).outputs
    assert (output.minimum, output.maximum) == (0.0, 9.5)
