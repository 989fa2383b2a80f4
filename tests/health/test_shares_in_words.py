"""Shares and sizes of errors in words."""

from __future__ import annotations

import pytest

from health.details import Sizes
from health.error_sizes import mean_text, short_words
from health.estimates import rate
from health.regression import NumberErrors
from health.weighted import Mean
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


def test_numbers_that_were_only_called_right_say_nothing_of_their_errors() -> None:
    none, some = Mean(value=0.0, low=0.0, high=0.0, n=10), Mean(value=4.0, low=3.0, high=5.0, n=10)
    every = NumberErrors(bias=none, mae=none, rmse=none, n=10, median=none)
    assert short_words(Sizes(all=every, near=None, far=[], confirmed=10)) == ""
    told = NumberErrors(bias=none, mae=some, rmse=some, n=10, median=none)
    words = short_words(Sizes(all=told, near=None, far=[], confirmed=9), "mg/dl")
    assert words == "Its numbers are off by at least 4 (3 to 5) mg/dl on average, n=10."


def test_a_mean_has_as_many_digits_as_its_interval_bears() -> None:
    assert mean_text(Mean(value=40.434, low=30.049, high=50.8, n=75)) == "40.4 (30 to 50.8)"
    large = Mean(value=12_345.6, low=1_234.56, high=23_456.7, n=75)
    assert mean_text(large) == "12,346 (1235 to 23,457)"
