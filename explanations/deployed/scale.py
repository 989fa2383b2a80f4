"""On which scale a deployed explainer's amounts are: that of the answer, log-odds, or an unknown one.

Its own claim is not believed: amounts that add up to the answer are on the answer's scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explanations.contract import ExplainContext
from explanations.deployed.answers import Amounts
from explanations.target import Target

LOG_ODDS = "log-odds"
# A model may answer a row a little differently in another batch, or rounded.
NEAR = 0.02


@dataclass(frozen=True, kw_only=True)
class Scaled:
    """Amounts for the answer that is explained. `target` says how they read; without a known direction they
    may speak for another answer."""

    amounts: tuple[float, ...]
    target: Target
    base: float | None = None
    has_direction: bool = True

    @property
    def unit(self) -> str:
        """Their unit where it is another one than the answer's."""
        return self.target.unit


def scaled(deployed: Amounts, context: ExplainContext, prediction: float | None) -> Scaled:
    """The amounts of the output that is explained, on the scale that they turn out to have."""
    target = context.target
    place = _place(deployed, _labels(context), target, prediction)
    amounts = deployed.rows[place or 0]
    reaches = [
        base + float(np.nansum(row))
        for base, row in zip(deployed.bases, deployed.rows, strict=False)
    ]
    if prediction is not None and place is not None and reaches:
        same = _on_its_scale(deployed, target, prediction, place, reaches)
        if same:
            return same
    unit = LOG_ODDS if deployed.link == "logit" else ""
    is_told = len(deployed.rows) > 1 and place is not None
    has_direction = is_told or target.kind == "number"
    return Scaled(amounts=amounts, target=_on_own_scale(target, unit), has_direction=has_direction)


def _on_its_scale(
    deployed: Amounts, target: Target, prediction: float, place: int, reaches: list[float]
) -> Scaled | None:
    """The amounts where they add up to the answer, as it is or as log-odds; with opposite signs where they are
    of the other class."""
    amounts, base, reach = deployed.rows[place], deployed.bases[place], reaches[place]
    turned = tuple(-amount for amount in amounts)
    if _is_near(reach, prediction, target):
        return Scaled(amounts=amounts, target=target, base=base)
    if target.kind != "probability":
        return None
    is_single = len(reaches) == 1
    if is_single and abs(1 - reach - prediction) <= NEAR:
        return Scaled(amounts=turned, target=target, base=1 - base)
    shares = [_logistic(reach)] if is_single else [_logistic(reach), _softmax(reaches, place)]
    if any(abs(share - prediction) <= NEAR for share in shares):
        return Scaled(amounts=amounts, target=_on_own_scale(target, LOG_ODDS))
    if is_single and abs(1 - shares[0] - prediction) <= NEAR:
        return Scaled(amounts=turned, target=_on_own_scale(target, LOG_ODDS))
    return None


def _on_own_scale(target: Target, unit: str) -> Target:
    """The explainer's own numbers, read as plain ones."""
    return Target(kind="number", answer=target.answer, unit=unit)


def _is_near(reach: float, prediction: float, target: Target) -> bool:
    return abs(reach - prediction) <= (
        NEAR if target.is_share else max(NEAR * abs(prediction), 1e-6)
    )


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(min(value, 700.0), -700.0)))


def _softmax(values: list[float], place: int) -> float:
    shifted = np.exp(np.array(values) - max(values))
    return float(shifted[place] / shifted.sum())


def _labels(context: ExplainContext) -> tuple[str, ...]:
    outputs = context.signature.outputs
    return next(
        (o.labels for o in outputs if o.labels and o.role in ("probabilities", "class")), ()
    )


def _place(
    deployed: Amounts, labels: tuple[str, ...], target: Target, prediction: float | None
) -> int | None:
    """Which output is about the answer; None where that cannot be told."""
    count = len(deployed.rows)
    if count == 1:
        return 0
    if len(labels) == count and target.answer in labels:
        return labels.index(target.answer)
    if deployed.chosen is not None and 0 <= deployed.chosen < count:
        return deployed.chosen
    if deployed.bases and prediction is not None:
        ends = [
            base + float(np.nansum(row))
            for base, row in zip(deployed.bases, deployed.rows, strict=True)
        ]
        return int(np.argmin(np.abs(np.array(ends) - prediction)))
    return None
