"""What the browser kept, read back into values. It may be anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mds_client.signature import Field, ModelRef, Signature
from ui.drafts import restored

FIELDS = (
    Field(name="age", kind="integer"),
    Field(name="income", kind="number"),
    Field(name="rural", kind="boolean", required=False),
    Field(name="sex", kind="category", choices=(1, 2), choice_labels=("female", "male")),
    Field(name="row", kind="tensor", shape=(-1, -1)),
    Field(name="note", kind="text"),
    Field(name="rate", kind="number", format="fraction"),
    Field(name="born", kind="datetime", format="date"),
    Field(name="seen", kind="datetime", examples=("2026-03-31 14:05",)),
    Field(name="zoned", kind="datetime", examples=("2026-03-31T14:05:00Z",)),
    Field(name="called", kind="datetime", format="time", examples=("09:30:00",)),
)
SIGNATURE = Signature(model=ModelRef(server="s", name="m"), inputs=FIELDS)


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        ({"age": "41", "income": "1e3"}, {"age": 41, "income": 1000.0}),
        ({"age": "", "income": " "}, {"age": None, "income": None}),
        ({"rural": "no", "sex": "male"}, {"rural": False, "sex": 2}),
        ({"rural": "unknown", "sex": "1"}, {"rural": None, "sex": 1}),
        ({"row": "1, 2 3", "note": "a\nb"}, {"row": [1.0, 2.0, 3.0], "note": "a\nb"}),
        ({"age": "old", "sex": "no such", "gone": "1"}, {}),
        ({"age": "inf", "row": "[" * 90_000}, {}),
        ({"rate": "12.5", "age": str(2**61 + 1)}, {"rate": 0.125, "age": 2**61 + 1}),
        (
            {"born": "1987-05-04", "seen": "2026-04-01T09:30"},
            {"born": "1987-05-04", "seen": "2026-04-01 09:30"},
        ),
        (
            {"zoned": "2026-04-01T09:30", "called": "07:45"},
            {"zoned": "2026-04-01T09:30", "called": "07:45:00"},
        ),
        ({"born": "", "called": "noon", "rate": "much"}, {"born": None, "called": "noon"}),
        ({"age": 7, "note": "x" * 200_000}, {}),
        ({"note": "\ud800", "age": "1_0"}, {"age": 10}),
    ],
)
def test_texts_become_values(texts: dict[str, object], values: dict[str, object]) -> None:
    assert restored(SIGNATURE, texts) == values


@given(st.dictionaries(st.sampled_from([f.name for f in FIELDS]), st.text() | st.integers()))
def test_nothing_that_is_kept_breaks_the_form(texts: dict[str, object]) -> None:
    assert set(restored(SIGNATURE, texts)) <= {field.name for field in FIELDS}
