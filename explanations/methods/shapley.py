"""Which fields speak for the answer and how much: Shapley values against typical cases, with error bars.

Exact while there are few fields, else estimated from random orders (explanations/shapley/walking.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from explanations.asking import ROWS_A_CALL, OutOfBudget
from explanations.coding import Coding
from explanations.contract import Budget, Explanation, Kind, Progress, Question, Scope
from explanations.errors import ExplanationCancelled
from explanations.shapley import sampling, walking
from explanations.shapley.comparing import Compared, all_rows, compared, rows_for_all
from explanations.shapley.players import Player, players
from explanations.shapley.sampling import Estimate, Game, Matrix, Vector
from explanations.shapley.sharing import told
from explanations.shapley.walks import Facts
from mds_client.errors import MdsError
from mds_client.signature import Signature

NAME = "shapley"
TITLE = "What speaks for and against"
KIND: Kind = "attribution"
SCOPE: Scope = "case"
ROWS = 3400
ROWS_A_FIELD = 100
CALLS = 300
REPETITIONS = 4
# Bars are drawn anew after so many seconds, if the model is slow.
REFINED = 0.5
# Answers that differ by less are the same: a model may run a row in another batch.
SAME = 1e-6


def describe() -> str:
    return (
        "How much each field moved this answer away from that for a typical case, "
        "so that all amounts add up to the difference, and how sure each amount is."
    )


def suits(signature: Signature) -> bool:
    return signature.is_tabular


def cost(signature: Signature) -> Budget:
    fields = len(signature.inputs)
    rows = min(max(ROWS, ROWS_A_FIELD * fields), rows_for_all(fields))
    return Budget(rows=rows, calls=CALLS, seconds=20)


def explain(question: Question) -> Explanation:
    repeated = question.ask.again(question.values, REPETITIONS)
    found, ended = _watched(question, float(repeated[0]))
    noise = float(np.ptp(repeated))
    if noise > SAME * max(1.0, abs(float(repeated[0]))):
        half = found.estimate.half + noise
        found = replace(found, estimate=replace(found.estimate, half=half))
        ended = f"{ended} {_noisy(question, repeated)}".strip()
    return _told(question, found, ended)


@dataclass(frozen=True, kw_only=True)
class _Found:
    """An estimate, of which game and between whom."""

    game: Game
    players: Sequence[Player]
    estimate: Estimate


def _watched(question: Question, reached: float) -> tuple[_Found, str]:
    """The last estimate before it is good enough, the budget is out or the model fails, and what ended it."""
    found: _Found | None = None
    ended = ""
    try:
        for found in _growing(question, reached):
            question.report(_progress(question, found))
            if found.estimate.is_narrow:
                return found, ""
    except OutOfBudget as stopped:
        if found is None:
            raise
        ended = f"It ended after {stopped.limit}."
    except ExplanationCancelled:
        raise
    except MdsError as error:
        if found is None:
            raise
        ended = f"The model stopped answering: {error.sentence}"
    if found is None:
        raise OutOfBudget(question.ask.nearest_limit)
    return found, ended or _short_of(question, found.estimate)


def _growing(question: Question, reached: float) -> Iterator[_Found]:
    """Estimates; begun anew with more typical cases where the model turns out quicker than it seemed."""
    who = players(question.signature, question.values, all_rows(question))
    is_too_few = True
    while is_too_few:
        against = compared(question, len(who))
        is_too_few = False
        words = f"Comparing with {len(against.rows)} typical cases"
        question.report(Progress(fraction=0.1, words=words))
        for found in _estimates(question, who, against, reached):
            is_too_few = against.can_grow(question.ask)
            if is_too_few:
                break
            yield found


def _estimates(
    question: Question, who: Sequence[Player], against: Compared, reached: float
) -> Iterator[_Found]:
    ask = question.ask
    coding = Coding.of(list(question.values), [question.values, *against.rows])
    game = _game(question, coding, who, against, reached)

    def score(codes: Matrix) -> Vector:
        return ask(coding.decode(codes))

    def room() -> float:
        return min(max(game.rows_a_pair, min(ROWS_A_CALL, ask.rows_within(REFINED))), ask.room)

    if game.rows_for_all <= ask.room:
        estimates = sampling.exact(score, game, lambda: ask.room)
    else:
        facts = Facts.of(coding, game)
        estimates = walking.sampled(score, game, room, seed=question.seed, facts=facts)
    for estimate in estimates:
        yield _Found(game=game, players=who, estimate=estimate)


def _game(
    question: Question, coding: Coding, who: Sequence[Player], against: Compared, reached: float
) -> Game:
    place = {name: column for column, name in enumerate(question.values)}
    return Game(
        case=coding.encode([question.values])[0],
        background=coding.encode(against.rows),
        weights=against.weights,
        players=[[place[name] for name in each.names] for each in who],
        reached=reached,
        starts=against.starts,
    )


def _short_of(question: Question, found: Estimate) -> str:
    """What ended it, where that leaves out something a reader expects."""
    return "" if np.isfinite(found.half).all() else f"It ended after {question.ask.nearest_limit}."


def _noisy(question: Question, repeated: Vector) -> str:
    low, high = (question.target.value_text(float(end)) for end in (repeated.min(), repeated.max()))
    return (
        f"Asked {len(repeated)} times about this very case, the model answered between {low} and {high}: "
        "all ranges are widened by that."
    )


def _progress(question: Question, found: _Found) -> Progress:
    rough, ask = _told(question, found, "So far."), question.ask
    share = ask.rows / (question.budget.rows or ROWS)
    return Progress(
        fraction=min(0.1 + 0.9 * share, 1.0),
        words="Trying fields together",
        rough=replace(rough, rows=ask.rows, calls=ask.calls, seconds=ask.seconds),
    )


def _told(question: Question, found: _Found, ended: str) -> Explanation:
    how = f"{_how(found)} {ended}".strip()
    who, estimate = found.players, found.estimate
    return replace(
        told(question, who, estimate, reached=found.game.reached, how=how), is_complete=not ended
    )


def _how(all_found: _Found) -> str:
    """How the amounts were found, how sure they are, and that they add up."""
    game, found = all_found.game, all_found.estimate
    adds = "The amounts add up to the difference from a typical case."
    against = f"{found.typical} typical cases" if found.typical > 1 else "one typical case"
    if found.is_exact:
        return f"Exact against {against}: all combinations of fields were tried. {adds}"
    orders = f"{found.pairs} random orders of the fields"
    if np.isfinite(found.half).all():
        return (
            f"Estimated from {orders}, against {against}; ranges hold with 95 % certainty. {adds}"
        )
    return (
        f"A first estimate without ranges, against {found.typical} of {len(game.background)} "
        f"typical cases. {adds}"
    )
