"""What the explainers of the shap library are given: a model whose inputs are switches, one a field.

A switch that is on has the field as in the case, one that is off as in typical rows, of which the weighted mean is
taken. So categories, unknown values and columns that are one choice are nothing that a library has to understand.
Each explainer is run again with more effort until the budget ends it; what it found last counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from explanations.budgeted_model import OutOfBudget
from explanations.contract import Budget, ExplainContext, Explanation, Progress
from explanations.encoder import Encoder
from explanations.shapley.affordable_background import (
    AffordableBackground,
    affordable_background,
    all_rows,
    rows_for_all,
)
from explanations.shapley.game import Estimate, Game, Indices, Matrix, Vector
from explanations.shapley.players import players
from explanations.shapley.result import to_explanation
from mds_client.signature import Signature

ROWS = 3400
CALLS = 300
SECONDS = 20
# Every combination of switches asks about so many rows.
TYPICAL = 10

Effort = Callable[["MaskedModel"], Iterable["Effect"]]


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What an explainer found with some effort: the amounts, (fields,), and the effort in words."""

    amounts: Vector
    words: str
    typical: int = 0


@dataclass(frozen=True, kw_only=True)
class MaskedModel:
    """The model as a function of switches, (rows, fields) of 0 and 1, to numbers, (rows,)."""

    context: ExplainContext
    game: Game
    encoder: Encoder

    def __call__(self, switches: Matrix) -> Vector:
        """The weighted mean over all typical rows. Raises OutOfBudget."""
        every = np.arange(len(self.game.background))
        return np.asarray(self.game.weights @ self._asked(every, switches))

    def against(self, row: int, switches: Matrix) -> Vector:
        """The numbers where what is off is as in this typical row. Raises OutOfBudget."""
        return np.asarray(self._asked(np.array([row]), switches)[0])

    def _asked(self, rows: Indices, switches: Matrix) -> Matrix:
        masks = np.tile(np.asarray(switches) > 0, (len(rows), 1))
        mixed = self.game.mixed(masks, np.repeat(rows, len(switches)))
        found = self.context.ask(self.encoder.decode(mixed))
        return np.asarray(found.reshape(len(rows), len(switches)))

    @property
    def count(self) -> int:
        """How many switches there are."""
        return len(self.game.players)

    @property
    def seed(self) -> int:
        """What makes chance repeatable."""
        return self.context.seed

    @property
    def on(self) -> Matrix:
        """The case: all switches on."""
        return np.ones((1, self.count))

    @property
    def off(self) -> Matrix:
        """A typical case: all switches off."""
        return np.zeros((1, self.count))


def suits(signature: Signature) -> bool:
    """Whether there is anything to share, and somebody to share it with."""
    return signature.is_tabular and len(signature.inputs) > 1


def cost(signature: Signature) -> Budget:
    """What each of these methods may cost."""
    rows = min(ROWS, rows_for_all(len(signature.inputs), TYPICAL))
    return Budget(rows=rows, calls=CALLS, seconds=SECONDS)


def explained(context: ExplainContext, effort: Effort, *, typical: int = TYPICAL) -> Explanation:
    """What an explainer found before it was done or the budget ended it. Raises OutOfBudget if that is nothing."""
    reached = float(context.ask([context.values])[0])
    who = players(context.signature, context.values, all_rows(context))
    against = affordable_background(context, len(who), most=typical)
    switches = _switches(context, against, [each.names for each in who], reached)
    found: Effect | None = None
    ended = ""
    try:
        for found in effort(switches):
            rough = to_explanation(
                context, who, _estimate(switches, found), reached=reached, how="So far."
            )
            context.report(_progress(context, rough))
    except OutOfBudget as stopped:
        if found is None:
            raise
        ended = f"It ended after {stopped.limit}."
    if found is None:
        raise OutOfBudget(context.ask.nearest_limit)
    how = f"{found.words} Ranges are not known. {ended}".strip()
    explanation = to_explanation(context, who, _estimate(switches, found), reached=reached, how=how)
    return replace(explanation, is_complete=not ended)


def with_more(switches: MaskedModel, first: int, most: int) -> Iterable[int]:
    """Efforts in combinations of switches: twice as many each time, while the budget has room for them."""
    combinations = first
    while combinations <= most:
        yield combinations
        if combinations == most:
            return
        combinations = min(2 * combinations, most)
        room = switches.context.ask.room // len(switches.game.background)
        if room < combinations / 2:
            raise OutOfBudget(switches.context.ask.nearest_limit)


def _switches(
    context: ExplainContext,
    against: AffordableBackground,
    names: list[tuple[str, ...]],
    reached: float,
) -> MaskedModel:
    encoder = Encoder.of(list(context.values), [context.values, *against.rows])
    place = {name: column for column, name in enumerate(context.values)}
    game = Game(
        case=encoder.encode([context.values])[0],
        background=encoder.encode(against.rows),
        weights=against.weights,
        players=[[place[name] for name in own] for own in names],
        reached=reached,
        starts=against.starts,
    )
    return MaskedModel(context=context, game=game, encoder=encoder)


def _estimate(switches: MaskedModel, found: Effect) -> Estimate:
    game = switches.game
    typical = found.typical or len(game.background)
    weights = game.weights[:typical] / game.weights[:typical].sum()
    return Estimate(
        amounts=found.amounts,
        half=np.full(switches.count, math.inf),
        base=float(weights @ game.starts[:typical]),
        typical=typical,
        pairs=0,
    )


def _progress(context: ExplainContext, rough: Explanation) -> Progress:
    ask = context.ask
    return Progress(
        fraction=min(ask.rows / (context.budget.rows or ROWS), 1.0),
        words="Trying fields together",
        rough=replace(
            rough, is_complete=False, rows=ask.rows, calls=ask.calls, seconds=ask.seconds
        ),
    )
