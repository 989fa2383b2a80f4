"""shap's Kernel explainer: a weighted regression on combinations of the fields."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from explanations.contract import Budget, ExplainContext, Explanation, Kind, Scope
from explanations.libraries import isolated_rng
from explanations.shapley import masked_model
from explanations.shapley.masked_model import MaskedModel, PartialResult
from mds_client.signature import Signature

NAME = "shap_kernel"
TITLE = "Kernel (shap)"
KIND: Kind = "attribution"
SCOPE: Scope = "case"
ORDER = 9
IS_SECOND = True
# shap's own default: so many combinations and two for each field.
COMBINATIONS = 2048


def describe() -> str:
    return "How much each field moved this answer: shap fits a weighted sum to combinations of the fields."


def suits(signature: Signature) -> bool:
    return masked_model.suits(signature)


def cost(signature: Signature) -> Budget:
    return masked_model.cost(signature)


def warm() -> None:
    """Load the library, so that nobody waits for it."""
    import shap  # noqa: F401


def explain(context: ExplainContext) -> Explanation:
    return masked_model.explained(context, _results)


def _results(masked: MaskedModel) -> Iterator[PartialResult]:
    import shap

    fields = masked.count
    most = min(2**fields - 2, COMBINATIONS + 2 * fields)
    with isolated_rng():
        for combinations in masked_model.with_more(masked, min(4 * fields, most), most):
            # shap 0.49 draws from numpy's global generator.
            np.random.seed(masked.seed)
            explainer = shap.KernelExplainer(masked, masked.off)
            amounts = explainer.shap_values(
                masked.on, nsamples=combinations, l1_reg=False, silent=True
            )
            words = (
                f"Fitted to {combinations:,} combinations of fields, by shap's Kernel explainer."
            )
            yield PartialResult(amounts=np.asarray(amounts).reshape(fields), words=words)
