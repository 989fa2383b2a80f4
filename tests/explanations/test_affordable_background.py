"""How many typical cases there are does not hang on a first call that was slow."""

from __future__ import annotations

import numpy as np
import pytest
from arithmetic_models import number, table

from explanations.asking import Asker
from explanations.contract import Budget, Question
from explanations.methods import methods
from explanations.shapley.comparing import compared
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


def _question(model: Clockwork, seconds: float = 20) -> Question:
    budget = Budget(rows=3400, calls=300, seconds=seconds)
    ask = Asker(model.predict, Target(kind="number"), budget=budget, clock=model.clock)
    ask.again(CASE, 4)
    return Question(
        method=methods()["shapley"], ask=ask, signature=SIGNATURE, values=CASE, budget=budget
    )


def test_a_first_call_of_ten_seconds_costs_no_typical_case() -> None:
    question = _question(Clockwork(first=10.0, call=0.05))
    found = compared(question, 12)
    assert len(found.rows) == TYPICAL
    assert question.ask.calls <= 4


def test_a_model_that_is_slow_with_every_row_gets_few_and_little_is_wasted() -> None:
    question = _question(Clockwork(first=0.1, call=0.0, row=0.05))
    found = compared(question, 12)
    assert 1 <= len(found.rows) < 10
    assert question.ask.rows <= 60
    assert question.ask.room >= len(found.rows) * (found.rows_each - 1)
    assert not found.can_grow(question.ask)


def test_where_it_turns_out_quicker_later_there_can_be_more() -> None:
    model = Clockwork(first=0.1, call=0.0, row=0.05)
    question = _question(model)
    found = compared(question, 12)
    model._row = 0.0001
    question.ask([{**CASE, "x0": 7.0}])
    assert found.can_grow(question.ask)
    assert len(compared(question, 12).rows) == TYPICAL


def test_all_typical_rows_stand_for_their_share() -> None:
    found = compared(_question(Clockwork(first=0.1, call=0.05)), 12, most=5)
    assert len(found.rows) == len(found.starts) == 5
    assert found.weights.sum() == pytest.approx(1)
