"""The background rows of a Shapley estimate: as many typical rows as the budget has two antithetic pairs for.

With few of them amounts would look surer than they are: the intervals do not cover typical rows that were left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explanations.background.sampling import known_rows, typical
from explanations.budgeted_model import BudgetedModel
from explanations.contract import ExplainContext
from explanations.encoder import Encoder
from explanations.shapley.game import Indices, Vector, steady
from explanations.shapley.medoids import representative_order
from mds_client.signature import Values

MOST_TYPICAL = 50
# The share of the remaining rows that goes into the next call while the model's pace is being measured.
TRIAL_SHARE = 0.1
FEWEST_TRIAL_ROWS = 4


def rows_for_all(fields: int, typical: int = MOST_TYPICAL) -> int:
    """The most rows that an estimate over `fields` fields asks about: every coalition with every typical row, or two
    antithetic pairs for each, whichever is more."""
    return typical * max(1 << fields, 4 * fields + 1) + FEWEST_TRIAL_ROWS


@dataclass(frozen=True, kw_only=True)
class AffordableBackground:
    """Typical rows, the share of all rows that each stands for (sum 1), and the answers to them; the first few are as
    like all as they can be, in their values and in their answers.

    `wanted` is how many there would be if the model were quick enough; `rows_each` how many rows one costs.
    """

    rows: list[Values]
    weights: Vector
    background_answers: Vector
    wanted: int
    rows_each: int

    def can_grow(self, ask: BudgetedModel) -> bool:
        """Whether twice as many are affordable after all: the first calls to a model may be slow."""
        doubled = min(2 * len(self.rows), self.wanted)
        return len(self.rows) < doubled and ask.room // self.rows_each >= doubled


def affordable_background(
    context: ExplainContext, players: int, *, most: int = MOST_TYPICAL
) -> AffordableBackground:
    """The typical rows to compare with, and their answers. Raises ExplanationFailed without any.

    The first call to a model says little of its pace, so the rows are asked about in growing parts.
    """
    ask, rows = context.ask, known_rows(context)
    rows_each = 4 * max(players - 1, 1) + 1
    wanted = int(min(max(ask.room_given_time // rows_each, 1), most))
    chosen, weights = typical(context.signature, rows, wanted)
    wanted, done = len(chosen), 0
    while done < min(wanted, max(ask.room // rows_each, 1)):
        part = int(max(TRIAL_SHARE * ask.room, min(FEWEST_TRIAL_ROWS, ask.room), 1))
        ask(chosen[done : done + part])
        done += part
    # The answers to rows that were asked about already cost nothing more.
    affordable = int(max((ask.room + min(done, wanted)) // rows_each, 1))
    if affordable < wanted:
        chosen, weights = typical(context.signature, rows, affordable)
    answers = steady(ask(chosen))
    order = _order(chosen, weights, answers)
    return AffordableBackground(
        rows=[chosen[place] for place in order],
        weights=weights[order],
        background_answers=answers[order],
        wanted=wanted,
        rows_each=rows_each,
    )


def _order(rows: list[Values], weights: Vector, answers: Vector) -> Indices:
    """What the first rows say of the amounts is told before the others are asked about: the answers count as much as all
    values together."""
    values = Encoder.of(list(rows[0]), rows).encode(rows)
    columns = [*values.T, answers]
    shares = [*[1 / len(values.T)] * len(values.T), 1.0]
    points = [
        column / (column.std() or 1.0) * share**0.5
        for column, share in zip(columns, shares, strict=True)
    ]
    return representative_order(np.column_stack(points), weights)
