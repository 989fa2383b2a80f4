"""The table of a signature: what its cells show, and what edits of them say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mds_client.signature import File, ModelRef, Signature
from mds_client.signature.facts import FieldFacts
from mds_client.signature.metadata import signature_of
from signatures.overlay import EMPTY, together
from ui.signatures.table import edited, half_ranges, joined, parted, row_of, table_of

REF = ModelRef(server="s", name="m")


def tensor(name: str, datatype: str, **words: object) -> dict[str, object]:
    return {"name": name, "datatype": datatype, "shape": [-1, 1], "parameters": words}


DECLARED = signature_of(
    REF,
    {
        "inputs": [
            tensor("age", "FP64", label="Age", min=18, max=90, examples=[30, 41]),
            tensor("plan", "BYTES", choices=["b", "g"], examples=["b", "g"], optional=True),
            tensor("code", "INT32", kind="category", examples=[1, 2]),
            tensor("is_new", "BOOL", examples=[True, False]),
        ]
    },
)
AGE, PLAN, CODE, IS_NEW = range(4)


def after(index: int, cells: dict[str, object], opened=EMPTY, signature: Signature = DECLARED):
    shown = together(signature, overlay=opened)
    return edited(opened, shown, signature, {index: cells})


def said(index: int, **cells: object) -> FieldFacts:
    facts = after(index, cells)
    return facts.fields.get(DECLARED.inputs[index].name, FieldFacts())


def test_the_cells_of_a_field() -> None:
    row = row_of(DECLARED["plan"])
    assert (row["choices"], row["optional"], row["example"]) == ("b | g", True, "b")
    assert row_of(DECLARED["age"])["example"] == "30"
    assert row_of(DECLARED["is_new"])["example"] == "yes"
    picture = replace(DECLARED["age"], examples=(File(name="a.png", media_type="", data=b""),))
    assert row_of(picture)["example"] == "a.png"
    table = table_of(DECLARED)
    assert list(table["field"]) == ["age", "plan", "code", "is_new"]
    assert list(table_of(replace(DECLARED, inputs=()))) == list(table)


@pytest.mark.parametrize(
    ("index", "cells", "facts"),
    [
        (AGE, {"label": " Years "}, FieldFacts(label="Years")),
        (AGE, {"label": "Age"}, FieldFacts()),
        (AGE, {"label": None}, FieldFacts()),
        (AGE, {"minimum": 5}, FieldFacts(minimum=5.0)),
        (AGE, {"low": 20}, FieldFacts(typical=(20.0, 90.0))),
        (AGE, {"low": 1, "high": 2}, FieldFacts(typical=(1.0, 2.0))),
        (AGE, {"high": None}, FieldFacts()),
        (AGE, {"optional": True}, FieldFacts(required=False)),
        (PLAN, {"optional": False}, FieldFacts(required=True)),
        (PLAN, {"optional": True}, FieldFacts()),
        (PLAN, {"choices": "b | g | s"}, FieldFacts(choices=("b", "g", "s"))),
        (PLAN, {"choice_labels": "Basic | Gold"}, FieldFacts(choice_labels=("Basic", "Gold"))),
        (CODE, {"choices": "1|2|-3"}, FieldFacts(choices=(1, 2, -3))),
        (CODE, {"choices": "1|two"}, FieldFacts(choices=(1, "two"))),
        (AGE, {"choices": "1.5|2"}, FieldFacts(choices=(1.5, 2))),
        (AGE, {"order": 3.0, "group": "Person"}, FieldFacts(order=3, group="Person")),
        (AGE, {"sensitive": True}, FieldFacts(sensitive=True)),
        (AGE, {"kind": "integer"}, FieldFacts(kind="integer")),
    ],
)
def test_an_edited_cell_is_a_fact(index: int, cells: dict[str, object], facts: FieldFacts) -> None:
    assert said(index, **cells) == facts


def test_an_emptied_cell_takes_back_what_a_person_said() -> None:
    opened = replace(EMPTY, fields={"age": FieldFacts(label="Years", unit="y")})
    assert after(AGE, {"label": None}, opened).fields["age"] == FieldFacts(unit="y")
    assert after(AGE, {"label": None, "unit": ""}, opened) == EMPTY
    assert after(AGE, {"label": "Age"}, opened).fields["age"].label == "Age"


def test_one_example_is_a_whole_row() -> None:
    facts = after(AGE, {"example": "33.5"})
    assert facts.fields["age"].examples == (33.5, 41)
    assert facts.fields["plan"].examples == ("b", "g")
    found = together(DECLARED, overlay=facts)
    assert found.example_rows[0] == {"age": 33.5, "plan": "b", "code": 1, "is_new": True}
    unknown = after(PLAN, {"example": None})
    assert unknown.fields["plan"].examples == (None, "g")


def test_an_example_that_is_none_is_kept_for_the_check_to_name() -> None:
    facts = after(AGE, {"example": "old"})
    assert facts.fields["age"].examples == ("old", 41)
    assert together(DECLARED, overlay=facts)["age"].examples == (30, 41)


def test_rows_that_are_gone_are_passed_over() -> None:
    assert after(99, {"label": "x"}) == EMPTY


def test_a_range_with_one_end_is_named() -> None:
    assert half_ranges({CODE: {"low": 1}}, DECLARED) == ["Code"]
    assert half_ranges({CODE: {"low": 0}}, DECLARED) == ["Code"]
    assert half_ranges({AGE: {"low": 1}, CODE: {"label": "x"}}, DECLARED) == []
    assert half_ranges({AGE: {"low": None, "high": None}}, DECLARED) == []


WORDS = st.lists(
    st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="|"), min_size=1)
)


@given(WORDS)
def test_words_in_one_cell_are_parted_again(words: list[str]) -> None:
    assert parted(joined(words)) == tuple(words)
