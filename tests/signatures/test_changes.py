"""What changes is told in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mds_client.signature import File, ModelRef, Signature
from mds_client.signature.facts import Facts, FieldFacts
from mds_client.signature.metadata import signature_of
from signatures.changes import FACTS, diff, passed_over, shown
from signatures.overlay import EMPTY, together

REF = ModelRef(server="s", name="m")
DECLARED = signature_of(
    REF,
    {
        "inputs": [{"name": "age", "datatype": "FP64", "shape": [-1, 1]}],
        "outputs": [{"name": "y", "datatype": "INT64", "shape": [-1]}],
    },
)


def with_facts(facts: FieldFacts | None = None, **words: object) -> Signature:
    said = replace(EMPTY, fields={"age": facts or FieldFacts()}, **words)  # type: ignore[arg-type]
    return together(DECLARED, overlay=said)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (FieldFacts(label="Age of the customer"), "age: label: none → Age of the customer"),
        (FieldFacts(minimum=0.0), "age: minimum: none → 0"),
        (FieldFacts(typical=(18.0, 90.5)), "age: usual range: none → 18, 90.5"),
        (FieldFacts(required=False), "age: needed: yes → no"),
        (FieldFacts(description="two\n lines"), "age: help: none → two lines"),
        (FieldFacts(examples=(1.0, 2.0)), "age: examples: none → 1, 2"),
    ],
)
def test_a_change_is_one_line(facts: FieldFacts, sentence: str) -> None:
    assert diff(DECLARED, with_facts(facts)) == [sentence]
    assert diff(with_facts(facts), with_facts(facts)) == []


def test_the_model_as_a_whole() -> None:
    after = with_facts(title="Churn", question="Who leaves?", labels=("stays", "leaves"))
    assert diff(DECLARED, after) == [
        "title: none → Churn",
        "question: none → Who leaves?",
        "classes: none → stays, leaves",
    ]


def test_which_output_is_the_answer_and_which_its_probability() -> None:
    after = with_facts(answer="verdict", probability="sureness")
    assert after.answer_roles == {"verdict": "class", "sureness": "probability"}
    assert after.fingerprint == DECLARED.fingerprint  # the wire stays as it is
    assert diff(DECLARED, after) == [
        "the answer: none → verdict",
        "its probability: none → sureness",
    ]
    assert diff(with_facts(answer="y"), with_facts()) == ["the answer: y → none"]


def test_fields_that_come_and_go() -> None:
    nothing = signature_of(REF, {})
    facts = Facts(source="edited", inputs=("a",), fields={"a": FieldFacts(kind="number")})
    assert diff(nothing, together(nothing, overlay=facts)) == [
        "input-0: no longer a field",
        "a: a new field, number",
    ]


def test_what_the_wire_cannot_carry_is_told() -> None:
    facts = replace(EMPTY, fields={"age": FieldFacts(kind="image"), "gone": FieldFacts(label="x")})
    sentences = passed_over(facts, together(DECLARED, overlay=facts))
    assert sentences == [
        "age: kind image is ignored: it does not fit what the server takes, FP64 [-1, 1].",
        "gone: the model has no such field now; its description is kept until it has.",
    ]
    fitting = replace(EMPTY, fields={"age": FieldFacts(label="Age", choices=(1.0, 2.0))})
    assert passed_over(fitting, together(DECLARED, overlay=fitting)) == []


def test_facts_are_shown_short() -> None:
    assert shown("x" * 200) == "x" * 79 + "…"
    assert shown(tuple(range(9))) == "0, 1, 2, 3, 4, 5, …"
    assert shown(File(name="a.png", media_type="image/png", data=b"")) == "a.png"
    assert shown(1e300) == "1e+300"


def test_every_fact_has_a_word() -> None:
    assert set(FieldFacts.__dataclass_fields__) == set(FACTS)
