"""Which fields speak for the answer and how much: Shapley values against typical cases, with error bars.

Exact while there are few fields, else estimated from random orders (explanations/sampling.py). The typical
cases are as many as the budget can walk twice: few of them would make the bars look surer than they are,
since what a model does with the cases left out is in no interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from explanations import sampling, sentences, wording
from explanations.asking import ROWS_A_CALL, OutOfBudget
from explanations.background import typical
from explanations.coding import Coding
from explanations.contract import Attribution, Budget, Explanation, Kind, Progress, Question, Scope
from explanations.errors import ExplanationCancelled, ExplanationFailed
from explanations.sampling import Estimate, Game, Matrix, Vector
from mds_client.errors import MdsError
from mds_client.signature import Signature, Values

NAME = "shapley"
TITLE = "What speaks for and against"
KIND: Kind = "attribution"
SCOPE: Scope = "case"
ROWS = 3000
ROWS_A_FIELD = 100
CALLS = 300
MOST_TYPICAL = 50
REPETITIONS = 4
# Answers that differ by less are the same: a model may run a row in another batch.
SAME = 1e-6
# Amounts below this share of the largest are what adding in another order leaves.
DUST = 1e-12


def describe() -> str:
    return (
        "How much each field moved this answer away from that for a typical case, "
        "so that all amounts add up to the difference, and how sure each amount is."
    )


def suits(signature: Signature) -> bool:
    return signature.is_tabular


def cost(signature: Signature) -> Budget:
    rows = max(ROWS, ROWS_A_FIELD * len(signature.inputs))
    return Budget(rows=rows, calls=CALLS, seconds=20)


def explain(question: Question) -> Explanation:
    repeated = question.ask.again(question.values, REPETITIONS)
    rows, weights = _typical(question)
    question.report(Progress(fraction=0.1, words=f"Comparing with {len(rows)} typical cases"))
    coding = Coding.of(list(question.values), [question.values, *rows])
    game = _game(question, coding, rows, weights)
    game = replace(game, reached=float(repeated[0]), starts=question.ask(rows))
    found, ended = _watched(question, game, coding)
    noise = float(np.ptp(repeated))
    if noise > SAME * max(1.0, abs(game.reached)):
        found = replace(found, half=found.half + noise)
        ended = f"{ended} {_noisy(question, repeated)}".strip()
    return _told(question, game, found, ended)


def _typical(question: Question) -> tuple[list[Values], Vector]:
    """Rows to compare with: as many as can be walked twice, and their shares."""
    rows = list(question.background) or question.signature.example_rows
    if not rows:
        raise ExplanationFailed(
            "There are no typical cases to compare this one with.",
            advice="Add example rows to the model's signature, or ask about a few cases first.",
        )
    walks = 4 * max(len(question.values) - 1, 1) + 1
    count = int(min(max(question.ask.room // walks, 1), MOST_TYPICAL))
    named = [{name: row.get(name) for name in question.values} for row in rows]
    return typical(question.signature, named, count)


def _game(question: Question, coding: Coding, rows: list[Values], weights: Vector) -> Game:
    return Game(
        case=coding.encode([question.values])[0],
        background=coding.encode(rows),
        weights=weights,
        players=[(column,) for column in range(len(question.values))],
        reached=0.0,
        starts=np.zeros(len(rows)),
    )


def _watched(question: Question, game: Game, coding: Coding) -> tuple[Estimate, str]:
    """The last estimate before it is good enough, the budget is out or the model fails, and what ended it."""
    found: Estimate | None = None
    ended = ""
    try:
        for found in _estimates(question, game, coding):
            question.report(_progress(question, game, found))
            if found.is_narrow:
                return found, ""
    except OutOfBudget as stopped:
        ended = f"It ended after {stopped.limit}."
    except ExplanationCancelled:
        raise
    except MdsError as error:
        if found is None:
            raise
        ended = f"The model stopped answering: {error.sentence}"
    if found is None:
        raise OutOfBudget(question.ask.nearest_limit)
    return found, ended or _short_of(question, found)


def _estimates(question: Question, game: Game, coding: Coding) -> Iterator[Estimate]:
    ask = question.ask

    def score(codes: Matrix) -> Vector:
        return ask(coding.decode(codes))

    if game.rows_for_all <= ask.room:
        return sampling.exact(score, game, lambda: ask.room)
    batch = max(ROWS_A_CALL, game.rows_a_pair)
    return sampling.sampled(score, game, lambda: min(batch, ask.room), seed=question.seed)


def _short_of(question: Question, found: Estimate) -> str:
    """What ended it, where that leaves out something a reader expects."""
    return "" if np.isfinite(found.half).all() else f"It ended after {question.ask.nearest_limit}."


def _noisy(question: Question, repeated: Vector) -> str:
    low, high = (question.target.value_text(float(end)) for end in (repeated.min(), repeated.max()))
    return (
        f"Asked {len(repeated)} times about this very case, the model answered between {low} and {high}: "
        "all ranges are widened by that."
    )


def _progress(question: Question, game: Game, found: Estimate) -> Progress:
    rough, ask = _told(question, game, found, "So far."), question.ask
    share = ask.rows / (question.budget.rows or ROWS)
    return Progress(
        fraction=min(0.1 + 0.9 * share, 1.0),
        words="Trying fields together",
        rough=replace(rough, rows=ask.rows, calls=ask.calls, seconds=ask.seconds),
    )


def _told(question: Question, game: Game, found: Estimate, ended: str) -> Explanation:
    target, prediction = question.target, game.reached
    attributions = sentences.strongest_first(_attributions(question, found))
    parts = [
        sentences.compared(target, prediction, found.base),
        sentences.reasons(target, attributions),
        sentences.without_effect(attributions),
    ]
    # The page shows every gap as a plain space, and so does what is kept.
    sentence = " ".join(" ".join(parts).split())
    return Explanation(
        method=NAME,
        title=TITLE,
        kind=KIND,
        target=target,
        prediction=prediction,
        base=found.base,
        attributions=attributions,
        gap=prediction - found.base - float(found.amounts.sum()),
        sentence=sentence,
        alt=f"Bars: how much each of {len(attributions)} fields moves the {target.words}. {sentence}",
        note=f"{_how(game, found)} {ended}".strip(),
        is_complete=not ended,
    )


def _how(game: Game, found: Estimate) -> str:
    """How the amounts were found, how sure they are, and that they add up."""
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


def _attributions(question: Question, found: Estimate) -> list[Attribution]:
    signature = question.signature
    sizes = np.abs(found.amounts)
    amounts = np.where(sizes > DUST * sizes.max(initial=0.0), found.amounts, 0.0)
    return [
        Attribution(
            field=name,
            title=signature[name].title,
            value_text=wording.value(signature[name], given),
            amount=float(amount),
            low=float(amount - half) if np.isfinite(half) else None,
            high=float(amount + half) if np.isfinite(half) else None,
        )
        for (name, given), amount, half in zip(
            question.values.items(), amounts, found.half, strict=True
        )
    ]
