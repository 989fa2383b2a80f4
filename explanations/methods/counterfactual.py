"""The smallest change of a case that gets another answer, or a number that is at least or at most so large.

Options: `wish`, `answer`, `number` (explanations/flips/wishes.py) and what may be changed (explanations/flips/changing.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from explanations.asking import Fact, OutOfBudget
from explanations.background import crowd
from explanations.contract import Budget, Explanation, Kind, Question, Scope
from explanations.errors import ExplanationCancelled
from explanations.flips.changing import Limits, places
from explanations.flips.flipping import Search
from explanations.flips.suggesting import Found, Teller
from explanations.flips.trials import Changed, Ended, Trials
from explanations.flips.wishes import Wish
from explanations.target import Target
from mds_client.errors import MdsError
from mds_client.prediction import Answer
from mds_client.signature import FILE_KINDS, TABULAR_KINDS, Signature

NAME = "counterfactual"
TITLE = "The smallest change"
KIND: Kind = "changes"
SCOPE: Scope = "case"
ROWS = 300
CALLS = 320
NEIGHBOURS = 100


def describe() -> str:
    return "The fewest and smallest changes of this case that make the model answer otherwise."


def suits(signature: Signature) -> bool:
    kinds = {field.kind for field in signature.inputs}
    return bool(kinds & set(TABULAR_KINDS)) and not kinds & set(FILE_KINDS)


def cost(signature: Signature) -> Budget:
    # The calls are for models that take one row at a time; others are asked in a few tens.
    return Budget(rows=ROWS, calls=CALLS, seconds=20)


def explain(question: Question) -> Explanation:
    wish = Wish.of(question.options, question.target)
    limits = Limits.of(question.options, question.signature)
    question.ask.target = _Lenient(**vars(question.target))
    known = list(question.background) or question.signature.example_rows
    free = places(question.signature, question.values, known, limits)
    twice = question.ask.again(question.values, 2).tolist()
    [before] = question.ask.facts([question.values])
    trials = Trials(question, wish, free)
    teller = Teller(question=question, wish=wish, limits=limits, trials=trials, twice=twice)
    if wish.holds(before):
        return teller.already(before)
    rows = crowd(question.signature, known, NEIGHBOURS, question.seed)
    search = Search(
        trials,
        rows,
        rows=question.budget.rows or ROWS,
        seed=question.seed,
        moved=lambda: teller.report(search),
    )
    ended = ""
    try:
        search.run()
    except Ended as stopped:
        ended = str(stopped)
    return teller.told(before, *_confirmed(question, trials, search.found(), ended))


def _confirmed(
    question: Question, trials: Trials, some: Sequence[Changed], ended: str
) -> tuple[list[Found], str, int]:
    """Those that work when they are asked once more, why it ended, and how many did not work again."""
    found: list[Found] = []
    for changed in some:
        try:
            fact: Fact | None = _asked_again(question, changed)
        except ExplanationCancelled:
            raise
        except (OutOfBudget, MdsError) as error:
            fact, ended = trials.known(changed), ended or str(Ended.by(error))
        if fact and trials.wish.holds(fact):
            found.append((changed, fact))
    return found, ended, len(some) - len(found)


def _asked_again(question: Question, changed: Changed) -> Fact:
    row = {**question.values, **changed}
    question.ask.again(row, 1)
    return question.ask.facts([row])[0]


@dataclass(frozen=True, kw_only=True)
class _Lenient(Target):
    """A model that names only its likeliest labels may leave out the one that is explained."""

    def read(self, answer: Answer) -> float:
        if self.kind == "probability":
            return answer.probabilities.get(self.answer, math.nan)
        return super().read(answer)
