"""Who is right how often, where a person answered before the model did."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from health.first_calls import first_calls
from health.weighted import share


@dataclass(frozen=True, kw_only=True)
class Case:
    probability: float = 0.5
    alone: bool = True
    model: bool = True
    together: bool | None = True


def test_each_share_is_weighted_and_the_sentence_compares_the_same_cases() -> None:
    cases = [
        Case(alone=n % 4 > 0, model=n % 5 > 0, probability=0.5 if n % 2 else 0.1) for n in range(60)
    ]
    found = first_calls(cases)
    weights = [1 / case.probability for case in cases]
    assert found.people == share([case.alone for case in cases], weights)
    assert found.model.value == pytest.approx(0.8)
    assert (found.together.value, found.together.n, found.n) == (1.0, 60, 60)
    assert found.sentence == (
        "People with the model are right more often than the model alone: of 60 cases 12 are right together and not by the model "
        "alone, and 0 the other way round."
    )


def test_worse_together_and_not_clear_are_told() -> None:
    worse = [Case(together=n >= 10) for n in range(40)]
    assert "right less often than the model alone" in first_calls(worse).sentence
    alike = [Case(together=n != 3, model=n != 4) for n in range(40)]
    assert "is not clear" in first_calls(alike).sentence


def test_few_cases_have_no_figure_and_say_how_many_are_needed() -> None:
    found = first_calls([Case()] * 9)
    assert (found.people.value, found.model.n) == (None, 9)
    assert found.sentence.startswith("Not enough evidence to compare: 10 cases are needed")
    assert first_calls([]).model.n == 0
    found = first_calls([Case(together=None)] * 30)
    assert (found.model.value, found.together.value, found.together.n) == (1.0, None, 0)
    assert "too few to tell whether they do better together" in found.sentence
