"""The smallest change of a case that gets another answer, or a number that is at least or at most so large.

Options: `desired`, `answer`, `number` (explanations/counterfactuals/desired_outcome.py) and what may be changed (explanations/counterfactuals/constraints.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from explanations.background.sampling import augmented
from explanations.budgeted_model import Fact, OutOfBudget
from explanations.contract import Budget, ExplainContext, Explanation, Kind, Scope
from explanations.counterfactuals.candidates import Candidates, Changed, Ended
from explanations.counterfactuals.constraints import Constraints, changeable_fields
from explanations.counterfactuals.desired_outcome import DesiredOutcome
from explanations.counterfactuals.search import Search
from explanations.counterfactuals.suggestions import Narrator, Working
from explanations.errors import ExplanationCancelled
from explanations.target import Target, probability_of
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
    return "The fewest and smallest changes of this case that give a different answer."


def suits(signature: Signature) -> bool:
    kinds = {field.kind for field in signature.inputs}
    return bool(kinds & set(TABULAR_KINDS)) and not kinds & set(FILE_KINDS)


def cost(signature: Signature) -> Budget:
    # The calls are for models that take one row at a time; others are asked in a few tens.
    return Budget(rows=ROWS, calls=CALLS, seconds=20)


def explain(context: ExplainContext) -> Explanation:
    outcome = DesiredOutcome.of(context.options, context.target)
    constraints = Constraints.of(context.options, context.signature)
    context.ask.target = _Lenient(**vars(context.target))
    known = list(context.background) or context.signature.example_rows
    free = changeable_fields(context.signature, context.values, known, constraints)
    twice = context.ask.again(context.values, 2).tolist()
    [before] = context.ask.facts([context.values])
    candidates = Candidates(context, outcome, free)
    narrator = Narrator(
        context=context,
        outcome=outcome,
        constraints=constraints,
        candidates=candidates,
        twice=twice,
    )
    if outcome.holds(before):
        return narrator.already(before)
    rows = augmented(context.signature, known, NEIGHBOURS, context.seed)
    search = Search(
        candidates,
        rows,
        rows=context.budget.rows or ROWS,
        seed=context.seed,
        moved=lambda: narrator.report(search),
    )
    ended = ""
    try:
        search.run()
    except Ended as stopped:
        ended = str(stopped)
    return narrator.to_explanation(before, *_confirmed(context, candidates, search.best(), ended))


def _confirmed(
    context: ExplainContext, candidates: Candidates, some: Sequence[Changed], ended: str
) -> tuple[list[Working], str, int]:
    """The changes that work when they are asked a second time, why the search ended, and how many failed then."""
    confirmed: list[Working] = []
    for changed in some:
        try:
            fact: Fact | None = _asked_again(context, changed)
        except ExplanationCancelled:
            raise
        except (OutOfBudget, MdsError) as error:
            fact, ended = candidates.known(changed), ended or str(Ended.by(error))
        if fact and candidates.outcome.holds(fact):
            confirmed.append((changed, fact))
    return confirmed, ended, len(some) - len(confirmed)


def _asked_again(context: ExplainContext, changed: Changed) -> Fact:
    row = {**context.values, **changed}
    context.ask.again(row, 1)
    return context.ask.facts([row])[0]


@dataclass(frozen=True, kw_only=True)
class _Lenient(Target):
    """A model that names only its likeliest labels may leave out the one that is explained."""

    def read(self, answer: Answer) -> float:
        if self.kind == "probability":
            probability = probability_of(answer, self.answer)
            return math.nan if probability is None else probability
        return super().read(answer)
