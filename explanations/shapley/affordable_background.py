"""The typical cases that a case is compared with: as many as can be walked twice within the budget.

Few of them would make amounts look surer than they are: what a model does with the cases left out is in no interval.
"""

from __future__ import annotations

from dataclasses import dataclass

from explanations.background.sampling import typical
from explanations.budgeted_model import BudgetedModel
from explanations.contract import ExplainContext
from explanations.errors import ExplanationFailed
from explanations.shapley.game import Vector
from mds_client.signature import Values

MOST_TYPICAL = 50
# How much of what is left may be spent before it is known how fast the model is.
TRIED = 0.1
FEWEST_TRIED = 4


def rows_for_all(fields: int, typical: int = MOST_TYPICAL) -> int:
    """The most rows that so few fields can take: every combination with every typical row, or two walks each."""
    return typical * max(1 << fields, 4 * fields + 1) + FEWEST_TRIED


@dataclass(frozen=True, kw_only=True)
class AffordableBackground:
    """Typical rows, the share each stands for, and the answers to them.

    `wanted` is how many there would be if the model were quick enough; `rows_each` what one costs.
    """

    rows: list[Values]
    weights: Vector
    starts: Vector
    wanted: int
    rows_each: int

    def can_grow(self, ask: BudgetedModel) -> bool:
        """Whether twice as many are affordable after all: the first calls to a model may be slow."""
        more = min(2 * len(self.rows), self.wanted)
        return len(self.rows) < more and ask.room // self.rows_each >= more


def affordable_background(
    context: ExplainContext, players: int, *, most: int = MOST_TYPICAL
) -> AffordableBackground:
    """The typical rows to compare with, and their answers. Raises ExplanationFailed without any.

    How fast a model is, a first small call does not tell: the rows are asked in growing parts.
    """
    ask, rows = context.ask, all_rows(context)
    rows_each = 4 * max(players - 1, 1) + 1
    wanted = int(min(max(ask.room_given_time // rows_each, 1), most))
    chosen, weights = typical(context.signature, rows, wanted)
    wanted, done = len(chosen), 0
    while done < min(wanted, max(ask.room // rows_each, 1)):
        part = int(max(TRIED * ask.room, min(FEWEST_TRIED, ask.room), 1))
        ask(chosen[done : done + part])
        done += part
    # Those that were asked for are paid for.
    affordable = int(max((ask.room + min(done, wanted)) // rows_each, 1))
    if affordable < wanted:
        chosen, weights = typical(context.signature, rows, affordable)
    return AffordableBackground(
        rows=chosen, weights=weights, starts=ask(chosen), wanted=wanted, rows_each=rows_each
    )


def all_rows(context: ExplainContext) -> list[Values]:
    """The rows among which typical ones are found. Raises ExplanationFailed without any."""
    rows = list(context.background) or context.signature.example_rows
    if not rows:
        raise ExplanationFailed(
            "There are no typical cases to compare this one with.",
            advice="Add example rows to the model's signature, or ask about a few cases first.",
        )
    return [{name: row.get(name) for name in context.values} for row in rows]
