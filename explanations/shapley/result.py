"""Amounts that were shared out between fields, as an explanation: the bars and the sentence of one case."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explanations import narration
from explanations.contract import Attribution, ExplainContext, Explanation
from explanations.shapley.game import Estimate, Vector
from explanations.shapley.players import Player

# Amounts below this share of the largest are what adding in another order leaves.
DUST = 1e-12


def to_explanation(
    context: ExplainContext, who: Sequence[Player], found: Estimate, *, reached: float, how: str
) -> Explanation:
    """The estimate in words and bars, for the method that is asked; `how` becomes its note.

    `reached` is the answer to the case. Where every amount may lie anywhere, no range is told.
    """
    target = context.target
    attributions = narration.strongest_first(_attributions(who, found))
    parts = [
        narration.compared(target, reached, found.base),
        narration.reasons(target, attributions),
        narration.without_effect(attributions),
    ]
    # The page shows every gap as a plain space, and so does what is kept.
    sentence = " ".join(" ".join(parts).split())
    return Explanation(
        method=context.method.NAME,
        title=context.method.TITLE,
        kind=context.method.KIND,
        target=target,
        prediction=reached,
        base=found.base,
        attributions=attributions,
        gap=reached - found.base - float(found.amounts.sum()),
        sentence=sentence,
        alt=f"Bars: how much each of {len(attributions)} fields moves the {target.words}. {sentence}",
        note=how,
    )


def _attributions(who: Sequence[Player], found: Estimate) -> list[Attribution]:
    sizes = np.abs(found.amounts)
    amounts: Vector = np.where(sizes > DUST * sizes.max(initial=0.0), found.amounts, 0.0)
    return [
        Attribution(
            field=each.name,
            title=each.title,
            value_text=each.value_text,
            amount=float(amount),
            low=float(amount - half) if np.isfinite(half) else None,
            high=float(amount + half) if np.isfinite(half) else None,
        )
        for each, amount, half in zip(who, amounts, found.half, strict=True)
    ]
