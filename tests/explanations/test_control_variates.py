"""What is foretold of samples: much for models that bend a sum or let few fields act together; and the sums stay."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from explanations.encoder import Encoder
from explanations.shapley import permutation_sampling
from explanations.shapley.game import Estimate, Game, exact
from explanations.shapley.gaussian_process import shapley_of_products
from explanations.shapley.permutation_samples import Features

Rows = np.ndarray
FIELDS, TYPICAL, BUDGET = 9, 16, 1100
SLOPES = np.linspace(-2, 3, FIELDS)


def _sigmoid(rows: Rows) -> Rows:
    return np.asarray(1 / (1 + np.exp(-(rows @ SLOPES))))


def _steps(rows: Rows) -> Rows:
    return np.asarray((rows[:, 0] > 0) * (rows[:, 1] > 0) * (rows[:, 2] > 0) * 1.0)


def _estimates(
    score: Callable[[Rows], Rows], seed: int, *, told: bool, budget: int = BUDGET
) -> list[Estimate]:
    chance = np.random.default_rng(seed)
    background, case = chance.normal(size=(TYPICAL, FIELDS)), chance.normal(size=FIELDS)
    names = [f"x{place}" for place in range(FIELDS)]
    rows = [dict(zip(names, row, strict=True)) for row in [case.tolist(), *background.tolist()]]
    encoder = Encoder.of(names, rows)
    codes = encoder.encode(rows)
    left = [budget]

    def ask(asked: Rows) -> Rows:
        left[0] -= len(asked)
        return score(np.array([list(row.values()) for row in encoder.decode(asked)], dtype=float))

    game = Game(
        case=codes[0],
        background=codes[1:],
        weights=np.full(TYPICAL, 1 / TYPICAL),
        players=[(place,) for place in range(FIELDS)],
        case_answer=float(score(case[None])[0]),
        background_answers=score(background),
    )
    features = Features.of(encoder, game) if told else None
    return list(
        permutation_sampling.sampled(
            ask, game, lambda: min(200, left[0]), seed=seed, features=features
        )
    )


def _half(score: Callable[[Rows], Rows], *, told: bool, budget: int = BUDGET) -> float:
    halves = [
        _estimates(score, seed, told=told, budget=budget)[-1].half_width.mean() for seed in range(5)
    ]
    return float(np.mean(halves))


def test_a_bent_sum_is_foretold_so_that_little_is_left_to_chance() -> None:
    assert _half(_sigmoid, told=True) < 0.2 * _half(_sigmoid, told=False)


def test_a_scaled_bent_sum_above_zero_is_foretold_too() -> None:
    def score(rows: Rows) -> Rows:
        return np.asarray(200_000 * np.exp(rows @ SLOPES / 4))

    assert _half(score, told=True) < 0.2 * _half(score, told=False)


@pytest.mark.slow
def test_what_few_fields_do_together_is_foretold_by_likeness() -> None:
    def score(rows: Rows) -> Rows:
        return np.asarray(np.sin(rows[:, 0] * rows[:, 1] * rows[:, 2]) + rows[:, 3] * rows[:, 4])

    with_facts, without = (_half(score, told=told, budget=3 * BUDGET) for told in (True, False))
    assert with_facts < 0.7 * without


@pytest.mark.slow
def test_what_cannot_be_foretold_costs_little() -> None:
    def noise(rows: Rows) -> Rows:
        return np.asarray(np.sin(1e4 * rows.sum(axis=1)))

    assert _half(_steps, told=True) <= 1.25 * _half(_steps, told=False)
    assert _half(noise, told=True) <= 1.25 * _half(noise, told=False)


def test_fields_that_do_nothing_are_given_next_to_nothing() -> None:
    found = _estimates(lambda rows: _steps(rows) - 0.5, 1, told=True)[-1]
    assert (np.abs(found.amounts[3:]) <= found.half_width[3:]).all()


def test_what_is_like_neither_row_adds_nothing() -> None:
    there, here = np.array([[0.0, 1.0], [0.5, 1.0]]), np.array([[0.0, 0.5], [1.0, 0.5]])
    with_it = shapley_of_products(there, here, np.array([1.0, 2.0]))
    without = shapley_of_products(there[1:], here[1:], np.array([2.0]))
    assert with_it == pytest.approx(without)


@pytest.mark.parametrize("players", [1, 2, 5, 8])
def test_the_shapley_of_products_are_those_of_all_combinations(players: int) -> None:
    chance = np.random.default_rng(players)
    there, here = chance.uniform(0.1, 1, (2, 7, players))
    shares = chance.normal(size=7)
    masks = (np.arange(2**players)[:, None] >> np.arange(players) & 1).astype(bool)
    worth = np.array([shares @ np.where(mask, there, here).prod(axis=1) for mask in masks])
    game = Game(
        case=np.ones(players),
        background=np.zeros((1, players)),
        weights=np.ones(1),
        players=[(place,) for place in range(players)],
        case_answer=float(worth[-1]),
        background_answers=worth[:1],
    )

    def score(rows: Rows) -> Rows:
        return np.asarray(worth[(rows.astype(int) << np.arange(players)).sum(axis=1)])

    *_, whole = exact(score, game, lambda: 10**6)
    assert shapley_of_products(there, here, shares) == pytest.approx(whole.amounts)


@pytest.mark.parametrize("score", [_sigmoid, _steps])
def test_amounts_add_up_after_every_batch(score: Callable[[Rows], Rows]) -> None:
    for found in _estimates(score, 3, told=True):
        chance = np.random.default_rng(3)
        _, case = chance.normal(size=(TYPICAL, FIELDS)), chance.normal(size=FIELDS)
        case_answer = float(score(case[None])[0])
        assert found.amounts.sum() == pytest.approx(case_answer - found.base, abs=1e-9)


def test_categories_and_unknown_values_are_features_too() -> None:
    rows = [{"a": "x", "b": 1.0}, {"a": "y", "b": None}, {"a": None, "b": 3.0}]
    encoder = Encoder.of(["a", "b"], rows)
    codes = encoder.encode(rows)
    game = Game(
        case=codes[0],
        background=codes[1:],
        weights=np.full(2, 0.5),
        players=[(0,), (1,)],
        case_answer=1.0,
        background_answers=np.zeros(2),
    )
    features = Features.of(encoder, game)
    assert features.owners.tolist() == [0, 0, 0, 1, 1]
    # Away from the case: unknown, x, y; then the number (its mean where unknown) and whether it is unknown.
    assert (features.typical != 0).tolist() == [
        [False, True, True, True, True],
        [True, True, False, True, False],
    ]
