"""What was entered, in words."""

from __future__ import annotations

import pytest

from cases.wording import short, title, value_text
from mds_client.signature import Field

GAP = "\N{NO-BREAK SPACE}"
FIELDS = {
    "bill": Field(name="bill", kind="number", label="Bill length", unit="mm"),
    "sex": Field(name="sex", kind="category", choices=(0, 1), choice_labels=("female", "male")),
}


@pytest.mark.parametrize(
    ("value", "field", "words"),
    [
        (205.0, None, "205"),
        (4500.0, FIELDS["bill"], f"4,500{GAP}mm"),
        (1234.5678, FIELDS["bill"], f"1,234.5678{GAP}mm"),
        (2026, Field(name="built", kind="number", unit="year"), f"2026{GAP}year"),
        (4500.0, None, "4500"),
        (39.125, None, "39.125"),
        (-0.5, None, "-0.5"),
        (1e22, None, "1e+22"),
        (2**60, None, str(2**60)),
        (float("nan"), None, "nan"),
        (True, None, "yes"),
        (None, FIELDS["bill"], "unknown"),
        (1, FIELDS["sex"], "male"),
        (7, FIELDS["sex"], "7"),
        (0.12, Field(name="f", kind="number", format="fraction"), f"12{GAP}%"),
        (0.07, Field(name="f", kind="number", format="fraction"), f"7{GAP}%"),
        (12.0, Field(name="p", kind="number", format="percent"), f"12{GAP}%"),
        ([1.0, None, "a"], None, "[1, unknown, a]"),
        ({"file": "a.png", "media_type": "", "size": 1, "sha256": ""}, None, "a.png"),
        ({"omitted": True, "size": 1, "sha256": ""}, None, "a large value"),
        ("x" * 5_000, None, "x" * 2_000),
    ],
)
def test_a_value_reads_as_it_was_entered(value: object, field: Field | None, words: str) -> None:
    assert value_text(value, field) == words


def test_inputs_in_short_have_titles_and_whole_numbers() -> None:
    entered = {
        "bill": 205.0,
        "photo": {"file": "a.png", "media_type": "image/png", "size": 1, "sha256": "0"},
        "sex": None,
        "pixels": [0] * 64,
    }
    assert short(entered) == "bill 205, photo a.png, sex unknown, pixels 64 values"
    assert short({"bill": 205.0, "sex": 1}, FIELDS) == f"Bill length 205{GAP}mm, Sex male"
    assert len(short({"text": "x" * 500})) == 80
    assert title({}, "bill") == "bill"
