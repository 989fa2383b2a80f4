"""shap's Partition explainer: fields that go together are taken together first, then taken apart (Owen values)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from explanations.contract import Budget, ExplainContext, Explanation, Kind, Scope
from explanations.libraries import isolated_rng
from explanations.shapley import masked_model
from explanations.shapley.game import Matrix
from explanations.shapley.masked_model import MaskedModel, PartialResult
from mds_client.signature import Signature

NAME = "shap_partition"
TITLE = "Partition (shap)"
KIND: Kind = "attribution"
SCOPE: Scope = "case"
ORDER = 9
IS_SECOND = True
# shap's own default.
COMBINATIONS = 500


def describe() -> str:
    return (
        "How much each field moved this answer, where fields that go together share their part: "
        "shap takes groups of like fields apart."
    )


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
    masker = shap.maskers.Partition(masked.off, clustering=_clustering(masked))
    with isolated_rng():
        for combinations in masked_model.with_more(
            masked, min(4 * fields, COMBINATIONS), COMBINATIONS
        ):
            # shap 0.49 draws from numpy's global generator.
            np.random.seed(masked.seed)
            explainer = shap.explainers.Partition(masked, masker)
            amounts = explainer(masked.on, max_evals=combinations, silent=True).values
            tried = explainer.last_eval_count + 2
            words = (
                f"Like fields taken together, then apart, in {tried:,} combinations of fields, "
                "by shap's Partition explainer."
            )
            yield PartialResult(amounts=np.asarray(amounts).reshape(fields), words=words)
            if tried < combinations:
                return


def _clustering(masked: MaskedModel) -> Matrix:
    """Which fields go together in the case and the typical rows, as a tree: scipy's linkage."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    game = masked.game
    rows = np.vstack([game.case, game.background])
    firsts = rows[:, [own[0] for own in game.players]]
    with np.errstate(invalid="ignore", divide="ignore"):
        alike = np.abs(np.nan_to_num(np.corrcoef(firsts, rowvar=False)))
    apart = np.clip(1 - alike, 0.0, 1.0)
    np.fill_diagonal(apart, 0.0)
    return np.asarray(linkage(squareform(apart, checks=False), "average"))
