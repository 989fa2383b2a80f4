"""Which fields speak for the answer and how much: Shapley values against typical cases, with error bars.

Exact while there are few fields, else estimated from random orders (explanations/shapley/permutation_sampling.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from explanations.budgeted_model import ROWS_A_CALL, OutOfBudget
from explanations.contract import Budget, ExplainContext, Explanation, Kind, Progress, Scope
from explanations.encoder import Encoder
from explanations.errors import ExplanationCancelled
from explanations.shapley import permutation_sampling
from explanations.shapley.affordable_background import (
    AffordableBackground,
    affordable_background,
    all_rows,
    rows_for_all,
)
from explanations.shapley.game import Estimate, Game, Matrix, Vector, exact
from explanations.shapley.permutation_samples import Facts
from explanations.shapley.players import Player, players
from explanations.shapley.result import to_explanation
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


def explain(context: ExplainContext) -> Explanation:
    repeated = context.ask.again(context.values, REPETITIONS)
    found, ended = _watched(context, float(repeated[0]))
    noise = float(np.ptp(repeated))
    if noise > SAME * max(1.0, abs(float(repeated[0]))):
        half = found.estimate.half + noise
        found = replace(found, estimate=replace(found.estimate, half=half))
        ended = f"{ended} {_noisy(context, repeated)}".strip()
    return _told(context, found, ended)


@dataclass(frozen=True, kw_only=True)
class _Found:
    """An estimate, of which game and between whom."""

    game: Game
    players: Sequence[Player]
    estimate: Estimate


def _watched(context: ExplainContext, reached: float) -> tuple[_Found, str]:
    """The last estimate before it is good enough, the budget is out or the model fails, and what ended it."""
    found: _Found | None = None
    ended = ""
    try:
        for found in _growing(context, reached):
            context.report(_progress(context, found))
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
        raise OutOfBudget(context.ask.nearest_limit)
    return found, ended or _short_of(context, found.estimate)


def _growing(context: ExplainContext, reached: float) -> Iterator[_Found]:
    """Estimates; begun anew with more typical cases where the model turns out quicker than it seemed."""
    who = players(context.signature, context.values, all_rows(context))
    is_too_few = True
    while is_too_few:
        against = affordable_background(context, len(who))
        is_too_few = False
        words = f"Comparing with {len(against.rows)} typical cases"
        context.report(Progress(fraction=0.1, words=words))
        for found in _estimates(context, who, against, reached):
            is_too_few = against.can_grow(context.ask)
            if is_too_few:
                break
            yield found


def _estimates(
    context: ExplainContext, who: Sequence[Player], against: AffordableBackground, reached: float
) -> Iterator[_Found]:
    ask = context.ask
    encoder = Encoder.of(list(context.values), [context.values, *against.rows])
    game = _game(context, encoder, who, against, reached)

    def score(codes: Matrix) -> Vector:
        return ask(encoder.decode(codes))

    def room() -> float:
        return min(max(game.rows_a_pair, min(ROWS_A_CALL, ask.rows_within(REFINED))), ask.room)

    if game.rows_for_all <= ask.room:
        estimates = exact(score, game, lambda: ask.room)
    else:
        facts = Facts.of(encoder, game)
        estimates = permutation_sampling.sampled(score, game, room, seed=context.seed, facts=facts)
    for estimate in estimates:
        yield _Found(game=game, players=who, estimate=estimate)


def _game(
    context: ExplainContext,
    encoder: Encoder,
    who: Sequence[Player],
    against: AffordableBackground,
    reached: float,
) -> Game:
    place = {name: column for column, name in enumerate(context.values)}
    return Game(
        case=encoder.encode([context.values])[0],
        background=encoder.encode(against.rows),
        weights=against.weights,
        players=[[place[name] for name in each.names] for each in who],
        reached=reached,
        starts=against.starts,
    )


def _short_of(context: ExplainContext, found: Estimate) -> str:
    """What ended it, where that leaves out something a reader expects."""
    return "" if np.isfinite(found.half).all() else f"It ended after {context.ask.nearest_limit}."


def _noisy(context: ExplainContext, repeated: Vector) -> str:
    low, high = (context.target.value_text(float(end)) for end in (repeated.min(), repeated.max()))
    return (
        f"Asked {len(repeated)} times about this very case, the model answered between {low} and {high}: "
        "all ranges are widened by that."
    )


def _progress(context: ExplainContext, found: _Found) -> Progress:
    rough, ask = _told(context, found, "So far."), context.ask
    share = ask.rows / (context.budget.rows or ROWS)
    return Progress(
        fraction=min(0.1 + 0.9 * share, 1.0),
        words="Trying fields together",
        rough=replace(rough, rows=ask.rows, calls=ask.calls, seconds=ask.seconds),
    )


def _told(context: ExplainContext, found: _Found, ended: str) -> Explanation:
    how = f"{_how(found)} {ended}".strip()
    who, estimate = found.players, found.estimate
    return replace(
        to_explanation(context, who, estimate, reached=found.game.reached, how=how),
        is_complete=not ended,
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
