"""Shares in words."""

from __future__ import annotations

import pytest

from health.estimates import rate
from health.wording import ends_words, value_words


@pytest.mark.parametrize(
    ("count", "n", "value", "ends"),
    [
        (42, 2_875, "1.46 %", "1.08–1.97 %"),
        (42, 2_710, "1.55 %", "1.14–2.09 %"),
        (0, 40, "0 %", "0–8.77 %"),
        (40, 40, "100 %", "91.23–100 %"),
        (1, 100_000, "0.01 %", None),
        (99_999, 100_000, "99.99 %", None),
    ],
)
def test_a_share_is_told_as_exactly_as_its_interval(
    count: int, n: int, value: str, ends: str | None
) -> None:
    found = rate(count, n)
    assert value_words(found) == value
    assert ends is None or ends_words(found) == ends


def test_of_nothing_no_share_is_told() -> None:
    assert value_words(rate(0, 0)) == "–"
