"""shap's Partition explainer: fields that go together are taken together first, then taken apart (Owen values)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from explanations.contract import Budget, ExplainContext, Explanation, Kind, Scope
from explanations.libraries import isolated_rng
from explanations.shapley import masked_model
from explanations.shapley.game import Matrix
from explanations.shapley.masked_model import Effect, MaskedModel
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
    return masked_model.explained(context, _effects)


def _effects(switches: MaskedModel) -> Iterator[Effect]:
    import shap

    fields = switches.count
    masker = shap.maskers.Partition(switches.off, clustering=_likeness(switches))
    with isolated_rng():
        for combinations in masked_model.with_more(
            switches, min(4 * fields, COMBINATIONS), COMBINATIONS
        ):
            # shap 0.49 draws from numpy's global generator.
            np.random.seed(switches.seed)
            explainer = shap.explainers.Partition(switches, masker)
            amounts = explainer(switches.on, max_evals=combinations, silent=True).values
            tried = explainer.last_eval_count + 2
            words = (
                f"Like fields taken together, then apart, in {tried:,} combinations of fields, "
                "by shap's Partition explainer."
            )
            yield Effect(amounts=np.asarray(amounts).reshape(fields), words=words)
            if tried < combinations:
                return


def _likeness(switches: MaskedModel) -> Matrix:
    """Which fields go together in the case and the typical rows, as a tree: scipy's linkage."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    game = switches.game
    rows = np.vstack([game.case, game.background])
    firsts = rows[:, [own[0] for own in game.players]]
    with np.errstate(invalid="ignore", divide="ignore"):
        alike = np.abs(np.nan_to_num(np.corrcoef(firsts, rowvar=False)))
    apart = np.clip(1 - alike, 0.0, 1.0)
    np.fill_diagonal(apart, 0.0)
    return np.asarray(linkage(squareform(apart, checks=False), "average"))
