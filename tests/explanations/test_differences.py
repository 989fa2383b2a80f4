"""The difference of two numbers is the one that a reader finds between what is said of them."""

from __future__ import annotations

import pytest

from explanations.differences import moved
from explanations.target import Target

SHARE = Target(kind="probability", answer="Adelie")
NUMBER = Target(kind="number", answer="81 points", unit="points")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (0.864, 0.828, "86 % → 83 %: 3 percentage points less"),
        (0.864, 0.856, "0.8 percentage points less"),
        (0.5, 0.992, "50 % → 99.2 %: 49 percentage points more"),
        (0.5, 0.9999, "50 % → more than 99.9 %: 50 percentage points more"),
        (0.861, 0.864, "0.3 percentage points more"),
        (0.861, 0.861, "no difference"),
    ],
)
def test_shares(before: float, after: float, words: str) -> None:
    said = moved(SHARE, before, after).replace("\N{NO-BREAK SPACE}", " ")
    assert said == words


def test_numbers() -> None:
    assert moved(NUMBER, 80.97, 80.52).replace("\N{NO-BREAK SPACE}", " ") == (
        "81 points → 80.5 points: 0.5 points less"
    )
