"""Which fields speak for the answer and how much: Shapley values against typical cases, with error bars.

Exact while there are few fields, else estimated from random orders (explanations/shapley/permutation_sampling.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from explanations.background.sampling import known_rows
from explanations.budgeted_model import ROWS_A_CALL, OutOfBudget
from explanations.contract import Budget, ExplainContext, Explanation, Kind, Progress, Scope
from explanations.encoder import Encoder
from explanations.errors import ExplanationCancelled
from explanations.shapley import permutation_sampling
from explanations.shapley.affordable_background import (
    AffordableBackground,
    affordable_background,
    rows_for_all,
)
from explanations.shapley.game import FEWEST_ROWS, Estimate, Game, Matrix, Vector, exact, steady
from explanations.shapley.permutation_samples import Features
from explanations.shapley.players import Player, find_players
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
REDRAW_SECONDS = 0.5
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
    result, ended = _last_estimate(context, float(steady(repeated)[0]))
    noise = float(np.ptp(repeated))
    if noise > SAME * max(1.0, abs(float(repeated[0]))):
        half = result.estimate.half_width + noise
        result = replace(result, estimate=replace(result.estimate, half_width=half))
        ended = f"{ended} {_noise_note(context, repeated)}".strip()
    return _explanation(context, result, ended)


@dataclass(frozen=True, kw_only=True)
class _Result:
    """An estimate, with the game and the players that it is of. `wanted` is how many typical rows there would be if the model
    were quick enough."""

    game: Game
    wanted: int
    players: Sequence[Player]
    estimate: Estimate


def _last_estimate(context: ExplainContext, case_answer: float) -> tuple[_Result, str]:
    """The last estimate when it was good enough, the budget ran out or the model failed; and in words what ended it
    early."""
    result: _Result | None = None
    ended = ""
    try:
        for result in _with_growing_background(context, case_answer):
            if result.estimate.can_be_shown:
                context.report(_progress(context, result))
            if result.estimate.is_narrow:
                return result, ""
    except OutOfBudget as stopped:
        if result is None:
            raise
        ended = f"It ended after {stopped.limit}."
    except ExplanationCancelled:
        raise
    except MdsError as error:
        if result is None:
            raise
        ended = f"The model stopped answering: {error.sentence}"
    if result is None:
        raise OutOfBudget(context.ask.nearest_limit)
    return result, ended or _short_of(context, result.estimate)


def _with_growing_background(context: ExplainContext, case_answer: float) -> Iterator[_Result]:
    """Estimates one after another; started anew with more typical rows where the model proves quicker than it seemed."""
    players = find_players(context.signature, context.values, known_rows(context))
    is_too_few, wanted = True, 0
    while is_too_few:
        background = affordable_background(context, len(players))
        is_too_few, wanted = False, max(wanted, background.wanted)
        words = f"Comparing with {len(background.rows)} typical cases"
        context.report(Progress(fraction=0.1, words=words))
        for result in _estimates(context, players, background, case_answer):
            is_too_few = background.can_grow(context.ask)
            if is_too_few:
                break
            yield replace(result, wanted=wanted)


def _estimates(
    context: ExplainContext,
    players: Sequence[Player],
    background: AffordableBackground,
    case_answer: float,
) -> Iterator[_Result]:
    ask = context.ask
    encoder = Encoder.of(list(context.values), [context.values, *background.rows])
    game = _game(context, encoder, players, background, case_answer)

    def score(codes: Matrix) -> Vector:
        return steady(ask(encoder.decode(codes)))

    def room() -> float:
        affordable = min(ROWS_A_CALL, ask.rows_within(REDRAW_SECONDS))
        return min(max(FEWEST_ROWS * game.rows_per_pair, affordable), ask.room)

    if game.rows_for_all <= ask.room:
        estimates = exact(score, game, lambda: ask.room)
    else:
        features = Features.of(encoder, game)
        estimates = permutation_sampling.sampled(
            score, game, room, seed=context.seed, features=features
        )
    for estimate in estimates:
        yield _Result(game=game, wanted=background.wanted, players=players, estimate=estimate)


def _game(
    context: ExplainContext,
    encoder: Encoder,
    players: Sequence[Player],
    background: AffordableBackground,
    case_answer: float,
) -> Game:
    place = {name: column for column, name in enumerate(context.values)}
    return Game(
        case=encoder.encode([context.values])[0],
        background=encoder.encode(background.rows),
        weights=background.weights,
        players=[[place[name] for name in each.names] for each in players],
        case_answer=case_answer,
        background_answers=background.background_answers,
    )


def _short_of(context: ExplainContext, estimate: Estimate) -> str:
    """What ended it, where it is a first estimate still; else empty."""
    return f"It ended after {context.ask.nearest_limit}." if estimate.is_first else ""


def _noise_note(context: ExplainContext, repeated: Vector) -> str:
    low, high = (context.target.value_text(float(end)) for end in (repeated.min(), repeated.max()))
    return (
        f"Asked {len(repeated)} times about this very case, the model answered between {low} and {high}: "
        "all ranges are widened by that."
    )


def _progress(context: ExplainContext, result: _Result) -> Progress:
    rough, ask = _explanation(context, result, "So far."), context.ask
    share = ask.rows / (context.budget.rows or ROWS)
    return Progress(
        fraction=min(0.1 + 0.9 * share, 1.0),
        words="Trying fields together",
        rough=replace(rough, rows=ask.rows, calls=ask.calls, seconds=ask.seconds),
    )


def _explanation(context: ExplainContext, result: _Result, ended: str) -> Explanation:
    how = f"{_note(result)} {ended}".strip()
    players, estimate = result.players, result.estimate
    return replace(
        to_explanation(context, players, estimate, case_answer=result.game.case_answer, how=how),
        is_complete=not ended,
    )


def _slow_note(result: _Result) -> str:
    """That typical rows were left out for want of time: how many are taken follows the pace of the model, so the same
    question may get other amounts another time."""
    if len(result.game.background) >= result.wanted:
        return ""
    return (
        f"The model was too slow for all {result.wanted} typical cases in the time allowed: asked again, the amounts may "
        "differ a little."
    )


def _note(result: _Result) -> str:
    """How the amounts were found, how sure they are, and that they add up."""
    game, estimate = result.game, result.estimate
    adds = f"The amounts add up to the difference from a typical case. {_slow_note(result)}".strip()
    against = f"{estimate.typical} typical cases" if estimate.typical > 1 else "one typical case"
    if estimate.is_exact:
        return f"Exact against {against}: all combinations of fields were tried. {adds}"
    orders = f"{estimate.pairs} random orders of the fields"
    if not estimate.is_first:
        return (
            f"Estimated from {orders}, against {against}; ranges hold with 95 % certainty. {adds}"
        )
    ranges = "ranges say how much these differ" if estimate.can_be_shown else "without ranges"
    some = f"{estimate.typical} of {len(game.background)} typical cases"
    return f"A first estimate, against {some}; {ranges}. {adds}"
