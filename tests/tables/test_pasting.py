"""A row that was copied elsewhere."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mds_client.signature import Field, ModelRef, Signature
from tables.errors import UnreadableFile
from tables.pasting import pasted

SIGNATURE = Signature(
    model=ModelRef(server="s", name="m"),
    inputs=(
        Field(name="age", kind="integer", datatype="INT64"),
        Field(name="income", kind="number", datatype="FP64", unit="EUR"),
        Field(name="housing", kind="category", choices=("own", "rent")),
    ),
)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("41\t1250.5\trent", {"age": 41, "income": 1250.5, "housing": "rent"}),
        ("41;1250,5;Rent", {"age": 41, "income": 1250.5, "housing": "rent"}),
        ("Income\tAge\n1250.5\t41", {"age": 41, "income": 1250.5}),
        ('{"age": 41, "housing": "own"}', {"age": 41, "housing": "own"}),
        ("age,income,housing\n41,,own\n7,8,rent", {"age": 41, "housing": "own"}),
    ],
)
def test_a_row_becomes_values(text: str, values: dict[str, object]) -> None:
    found = pasted(text, SIGNATURE)
    assert {name: value for name, value in found.items() if value is not None} == values


@given(st.text(max_size=200))
def test_any_text_is_values_or_a_sentence(text: str) -> None:
    with suppress(UnreadableFile):
        assert pasted(text, SIGNATURE).keys() <= {"age", "income", "housing"}
