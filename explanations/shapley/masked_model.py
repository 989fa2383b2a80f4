"""What the explainers of the shap library are given: the model as a function of a mask, 0 or 1 a player.

A player at 1 has the values of the case, one at 0 those of a typical row; the answer is the weighted mean over
typical rows. So the library never meets categories, unknown values or one-hot columns. Each explainer is run with
more and more evaluations until the budget ends it; its last result counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from explanations.background.sampling import known_rows
from explanations.budgeted_model import OutOfBudget
from explanations.contract import Budget, ExplainContext, Explanation, Progress
from explanations.encoder import Encoder
from explanations.shapley.affordable_background import (
    AffordableBackground,
    affordable_background,
    rows_for_all,
)
from explanations.shapley.game import Estimate, Game, Indices, Matrix, Vector
from explanations.shapley.players import find_players
from explanations.shapley.result import to_explanation
from mds_client.signature import Signature

ROWS = 3400
CALLS = 300
SECONDS = 20
# How many typical rows each mask is evaluated with.
TYPICAL = 10

Run = Callable[["MaskedModel"], Iterable["PartialResult"]]


@dataclass(frozen=True, kw_only=True)
class PartialResult:
    """The amounts (players,) of an explainer after some evaluations, and in words after how many.

    `typical` is how many typical rows took part; 0 stands for all.
    """

    amounts: Vector
    words: str
    typical: int = 0


@dataclass(frozen=True, kw_only=True)
class MaskedModel:
    """The model as a function of masks, (rows, players) of 0 and 1, to answers, (rows,)."""

    context: ExplainContext
    game: Game
    encoder: Encoder

    def __call__(self, masks: Matrix) -> Vector:
        """The weighted mean over all typical rows. Raises OutOfBudget."""
        every = np.arange(len(self.game.background))
        return np.asarray(self.game.weights @ self._scores(every, masks))

    def with_typical(self, row: int, masks: Matrix) -> Vector:
        """The answers where players at 0 are as in this one typical row. Raises OutOfBudget."""
        return np.asarray(self._scores(np.array([row]), masks)[0])

    def _scores(self, rows: Indices, masks: Matrix) -> Matrix:
        is_on = np.tile(np.asarray(masks) > 0, (len(rows), 1))
        mixed = self.game.mixed(is_on, np.repeat(rows, len(masks)))
        scores = self.context.ask(self.encoder.decode(mixed))
        return np.asarray(scores.reshape(len(rows), len(masks)))

    @property
    def count(self) -> int:
        """How many players there are."""
        return len(self.game.players)

    @property
    def seed(self) -> int:
        """The seed of the explanation."""
        return self.context.seed

    @property
    def on(self) -> Matrix:
        """The mask of the case itself: all ones, (1, players)."""
        return np.ones((1, self.count))

    @property
    def off(self) -> Matrix:
        """The mask of a typical row: all zeros, (1, players)."""
        return np.zeros((1, self.count))


def suits(signature: Signature) -> bool:
    """Whether it is a row of a table with two fields or more."""
    return signature.is_tabular and len(signature.inputs) > 1


def cost(signature: Signature) -> Budget:
    """What each of these methods may cost."""
    rows = min(ROWS, rows_for_all(len(signature.inputs), TYPICAL))
    return Budget(rows=rows, calls=CALLS, seconds=SECONDS)


def explained(context: ExplainContext, run: Run, *, typical: int = TYPICAL) -> Explanation:
    """The explanation by the last result of `run`, before it was done or the budget ended it.

    Raises OutOfBudget where there was none yet.
    """
    case_answer = float(context.ask([context.values])[0])
    players = find_players(context.signature, context.values, known_rows(context))
    against = affordable_background(context, len(players), most=typical)
    masked = _masked_model(context, against, [each.names for each in players], case_answer)
    result: PartialResult | None = None
    ended = ""
    try:
        for result in run(masked):
            rough = to_explanation(
                context, players, _estimate(masked, result), case_answer=case_answer, how="So far."
            )
            context.report(_progress(context, rough))
    except OutOfBudget as stopped:
        if result is None:
            raise
        ended = f"It ended after {stopped.limit}."
    if result is None:
        raise OutOfBudget(context.ask.nearest_limit)
    how = f"{result.words} Ranges are not known. {ended}".strip()
    explanation = to_explanation(
        context, players, _estimate(masked, result), case_answer=case_answer, how=how
    )
    return replace(explanation, is_complete=not ended)


def with_more(masked: MaskedModel, first: int, most: int) -> Iterable[int]:
    """How many coalitions to evaluate in each run: doubled from `first` to `most`.

    Raises OutOfBudget where the rest of the budget has room for less than half of the next run.
    """
    combinations = first
    while combinations <= most:
        yield combinations
        if combinations == most:
            return
        combinations = min(2 * combinations, most)
        room = masked.context.ask.room // len(masked.game.background)
        if room < combinations / 2:
            raise OutOfBudget(masked.context.ask.nearest_limit)


def _masked_model(
    context: ExplainContext,
    against: AffordableBackground,
    names: list[tuple[str, ...]],
    case_answer: float,
) -> MaskedModel:
    encoder = Encoder.of(list(context.values), [context.values, *against.rows])
    place = {name: column for column, name in enumerate(context.values)}
    game = Game(
        case=encoder.encode([context.values])[0],
        background=encoder.encode(against.rows),
        weights=against.weights,
        players=[[place[name] for name in own] for own in names],
        case_answer=case_answer,
        background_answers=against.background_answers,
    )
    return MaskedModel(context=context, game=game, encoder=encoder)


def _estimate(masked: MaskedModel, result: PartialResult) -> Estimate:
    game = masked.game
    typical = result.typical or len(game.background)
    weights = game.weights[:typical] / game.weights[:typical].sum()
    return Estimate(
        amounts=result.amounts,
        half_width=np.full(masked.count, math.inf),
        base=float(weights @ game.background_answers[:typical]),
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
