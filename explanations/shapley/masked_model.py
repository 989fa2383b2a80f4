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

from explanations.asking import OutOfBudget
from explanations.coding import Coding
from explanations.contract import Budget, Explanation, Progress, Question
from explanations.shapley.comparing import Compared, all_rows, compared, rows_for_all
from explanations.shapley.players import players
from explanations.shapley.sampling import Estimate, Game, Indices, Matrix, Vector
from explanations.shapley.sharing import told
from mds_client.signature import Signature

ROWS = 3400
CALLS = 300
SECONDS = 20
# Every combination of switches asks about so many rows.
TYPICAL = 10

Effort = Callable[["Switches"], Iterable["Effect"]]


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What an explainer found with some effort: the amounts, (fields,), and the effort in words."""

    amounts: Vector
    words: str
    typical: int = 0


@dataclass(frozen=True, kw_only=True)
class Switches:
    """The model as a function of switches, (rows, fields) of 0 and 1, to numbers, (rows,)."""

    question: Question
    game: Game
    coding: Coding

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
        found = self.question.ask(self.coding.decode(mixed))
        return np.asarray(found.reshape(len(rows), len(switches)))

    @property
    def count(self) -> int:
        """How many switches there are."""
        return len(self.game.players)

    @property
    def seed(self) -> int:
        """What makes chance repeatable."""
        return self.question.seed

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


def explained(question: Question, effort: Effort, *, typical: int = TYPICAL) -> Explanation:
    """What an explainer found before it was done or the budget ended it. Raises OutOfBudget if that is nothing."""
    reached = float(question.ask([question.values])[0])
    who = players(question.signature, question.values, all_rows(question))
    against = compared(question, len(who), most=typical)
    switches = _switches(question, against, [each.names for each in who], reached)
    found: Effect | None = None
    ended = ""
    try:
        for found in effort(switches):
            rough = told(question, who, _estimate(switches, found), reached=reached, how="So far.")
            question.report(_progress(question, rough))
    except OutOfBudget as stopped:
        if found is None:
            raise
        ended = f"It ended after {stopped.limit}."
    if found is None:
        raise OutOfBudget(question.ask.nearest_limit)
    how = f"{found.words} Ranges are not known. {ended}".strip()
    explanation = told(question, who, _estimate(switches, found), reached=reached, how=how)
    return replace(explanation, is_complete=not ended)


def with_more(switches: Switches, first: int, most: int) -> Iterable[int]:
    """Efforts in combinations of switches: twice as many each time, while the budget has room for them."""
    combinations = first
    while combinations <= most:
        yield combinations
        if combinations == most:
            return
        combinations = min(2 * combinations, most)
        room = switches.question.ask.room // len(switches.game.background)
        if room < combinations / 2:
            raise OutOfBudget(switches.question.ask.nearest_limit)


def _switches(
    question: Question, against: Compared, names: list[tuple[str, ...]], reached: float
) -> Switches:
    coding = Coding.of(list(question.values), [question.values, *against.rows])
    place = {name: column for column, name in enumerate(question.values)}
    game = Game(
        case=coding.encode([question.values])[0],
        background=coding.encode(against.rows),
        weights=against.weights,
        players=[[place[name] for name in own] for own in names],
        reached=reached,
        starts=against.starts,
    )
    return Switches(question=question, game=game, coding=coding)


def _estimate(switches: Switches, found: Effect) -> Estimate:
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


def _progress(question: Question, rough: Explanation) -> Progress:
    ask = question.ask
    return Progress(
        fraction=min(ask.rows / (question.budget.rows or ROWS), 1.0),
        words="Trying fields together",
        rough=replace(
            rough, is_complete=False, rows=ask.rows, calls=ask.calls, seconds=ask.seconds
        ),
    )
