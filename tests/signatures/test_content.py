"""An overlay as plain data: read back the same, whatever it is; hostile data is never an error."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mds_client.signature import FORMATS, File
from mds_client.signature.facts import Facts, FieldFacts
from signatures.content import MAX_BYTES, problems, read, written

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
WORDS = [
    "kind", "datatype", "shape", "content_type", "label", "description", "unit", "optional", "choices",
    "choice_labels", "format", "pattern", "minimum", "maximum", "min", "max", "group", "order",
    "examples", "media_types", "sensitive", "business_key",
]  # fmt: skip
LIKELY = (
    PLAIN
    | st.sampled_from(["number", "category", "line", *FORMATS])
    | st.lists(st.sampled_from(["a", "b", 1, 2.5, True]), max_size=3)
)
FIELD = st.dictionaries(st.sampled_from(WORDS), LIKELY, max_size=8)
CONTENT = st.fixed_dictionaries(
    {},
    optional={
        "title": PLAIN,
        "question": st.text(),
        "description": st.text(),
        "inputs": st.lists(st.text(max_size=5) | PLAIN, max_size=4),
        "labels": st.lists(st.text(max_size=5), max_size=4),
        "answer": st.text(max_size=5) | PLAIN,
        "probability": st.text(max_size=5) | PLAIN,
        "fields": st.dictionaries(st.text(max_size=5), FIELD | PLAIN, max_size=3),
        "unknown": PLAIN,
    },
)


@given(CONTENT | PLAIN)
def test_what_is_written_is_read_back_the_same(content: object) -> None:
    facts = read(content)
    again = written(facts)
    assert read(json.loads(json.dumps(again, allow_nan=False))) == facts
    assert facts.source == "edited"


def test_every_fact_of_a_field_is_kept() -> None:
    said = FieldFacts(
        kind="category",
        datatype="INT32",
        shape=(-1, 1),
        content_type="np",
        label="Sex",
        description="As in the passport",
        unit="none",
        required=False,
        choices=(0, 1),
        choice_labels=("female", "male"),
        format="line",
        pattern="[a-z]+",
        minimum=0.0,
        maximum=1.0,
        typical=(0.0, 1.0),
        group="Person",
        order=3,
        examples=(0, 1, None),
        media_types=("image/png",),
        sensitive=True,
        business_key=True,
    )
    facts = Facts(
        source="edited",
        title="Churn",
        question="Will they leave?",
        description="Of the shop",
        inputs=("sex",),
        fields={"sex": said},
        labels=("stays", "leaves"),
    )
    assert read(json.loads(json.dumps(written(facts)))) == facts
    assert not problems(facts)


def test_examples_that_are_files_are_left_out() -> None:
    file = File(name="a.png", media_type="image/png", data=b"")
    facts = Facts(source="edited", fields={"x": FieldFacts(label="X", examples=(file,))})
    assert written(facts) == {"fields": {"x": {"label": "X"}}}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (FieldFacts(minimum=2.0, maximum=1.0), "the minimum is above the maximum"),
        (FieldFacts(typical=(2.0, 1.0)), "ends before it begins"),
        (FieldFacts(choices=("a", "b"), choice_labels=("A",)), "1 words for 2 choices"),
        (FieldFacts(pattern="a("), "the pattern cannot be read: missing )"),
        (FieldFacts(pattern="(?=x)"), "the pattern cannot be read"),
        (FieldFacts(examples=("x" * MAX_BYTES,)), "at most 512 kB can be kept"),
    ],
)
def test_what_contradicts_itself_is_said(said: FieldFacts, words: str) -> None:
    found = problems(Facts(source="edited", fields={"age": said}))
    assert words in " ".join(problem.sentence for problem in found)
    assert len(found) == len([words])


@pytest.mark.parametrize("said", [FieldFacts(label="Age"), FieldFacts(choice_labels=("a", "b"))])
def test_what_does_not_contradict_itself_is_no_problem(said: FieldFacts) -> None:
    assert not problems(Facts(source="edited", fields={"age": said}))


def test_an_example_that_is_no_plain_data_is_left_out() -> None:
    facts = Facts(source="edited", fields={"age": FieldFacts(examples=(object(),))})
    assert not problems(facts)
    assert written(facts) == {}


def test_values_that_no_database_takes_are_left_out_or_cleaned() -> None:
    words = {
        "choices": ["a\x00b", "c"],
        "examples": ["x\x00y", "half \ud800"],
        "label": "L\x00abel \ud800",
        "minimum": math.inf,
        "shape": [-1, 2**80],
    }
    said = read({"fields": {"x": words}}).fields["x"]
    assert said == FieldFacts(label="Label", examples=("xy", "half ?"))


def test_depth_is_bounded() -> None:
    deep: object = 1
    for _ in range(5_000):
        deep = [deep]
    assert read({"fields": {"x": {"examples": [deep], "label": "X"}}, "inputs": deep}).fields[
        "x"
    ] == FieldFacts(label="X")
