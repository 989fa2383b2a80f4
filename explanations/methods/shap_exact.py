"""shap's Exact explainer: every combination of fields, against one typical row after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from explanations.contract import Budget, ExplainContext, Explanation, Kind, Scope
from explanations.shapley import masked_model
from explanations.shapley.game import Matrix, Vector
from explanations.shapley.masked_model import MaskedModel, PartialResult
from mds_client.signature import Signature

NAME = "shap_exact"
TITLE = "Exact (shap)"
KIND: Kind = "attribution"
SCOPE: Scope = "case"
ORDER = 9
IS_SECOND = True
# Of so many fields all combinations with one typical row fit into the budget.
MOST_FIELDS = 11


def describe() -> str:
    return "How much each field moved this answer: shap tries all combinations of the fields."


def suits(signature: Signature) -> bool:
    return masked_model.suits(signature) and len(signature.inputs) <= MOST_FIELDS


def cost(signature: Signature) -> Budget:
    return masked_model.cost(signature)


def warm() -> None:
    """Load the library and use it once, so that nobody waits for it."""
    _amounts(lambda each: np.asarray(each).sum(axis=1), np.zeros((1, 2)))


def explain(context: ExplainContext) -> Explanation:
    combinations = 2 ** len(context.values)
    typical = int(max(min(context.ask.room_given_time // combinations, masked_model.TYPICAL), 1))
    return masked_model.explained(context, _results, typical=typical)


def _results(masked: MaskedModel) -> Iterator[PartialResult]:
    amounts_by_row = np.empty((0, masked.count))
    for row in range(len(masked.game.background)):
        amounts = _amounts(partial(masked.with_typical, row), masked.off)
        amounts_by_row = np.vstack([amounts_by_row, amounts])
        weights = masked.game.weights[: len(amounts_by_row)]
        words = f"All combinations of fields against {_counted(len(amounts_by_row))}, by shap's Exact explainer."
        yield PartialResult(
            amounts=weights @ amounts_by_row / weights.sum(),
            words=words,
            typical=len(amounts_by_row),
        )


def _amounts(model: Callable[[Matrix], Vector], off: Matrix) -> Matrix:
    import shap

    explainer = shap.explainers.Exact(model, shap.maskers.Independent(off))
    on = np.ones_like(off)
    return np.asarray(explainer(on, max_evals=2 ** off.shape[1], silent=True).values)


def _counted(rows: int) -> str:
    return "one typical case" if rows == 1 else f"{rows} typical cases"
