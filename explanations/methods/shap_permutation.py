"""shap's Permutation explainer: random orders of the fields, forwards and backwards, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from explanations.contract import Budget, ExplainContext, Explanation, Kind, Scope
from explanations.libraries import isolated_rng
from explanations.shapley import masked_model
from explanations.shapley.game import Matrix, Vector
from explanations.shapley.masked_model import MaskedModel, PartialResult
from mds_client.signature import Signature

NAME = "shap_permutation"
TITLE = "Permutation (shap)"
KIND: Kind = "attribution"
SCOPE: Scope = "case"
ORDER = 9
IS_SECOND = True
# shap's own default for one case.
MOST_ORDERS = 10


def describe() -> str:
    return "How much each field moved this answer: shap adds the fields in random orders."


def suits(signature: Signature) -> bool:
    return masked_model.suits(signature)


def cost(signature: Signature) -> Budget:
    return masked_model.cost(signature)


def warm() -> None:
    """Load the library and use it once, so that nobody waits for it."""
    _amounts(lambda each: np.asarray(each).sum(axis=1), np.zeros((1, 2)), seed=0)


def explain(context: ExplainContext) -> Explanation:
    return masked_model.explained(context, _results)


def _results(masked: MaskedModel) -> Iterator[PartialResult]:
    amounts_by_order = np.empty((0, masked.count))
    with isolated_rng():
        for order in range(MOST_ORDERS):
            amounts = _amounts(masked, masked.off, seed=(masked.seed + order) % 2**32)
            amounts_by_order = np.vstack([amounts_by_order, amounts])
            words = f"Estimated from {len(amounts_by_order)} random {'order' if len(amounts_by_order) == 1 else 'orders'} of the fields"
            yield PartialResult(
                amounts=amounts_by_order.mean(axis=0),
                words=f"{words}, by shap's Permutation explainer.",
            )


def _amounts(model: Callable[[Matrix], Vector], off: Matrix, *, seed: int) -> Matrix:
    import shap

    # shap 0.49 seeds numpy's global generator when it is made.
    explainer = shap.explainers.Permutation(model, shap.maskers.Independent(off), seed=seed)
    one_order = 2 * off.shape[1] + 1
    return np.asarray(explainer(np.ones_like(off), max_evals=one_order, silent=True).values)
