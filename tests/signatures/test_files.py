"""A signature that was exported is read back the same; whatever else a file is ends in a sentence."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mds_client.codecs.json_schema import Schema
from mds_client.signature import Field, File, ModelRef, Signature
from mds_client.signature.facts import Facts, FieldFacts
from mds_client.signature.metadata import signature_of
from signatures.changes import diff
from signatures.content import problems
from signatures.errors import UnreadableFile
from signatures.export import json_schema, model_settings
from signatures.importing import MAX_FILE_BYTES, imported
from signatures.overlay import together

REF = ModelRef(server="s", name="m")
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
WORDS = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["number", "integer", "category", "text", "image", "tensor", "json", "?"]),
        "label": TEXT,
        "description": TEXT,
        "unit": TEXT,
        "optional": st.booleans(),
        "choices": st.lists(st.sampled_from(["a", "b", 1, 2.5, True]), max_size=3),
        "choice_labels": st.lists(TEXT, max_size=3),
        "format": st.sampled_from(["line", "fraction", "?"]),
        "pattern": TEXT,
        "sensitive": st.booleans(),
        "business_key": st.booleans(),
        "minimum": st.floats(-9, 9),
        "maximum": st.integers(-9, 9),
        "min": st.integers(-9, 9),
        "max": st.integers(-9, 9),
        "group": TEXT,
        "order": st.integers(-3, 9),
        "examples": st.lists(st.sampled_from([1, 2.5, "a", None, {"name": "x", "data": "AA=="}]), max_size=3),
        "media_types": st.just(["image/png"]),
        "content_type": st.sampled_from(["np", "str", "base64"]),
        "role": st.sampled_from(["", "class", "probabilities", "number"]),
        "labels": st.lists(TEXT, max_size=3),
        "title": TEXT,
        "question": TEXT,
    },
)  # fmt: skip
TENSOR = st.fixed_dictionaries(
    {
        "name": TEXT.filter(bool),
        "datatype": st.sampled_from(["FP64", "FP32", "INT8", "BYTES", "BOOL"]),
        "shape": st.sampled_from([[-1, 1], [-1], [-1, 3], [2, -1, 4]]),
        "parameters": WORDS,
    }
)
COLUMNS = st.lists(
    st.builds(lambda name, words: {"name": name, **words}, TEXT.filter(bool), WORDS),
    min_size=1,
    max_size=3,
)
MATRIX = st.builds(
    lambda tensor, columns: {**tensor, "parameters": {**tensor["parameters"], "columns": columns}},
    TENSOR,
    COLUMNS,
)
METADATA = st.fixed_dictionaries(
    {
        "inputs": st.lists(TENSOR, max_size=3) | MATRIX.map(lambda one: [one]),
        "outputs": st.lists(TENSOR, max_size=2),
        "platform": TEXT,
    }
)


def plain(signature: Signature) -> Signature:
    """Without where its facts came from."""

    def bare(field: Field) -> Field:
        return replace(field, provenance={})

    return replace(
        signature,
        provenance={},
        inputs=tuple(map(bare, signature.inputs)),
        outputs=tuple(map(bare, signature.outputs)),
        tensor=signature.tensor and bare(signature.tensor),
    )


# MLServer's model-settings.json


@pytest.mark.slow
@settings(max_examples=200)
@given(METADATA)
def test_model_settings_give_the_same_signature_back(metadata: dict[str, object]) -> None:
    signature = signature_of(REF, metadata)
    again = signature_of(REF, orjson.loads(model_settings(signature)))
    assert plain(again) == plain(signature)


def test_a_model_that_says_nothing_gives_nothing_away() -> None:
    document = json.loads(model_settings(signature_of(REF, {})))
    assert document == {"name": "m", "inputs": [], "outputs": []}


def test_a_picture_goes_with_it() -> None:
    file = File(name="seven.png", media_type="image/png", data=b"\x89PNG\r\n\x1a\n")
    field = Field(name="picture", kind="image", examples=(file,), provenance={})
    signature = Signature(model=REF, inputs=(field,))
    (again,) = signature_of(REF, json.loads(model_settings(signature))).inputs
    assert again.examples == (file,)


# JSON Schema

NAMES = st.from_regex(r"[a-z]{1,3}(\.[a-z]{1,2})?", fullmatch=True)
LABEL = TEXT.filter(lambda label: bool(label.strip()))


def _field(name: str, **facts: object) -> Field:
    return Field(name=name, provenance={}, **facts)  # type: ignore[arg-type]


NUMBERS = st.builds(
    lambda name, kind, low, high, count: _field(
        name, kind=kind, minimum=low, maximum=high, examples=(1, 2, 3)[:count]
    ),
    NAMES,
    st.sampled_from(["number", "integer"]),
    st.none() | st.floats(-9, 0),
    st.none() | st.floats(5, 9),
    st.integers(0, 3),
)
CATEGORIES = st.builds(
    lambda name, choices: _field(name, kind="category", choices=choices, examples=choices[:1]),
    NAMES,
    st.sampled_from([("a", "b"), (1, 2), ("a", ""), (0.5, 1.5)]),
)
OTHERS = st.builds(
    lambda name, facts: _field(name, **facts),
    NAMES,
    st.sampled_from(
        [
            {"kind": "text", "examples": ("a", "b")},
            {"kind": "boolean", "examples": (True,)},
            {"kind": "datetime", "examples": ("2026-03-31",)},
            {"kind": "image", "media_types": ("image/png",)},
            {"kind": "audio"},
            {"kind": "tensor", "datatype": "FP32", "shape": (-1, 3)},
            {"kind": "tensor", "datatype": "INT8", "shape": (-1, -1, 2)},
            {"kind": "json", "examples": ({"x": [1]},)},
        ]
    ),
)
FIELDS = st.builds(
    lambda field, label, unit, description, required: replace(
        field, label=label, unit=unit, description=description, required=required
    ),
    NUMBERS | CATEGORIES | OTHERS,
    LABEL,
    TEXT,
    TEXT,
    st.booleans(),
)


def _apart(fields: list[Field]) -> bool:
    """No field is inside of another one."""
    names = [field.name for field in fields]
    return not any(other.startswith(f"{name}.") for name in names for other in names)


FORMS = (
    st.lists(FIELDS, min_size=1, max_size=4, unique_by=lambda field: field.name)
    .filter(_apart)
    .map(lambda fields: Signature(model=REF, inputs=tuple(fields)))
)


def told(field: Field) -> tuple[object, ...]:
    """What JSON Schema says of a field."""
    limits = field.minimum, field.maximum
    words = field.title, field.unit, field.description
    return field.name, field.kind, *words, field.required, field.choices, *limits, field.examples


@pytest.mark.slow
@settings(max_examples=200)
@given(FORMS)
def test_a_json_schema_gives_the_same_fields_back(signature: Signature) -> None:
    document = json.loads(json_schema(signature))
    Draft202012Validator.check_schema(document)
    again = {field.name: field for field in Schema(document).fields()}
    assert {name: told(f) for name, f in again.items()} == {
        field.name: told(field) for field in signature.inputs
    }


def test_a_schema_judges_as_the_form_does() -> None:
    age = _field("age", kind="integer", minimum=0.0, examples=(30,))
    plan = _field("plan", kind="category", choices=("basic", "gold"), required=False)
    document = json.loads(json_schema(Signature(model=REF, inputs=(age, plan))))
    validator = Draft202012Validator(document)
    assert validator.is_valid({"age": 30, "plan": "gold"})
    assert validator.is_valid({"age": 30})
    assert not validator.is_valid({"age": -1})
    assert not validator.is_valid({"plan": "gold"})


def test_a_name_in_the_way_of_another_stays_beside_it() -> None:
    fields = (_field("a", kind="number"), _field("a.b", kind="number"))
    document = json.loads(json_schema(Signature(model=REF, inputs=fields)))
    assert set(document["properties"]) == {"a", "a.b"}


# Both, as facts of a person.

BARE = {
    "inputs": [
        {"name": "age", "datatype": "FP32", "shape": [-1, 1]},
        {"name": "plan", "datatype": "BYTES", "shape": [-1, 1]},
    ],
    "outputs": [{"name": "predict", "datatype": "INT64", "shape": [-1]}],
}
OVERLAY = Facts(
    source="edited",
    title="Churn",
    question="Will they leave?",
    labels=("stays", "leaves"),
    fields={
        "age": FieldFacts(
            label="Age of the customer", unit="years", minimum=0.0, typical=(18.0, 90.0), order=2,
            group="Person", examples=(30.5, 41.0), sensitive=True, description="At signing",
        ),
        "plan": FieldFacts(
            kind="category", choices=("b", "g"), choice_labels=("Basic", "Gold"), required=False,
            examples=("b", "g"), order=1,
        ),
    },
)  # fmt: skip


@pytest.mark.parametrize("export", [model_settings, json_schema])
def test_what_is_exported_and_imported_changes_nothing(export) -> None:
    declared = signature_of(REF, BARE)
    edited = together(declared, overlay=OVERLAY)
    facts = imported(export(edited))
    assert not problems(facts)
    assert diff(edited, together(declared, overlay=facts)) == []
    assert facts.inputs == ("age", "plan")


@pytest.mark.parametrize("export", [model_settings, json_schema])
def test_a_model_that_says_nothing_learns_its_fields_from_a_file(export) -> None:
    facts = imported(export(together(signature_of(REF, BARE), overlay=OVERLAY)))
    found = together(signature_of(REF, {}), overlay=facts)
    assert [(f.name, f.kind, f.datatype) for f in found.inputs] == [
        ("age", "number", "FP32"),
        ("plan", "category", "BYTES"),
    ]


def test_a_schema_of_somebody_else_is_read() -> None:
    schema = {
        "type": "object",
        "properties": {
            "customer": {
                "title": "Customer",
                "properties": {"age": {"type": "integer", "exclusiveMinimum": 17}},
                "required": ["age"],
            },
            "note": {"type": ["string", "null"]},
        },
        "required": ["customer"],
    }
    facts = imported(json.dumps(schema).encode())
    assert facts.inputs == ("customer.age", "note")
    age = facts.fields["customer.age"]
    assert (age.kind, age.minimum, age.group, age.label) == ("integer", 18.0, "Customer", None)
    assert facts.fields["note"].required is False


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"\xff\xfe{", "is not JSON: see line 1"),
        (b"{'inputs': []}", "is not JSON"),
        (b'{"inputs": [NaN]}', "is not JSON"),
        (b'{"inputs": [', "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"a":' * 50_000, "is not JSON"),
        (b"[1, 2]", "does not describe a model"),
        (b'"text"', "does not describe a model"),
        (b"{}", "neither a model-settings.json nor a JSON Schema"),
        (b'{"inputs": "all", "x": 1}', "neither"),
        (b'{"inputs": []}', "does not describe the inputs of a model"),
        (b'{"inputs": [1, null, "x"], "outputs": [[]]}', "does not describe the inputs of a model"),
        (b'{"properties": {}}', "does not describe the inputs of a model"),
        (b'{"$ref": "http://evil.example/schema.json"}', "does not describe the inputs of a model"),
        (b'{"$ref": "#"}', "does not describe the inputs of a model"),
        (b'{"allOf": [{"$ref": "#"}, {"$ref": "#"}]}', "does not describe the inputs of a model"),
        (b" " * (MAX_FILE_BYTES + 1), "too large: at most 2 MB"),
    ],
)
def test_a_broken_file_ends_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        imported(data)


@pytest.mark.slow
def test_a_hostile_file_is_bounded() -> None:
    tensors = [{"name": f"n{i}", "datatype": "FP64", "shape": [-1, 1]} for i in range(20_000)]
    assert len(imported(json.dumps({"inputs": tensors}).encode()).fields) == 1_000
    properties = {f"n{i}": {"type": "number"} for i in range(20_000)}
    assert len(imported(json.dumps({"properties": properties}).encode()).fields) == 500
    label = "\u202e" + "x" * 100_000
    odd = {
        "name": "x",
        "datatype": "D" * 999,
        "shape": [2**80, True],
        "parameters": {"label": label},
    }
    (said,) = imported(json.dumps({"inputs": [odd]}).encode()).fields.values()
    assert said.label == "x" * 1_999
    assert len(said.datatype or "") == 40


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["inputs", "outputs", "name", "shape", "datatype", "parameters", "columns", "choices", "kind",
             "examples", "properties", "x-mds", "fields", "labels", "type", "enum", "min", "title"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=40,
)  # fmt: skip


@settings(max_examples=300)
@given(
    JUNK
    | st.dictionaries(st.sampled_from(["inputs", "outputs", "properties", "x-mds", "$ref"]), JUNK)
)
@pytest.mark.slow
def test_any_json_is_facts_or_a_sentence(document: object) -> None:
    facts = Facts(source="edited")
    with suppress(UnreadableFile):
        facts = imported(json.dumps(document).encode())
    assert together(signature_of(REF, BARE), overlay=facts).inputs
    assert together(signature_of(REF, {}), overlay=facts).inputs


@given(st.binary(max_size=200))
def test_any_bytes_are_facts_or_a_sentence(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        imported(data)
