"""Facts from several sources in one signature: the most trusted wins, and the wire stays the server's."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mds_client import Field, ModelRef, Signature
from mds_client.signature.facts import SOURCES, FieldFacts, field_facts, fields_facts, is_name, text
from mds_client.signature.merge_facts import Facts, merged
from mds_client.signature.metadata import DECLARED, signature_of

MODEL = ModelRef(server="s", name="m")
NOTHING = signature_of(MODEL, {})
NUMBER = FieldFacts(kind="number")


def declared(*tensors: Mapping[str, object]) -> Signature:
    return signature_of(MODEL, {"inputs": list(tensors)})


def tensor(name: str, datatype: str = "FP64", *shape: int, **words: object) -> dict[str, object]:
    return {"name": name, "datatype": datatype, "shape": shape or (-1, 1), "parameters": words}


def registry(**by_name: FieldFacts) -> Facts:
    return Facts(source="registry", inputs=tuple(by_name), fields=by_name)


# Any sources about any signature.

NAMES = st.sampled_from(["age", "sex", "input-0", "input-1"])
NUMBERS = st.none() | st.integers(-5, 5).map(float)
FIELD_FACTS = st.builds(
    FieldFacts,
    kind=st.sampled_from([None, "number", "integer", "category", "text", "boolean", "image", "tensor"]),
    datatype=st.sampled_from([None, "FP32", "BYTES", "INT64"]),
    label=st.sampled_from([None, "Age", "Sex"]),
    unit=st.sampled_from([None, "mm", "years"]),
    required=st.sampled_from([None, True, False]),
    choices=st.sampled_from([None, (1, 2), ("a", "b"), (1.5,)]),
    choice_labels=st.sampled_from([None, ("one", "two"), ("only",)]),
    minimum=NUMBERS,
    maximum=NUMBERS,
    order=st.none() | st.integers(0, 3),
    examples=st.none() | st.lists(st.sampled_from([0, 1, 2.5, "a"]), max_size=2).map(tuple),
    content_type=st.sampled_from([None, "base64"]),
    sensitive=st.sampled_from([None, True, False]),
    business_key=st.sampled_from([None, True, False]),
)  # fmt: skip
FACTS = st.builds(
    Facts,
    source=st.sampled_from(SOURCES),
    name=st.sampled_from(["", "a"]),
    title=st.sampled_from(["", "One", "Two"]),
    inputs=st.lists(NAMES, max_size=3, unique=True).map(tuple),
    fields=st.dictionaries(NAMES, FIELD_FACTS, max_size=3),
    labels=st.sampled_from([(), ("no", "yes")]),
)
WORDS = st.fixed_dictionaries(
    {},
    optional={
        "label": st.just("Declared"),
        "kind": st.sampled_from(["number", "integer", "category"]),
        "minimum": st.integers(-5, 5),
        "choices": st.just([1, 2]),
        "choice_labels": st.just(["first", "second"]),
        "examples": st.just([1, 2]),
        "optional": st.booleans(),
        "content_type": st.just("np"),
    },
)
TENSORS = st.builds(
    lambda name, datatype, shape, words: tensor(name, datatype, *shape, **words),
    NAMES,
    st.sampled_from(["FP64", "INT64", "BYTES", "BOOL"]),
    st.sampled_from([(-1, 1), (-1,), (-1, 3), (-1, -1)]),
    WORDS,
)
SIGNATURES = st.lists(TENSORS, max_size=3).map(lambda tensors: declared(*tensors))
SEVERAL = st.lists(FACTS, max_size=4)


@given(SIGNATURES, SEVERAL, st.booleans())
def test_merging_again_changes_nothing(
    signature: Signature, facts: list[Facts], unfolds: bool
) -> None:
    once = merged(signature, *facts, unfolds=unfolds)
    assert merged(once, *facts, unfolds=unfolds) == once


@given(SIGNATURES, SEVERAL, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_sources_does_not_matter(
    signature: Signature, facts: list[Facts], shuffling: random.Random, unfolds: bool
) -> None:
    shuffled = facts.copy()
    shuffling.shuffle(shuffled)
    assert merged(signature, *facts, unfolds=unfolds) == merged(
        signature, *shuffled, unfolds=unfolds
    )


@given(SIGNATURES, SEVERAL)
def test_what_crosses_the_wire_stays(signature: Signature, facts: list[Facts]) -> None:
    found = merged(signature, *facts)
    if signature.layout == "unknown":
        return
    assert (found.layout, found.tensor) == (signature.layout, signature.tensor)
    for before, after in zip(signature.inputs, found.inputs, strict=True):
        assert (before.name, before.datatype, before.shape) == (
            after.name,
            after.datatype,
            after.shape,
        )
        assert before.datatype == "BYTES" or after.kind not in ("text", "image")
        assert after.kind == before.kind or after.provenance["kind"] in SOURCES


@given(SIGNATURES, SEVERAL)
def test_the_source_that_provenance_names_said_so(signature: Signature, facts: list[Facts]) -> None:
    before = {field.name: field for field in signature.inputs}
    for field in merged(signature, *facts).inputs:
        for name in field.provenance.keys() - {"name", "datatype", "shape"}:
            source, value = field.provenance[name], getattr(field, name, None)
            old = before.get(field.name)
            is_declared = old and old.provenance.get(name) == source
            assert is_declared or value in list(_said(facts, source, name))


def _said(facts: list[Facts], source: str, name: str) -> Iterator[object]:
    """By whatever field, as one may be matched by its position; then its name is a label too."""
    for one in facts:
        if one.source == source:
            yield from (field.known().get(name) for field in one.fields.values())
            yield from (n.capitalize() for n in one.inputs if name == "label")


@given(SIGNATURES, st.lists(FACTS, max_size=4, unique_by=lambda f: f.source))
def test_the_most_trusted_source_wins(signature: Signature, given_facts: list[Facts]) -> None:
    facts = [replace(f, inputs=()) for f in given_facts]  # so that all are matched by name
    found = merged(signature, *facts)
    for field in found.inputs:
        known = {f.source: f.fields[field.name] for f in facts if field.name in f.fields}
        said = {source: f.unit for source, f in known.items() if f.unit}
        if said:  # nothing here declares a unit
            best = min(said, key=SOURCES.index)
            assert (field.unit, field.provenance["unit"]) == (said[best], best)
    titles = {f.source: f.title for f in facts if f.title}
    if titles:
        best = min(titles, key=SOURCES.index)
        assert (found.title, found.provenance["title"]) == (titles[best], best)


@given(SIGNATURES, SEVERAL)
def test_limits_leave_something_between_them(signature: Signature, facts: list[Facts]) -> None:
    for field in merged(signature, *facts).inputs:
        assert field.minimum is None or field.maximum is None or field.minimum <= field.maximum


@given(SIGNATURES, SEVERAL)
def test_words_for_choices_are_of_those_choices(signature: Signature, facts: list[Facts]) -> None:
    before = {field.name: field for field in signature.inputs}
    for field in merged(signature, *facts).inputs:
        old = before.get(field.name)
        if old and field.choice_labels and field.choice_labels == old.choice_labels:
            assert field.choices == old.choices or field.provenance["choice_labels"] in SOURCES
        if field.choice_labels and (old is None or field.choice_labels != old.choice_labels):
            assert len(field.choice_labels) == len(field.choices)


# Cases.


def test_without_facts_nothing_changes() -> None:
    signature = declared(tensor("age", label="Age", examples=[1, 2]), tensor("sex", "BYTES"))
    assert merged(signature) == signature


def test_facts_of_three_sources_in_one_field() -> None:
    signature = declared(tensor("age", "FP64", label="Alter", unit="a"), tensor("sex", "BYTES"))
    edited = Facts(source="edited", fields={"age": FieldFacts(label="Age")})
    learned = Facts(
        source="learned",
        fields={"age": FieldFacts(label="AGE", unit="years", typical=(18.0, 75.0))},
    )
    field = merged(signature, learned, edited)["age"]
    assert (field.label, field.unit, field.typical) == ("Age", "a", (18.0, 75.0))
    origin = {name: field.provenance[name] for name in ("label", "unit", "typical")}
    assert origin == {"label": "edited", "unit": DECLARED, "typical": "learned"}


def test_a_guessed_kind_gives_way_to_any_that_is_said() -> None:
    signature = declared(tensor("sex", "INT64"), tensor("age"))
    field = merged(signature, Facts(source="probed", fields={"sex": FieldFacts(choices=(0, 1))}))[
        "sex"
    ]
    assert (field.kind, field.choices, field.datatype) == ("category", (0, 1), "INT64")
    assert field.provenance["kind"] == "probed"


@pytest.mark.parametrize(
    ("datatype", "facts", "kind"),
    [
        ("INT64", FieldFacts(kind="number"), "integer"),
        ("FP32", FieldFacts(kind="text"), "number"),
        ("FP32", FieldFacts(choices=("a", "b")), "number"),
        ("BYTES", FieldFacts(choices=(1, 2)), "text"),
        ("BOOL", FieldFacts(kind="category"), "boolean"),
        ("BYTES", FieldFacts(kind="image"), "image"),
        ("FP32", FieldFacts(kind="integer"), "integer"),
    ],
)
def test_a_kind_that_the_wire_cannot_carry_is_passed_over(
    datatype: str, facts: FieldFacts, kind: str
) -> None:
    signature = declared(tensor("x", datatype), tensor("y"))
    assert merged(signature, Facts(source="registry", fields={"x": facts}))["x"].kind == kind


def test_numbers_for_a_server_that_declares_nothing_are_one_matrix() -> None:
    facts = registry(
        age=FieldFacts(kind="integer", datatype="INT64", label="Age"),
        height=FieldFacts(kind="number", datatype="FP64"),
    )
    found = merged(NOTHING, facts)
    assert (found.layout, [f.name for f in found.inputs]) == ("matrix", ["age", "height"])
    assert found.tensor is not None
    assert (found.tensor.name, found.tensor.datatype, found.tensor.shape) == (
        "input-0",
        "FP64",
        (-1, 2),
    )
    assert {f.datatype for f in found.inputs} == {"FP64"}
    assert found["age"].provenance == dict.fromkeys(
        ("name", "kind", "datatype", "shape", "label"), "registry"
    )


def test_words_beside_numbers_are_columns_and_an_array_is_a_tensor() -> None:
    table = merged(NOTHING, registry(age=NUMBER, sex=FieldFacts(choices=("f", "m"))))
    assert (table.layout, table["sex"].kind, table["sex"].datatype) == (
        "columns",
        "category",
        "BYTES",
    )
    picture = FieldFacts(kind="tensor", datatype="FP32", shape=(-1, 28, 28))
    found = merged(NOTHING, registry(pixels=picture))
    assert (found.layout, found["pixels"].shape) == ("tensors", (-1, 28, 28))


def test_inputs_that_are_known_in_part_do_not_replace_the_unknown() -> None:
    half = Facts(source="registry", inputs=("age", "sex"), fields={"age": NUMBER})
    assert merged(NOTHING, half) == NOTHING
    twice = Facts(source="registry", inputs=("age", "age"), fields={"age": NUMBER})
    assert merged(NOTHING, twice) == NOTHING


def test_meaningless_names_are_matched_by_position() -> None:
    signature = declared(tensor("input-0"), tensor("input-1"))
    facts = registry(bill_length=FieldFacts(kind="number", unit="mm"), возраст=NUMBER)
    first, second = merged(signature, facts).inputs
    assert (first.name, first.label, first.unit) == ("input-0", "Bill length", "mm")
    assert (second.name, second.label) == ("input-1", "Возраст")


@pytest.mark.parametrize("names", [("age", "sex"), ("input-0", "возраст"), ("input-0",)])
def test_names_that_mean_something_are_not(names: tuple[str, ...]) -> None:
    signature = declared(*map(tensor, names))
    facts = registry(length=FieldFacts(label="Length"), width=FieldFacts(label="Width"))
    assert merged(signature, facts).inputs == signature.inputs


def test_a_row_in_one_tensor_becomes_its_columns_where_the_protocol_allows_it() -> None:
    signature = declared(tensor("dense_input", "FP32", -1, 2))
    facts = registry(length=FieldFacts(kind="number", unit="mm"), width=NUMBER)
    assert [f.name for f in merged(signature, facts).inputs] == ["dense_input"]
    found = merged(signature, facts, unfolds=True)
    assert (found.layout, found.tensor) == ("matrix", signature.inputs[0])
    assert [(f.name, f.datatype, f.unit) for f in found.inputs] == [
        ("length", "FP32", "mm"),
        ("width", "FP32", ""),
    ]
    wider = declared(tensor("dense_input", "FP32", -1, 3))
    assert merged(wider, facts, unfolds=True).inputs == wider.inputs


def test_words_for_other_choices_are_not_used() -> None:
    signature = declared(
        tensor("a", "INT64", choices=[0, 1], choice_labels=["no", "yes"]), tensor("b")
    )
    others = Facts(source="registry", fields={"a": FieldFacts(choices=(1, 2))})
    field = merged(signature, others)["a"]
    assert (field.choices, field.choice_labels) == ((1, 2), ())
    assert "choice_labels" not in field.provenance
    words = Facts(source="edited", fields={"a": FieldFacts(choice_labels=("one", "two"))})
    assert merged(signature, others, words)["a"].choice_labels == ("one", "two")


def test_example_rows_are_of_one_source() -> None:
    signature = declared(tensor("a", examples=[1, 2]), tensor("b", examples=[3, 4]))
    part = Facts(source="edited", fields={"a": FieldFacts(examples=(9.0,))})
    assert merged(signature, part).example_rows == [{"a": 1, "b": 3}, {"a": 2, "b": 4}]
    whole = registry(a=FieldFacts(examples=(5.0,)), b=FieldFacts(examples=(6.0,)))
    found = merged(signature, part, whole)
    assert found.example_rows == [{"a": 5.0, "b": 6.0}]
    assert found["a"].provenance["examples"] == "registry"


def test_examples_that_cannot_be_sent_are_left_out() -> None:
    signature = declared(tensor("a"), tensor("b"))
    facts = registry(a=FieldFacts(examples=("no number",)), b=FieldFacts(examples=(6.0,)))
    found = merged(signature, facts)
    assert (found["a"].examples, found["b"].examples) == ((), (6.0,))


def test_of_limits_that_contradict_each_other_the_more_trusted_stays() -> None:
    signature = declared(tensor("a", minimum=10), tensor("b"))
    field = merged(signature, Facts(source="edited", fields={"a": FieldFacts(maximum=5.0)}))["a"]
    assert (field.minimum, field.maximum) == (None, 5.0)
    assert "minimum" not in field.provenance


def test_a_declared_codec_is_changed_by_a_person_only() -> None:
    signature = declared(tensor("a", "BYTES", content_type="base64"), tensor("b", "BYTES"))
    facts = {name: FieldFacts(content_type="str") for name in "ab"}
    asked = merged(signature, Facts(source="registry", fields=facts))
    assert (asked["a"].content_type, asked["b"].content_type) == ("base64", "str")
    assert merged(signature, Facts(source="edited", fields=facts))["a"].content_type == "str"


def test_labels_go_to_the_output_that_tells_a_class() -> None:
    outputs = [{"name": "predict", "datatype": "INT64", "shape": [-1]}]
    signature = signature_of(MODEL, {"outputs": outputs})
    labelled = Facts(source="registry", labels=("no", "yes"))
    (output,) = merged(signature, labelled).outputs
    assert (output.labels, output.role) == (("no", "yes"), "class")
    assert merged(NOTHING, labelled).outputs == ()
    both = replace(
        signature,
        outputs=(*signature.outputs, Field(name="p", kind="tensor", role="probabilities")),
    )
    assert [o.labels for o in merged(both, labelled).outputs] == [(), ("no", "yes")]


def test_the_provenance_of_a_dialect_survives() -> None:
    """Protocols keep notes of their own there."""
    noted = replace(
        declared(tensor("a")),
        inputs=(Field(name="a", kind="number", provenance={"optional": "declared config"}),),
    )
    field = merged(noted, registry(a=FieldFacts(unit="mm")))["a"]
    assert field.provenance == {"optional": "declared config", "unit": "registry"}


def test_a_source_has_a_known_word() -> None:
    with pytest.raises(ValueError, match="unknown source 'rumour'; known: edited, registry"):
        Facts(source="rumour")


# Words of others.

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from([f.name for f in fields(FieldFacts)]) | st.text(max_size=5), inner),
    max_leaves=20,
)  # fmt: skip


@pytest.mark.slow
@given(JSON)
@settings(max_examples=300)
def test_whatever_is_written_of_a_field_can_be_read_and_merged(words: object) -> None:
    found = field_facts(words)
    known = fields_facts({"a": words, "b": words})
    assert known == {"a": found, "b": found}
    signature = merged(declared(tensor("a"), tensor("b")), Facts(source="registry", fields=known))
    assert len(signature.fingerprint) == 16


def test_the_words_are_those_of_the_metadata() -> None:
    words = {"label": "Age", "unit": "years", "min": 18, "max": 75, "optional": True, "order": 2,
             "choices": [1, 2], "minimum": 0, "examples": [20], "sensitive": True}  # fmt: skip
    assert field_facts(words) == FieldFacts(
        label="Age", unit="years", typical=(18.0, 75.0), required=False, order=2,
        choices=(1, 2), minimum=0.0, examples=(20,), sensitive=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\x00b\x1b[31m\nc\t", "ab[31m\nc"),
        ("invoice\u202etxt.exe", "invoicetxt.exe"),
        ("\ud800lone", "lone"),
        ("é 日本 👩‍🔬", "é 日本 👩‍🔬"),
        (10**400, ""),
        (float("nan"), ""),
        ({"a": 1}, ""),
        ("x" * 1_000_000, "x" * 2_000),
    ],
)
def test_text_is_cut_and_cleaned(given: object, shown: str) -> None:
    assert text(given) == shown


@pytest.mark.parametrize("name", ["", "a\x00", "\ud800", "x" * 501, 3, None])
def test_what_is_no_name(name: object) -> None:
    assert not is_name(name)
    assert is_name(" workclass")
