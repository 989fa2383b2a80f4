"""An estimate of Shapley values as an explanation: the bars and the sentence of one case."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explanations import narration
from explanations.contract import Attribution, ExplainContext, Explanation
from explanations.shapley.game import Estimate, Vector
from explanations.shapley.players import Player

# Amounts below this share of the largest are rounding errors of floating-point sums.
ROUNDING_SHARE = 1e-12


def to_explanation(
    context: ExplainContext,
    players: Sequence[Player],
    estimate: Estimate,
    *,
    case_answer: float,
    how: str,
) -> Explanation:
    """The estimate as bars and a sentence, for the method in `context`; `how` becomes its note.

    `case_answer` is the answer to the case. Amounts with an infinite half width get no range.
    """
    target = context.target
    attributions = narration.strongest_first(_attributions(players, estimate))
    reasons = [narration.reasons(target, attributions), narration.pooled(target, attributions)]
    if estimate.is_first:
        reasons = [narration.first_reasons(target, attributions)]
    parts = [narration.compared(target, case_answer, estimate.base), *reasons]
    # The page shows every gap as a plain space, and so does what is kept.
    sentence = " ".join(" ".join(parts).split())
    return Explanation(
        method=context.method.NAME,
        title=context.method.TITLE,
        kind=context.method.KIND,
        target=target,
        prediction=case_answer,
        base=estimate.base,
        attributions=attributions,
        gap=case_answer - estimate.base - float(estimate.amounts.sum()),
        sentence=sentence,
        alt=f"Bars: how much each of {len(attributions)} fields moves the {target.words}. {sentence}",
        note=how,
    )


def _attributions(players: Sequence[Player], estimate: Estimate) -> list[Attribution]:
    sizes = np.abs(estimate.amounts)
    amounts: Vector = np.where(
        sizes > ROUNDING_SHARE * sizes.max(initial=0.0), estimate.amounts, 0.0
    )
    return [
        Attribution(
            field=each.name,
            title=each.title,
            value_text=each.value_text,
            amount=float(amount),
            low=float(amount - half) if np.isfinite(half) else None,
            high=float(amount + half) if np.isfinite(half) else None,
        )
        for each, amount, half in zip(players, amounts, estimate.half_width, strict=True)
    ]
