"""How many typical cases there are does not hang on a first call that was slow."""

from __future__ import annotations

import numpy as np
import pytest
from arithmetic_models import number, table

from explanations.budgeted_model import BudgetedModel
from explanations.contract import Budget, ExplainContext
from explanations.methods import methods
from explanations.shapley.affordable_background import affordable_background
from explanations.target import Target
from mds_client.prediction import Answer
from mds_client.signature import Values

TYPICAL = 40
COLUMNS = {f"x{i}": np.random.default_rng(i).normal(size=TYPICAL).tolist() for i in range(12)}
SIGNATURE = table(COLUMNS)
CASE: Values = dict.fromkeys(COLUMNS, 1.0)


class Clockwork:
    """A model whose calls take as long as they are told to, and the clock beside it."""

    def __init__(self, first: float, call: float, row: float = 0.0) -> None:
        self.now = 0.0
        self._first, self._call, self._row = first, call, row
        self._calls = 0

    def clock(self) -> float:
        return self.now

    def predict(self, rows: list[Values]) -> list[Answer]:
        self._calls += 1
        self.now += (self._first if self._calls == 1 else self._call) + self._row * len(rows)
        return [number(float(sum(row.values()))) for row in rows]  # type: ignore[arg-type]


def _context(model: Clockwork, seconds: float = 20) -> ExplainContext:
    budget = Budget(rows=3400, calls=300, seconds=seconds)
    ask = BudgetedModel(model.predict, Target(kind="number"), budget=budget, clock=model.clock)
    ask.again(CASE, 4)
    return ExplainContext(
        method=methods()["shapley"], ask=ask, signature=SIGNATURE, values=CASE, budget=budget
    )


def test_a_first_call_of_ten_seconds_costs_no_typical_case() -> None:
    context = _context(Clockwork(first=10.0, call=0.05))
    found = affordable_background(context, 12)
    assert len(found.rows) == TYPICAL
    assert context.ask.calls <= 4


def test_a_model_that_is_slow_with_every_row_gets_few_and_little_is_wasted() -> None:
    context = _context(Clockwork(first=0.1, call=0.0, row=0.05))
    found = affordable_background(context, 12)
    assert 1 <= len(found.rows) < 10
    assert context.ask.rows <= 60
    assert context.ask.room >= len(found.rows) * (found.rows_each - 1)
    assert not found.can_grow(context.ask)


def test_where_it_turns_out_quicker_later_there_can_be_more() -> None:
    model = Clockwork(first=0.1, call=0.0, row=0.05)
    context = _context(model)
    found = affordable_background(context, 12)
    model._row = 0.0001
    context.ask([{**CASE, "x0": 7.0}])
    assert found.can_grow(context.ask)
    assert len(affordable_background(context, 12).rows) == TYPICAL


def test_all_typical_rows_stand_for_their_share() -> None:
    found = affordable_background(_context(Clockwork(first=0.1, call=0.05)), 12, most=5)
    assert len(found.rows) == len(found.background_answers) == 5
    assert found.weights.sum() == pytest.approx(1)


def test_the_first_rows_are_as_like_all_as_they_can_be() -> None:
    """The first reasons come from them alone: what they answer and hold on average is near the average of all."""
    found = affordable_background(_context(Clockwork(first=0.1, call=0.05)), 12)
    values = np.array([list(row.values()) for row in found.rows])
    for first in (3, 6):
        told = found.background_answers[:first].mean() - found.background_answers.mean()
        chance = found.background_answers.std() / first**0.5
        assert abs(told) < 0.5 * chance
        apart = np.abs(values[:first].mean(axis=0) - values.mean(axis=0)).mean()
        assert apart < 0.8 * values.std() / first**0.5
    few = affordable_background(_context(Clockwork(first=0.1, call=0.05)), 12, most=5)
    assert few.weights[0] < 1
