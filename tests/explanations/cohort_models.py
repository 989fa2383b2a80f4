"""Cohorts and the models that are studied over them, whose overall behaviour is known in formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from arithmetic_models import NOTHING_SENT, REF, SERVER, number, table

from explanations.contract import Budget, Explanation, Progress, Truth
from explanations.explaining import Askable, ExplanationRequest, explain
from explanations.methods import methods
from explanations.target import Target
from mds_client.errors import EndpointFailed, MdsError
from mds_client.prediction import Answer, Prediction
from mds_client.signature import Signature, Values

NUMBER = Target(kind="number")
YES = Target(kind="probability", answer="yes")


@dataclass
class Model:
    """Answers by a formula of one row. Errs on `bad` rows, all that come with them; from `moves_at` rows on it
    is another version, from `dies_at` on nobody answers."""

    formula: Callable[[Values], Answer]
    bad: Callable[[Values], bool] = lambda _: False
    moves_at: float = float("inf")
    dies_at: float = float("inf")
    dies_with: MdsError = field(default_factory=lambda: EndpointFailed("The model broke."))
    rows: int = 0
    calls: int = 0

    def predict(self, signature: Signature, values: Sequence[Values]) -> Prediction:
        self.calls += 1
        if self.rows >= self.dies_at:
            raise self.dies_with
        if any(self.bad(row) for row in values):
            raise EndpointFailed("The model broke.")
        self.rows += len(values)
        version = "v2" if self.rows > self.moves_at else "v1"
        return Prediction(
            model=replace(REF, version=version),
            outputs=(),
            answers=tuple(self.formula(row) for row in values),
            exchange=NOTHING_SENT,
        )


def linear(**weights: float) -> Callable[[Values], Answer]:
    """A weighted sum of fields."""
    return lambda row: number(sum(w * float(row[n]) for n, w in weights.items()))  # type: ignore[arg-type]


def columns(seed: int, count: int, names: str, *, likeness: float = 0.0) -> list[dict[str, object]]:
    """Rows of standard normal numbers; the first two fields have this correlation."""
    found = np.random.default_rng(seed).normal(size=(count, len(names)))
    found[:, 1] = likeness * found[:, 0] + (1 - likeness**2) ** 0.5 * found[:, 1]
    return [dict(zip(names, row, strict=True)) for row in found.tolist()]


def of(rows: Sequence[Values], **kinds: str) -> Signature:
    """The signature of these rows."""
    return table({name: [row[name] for row in rows] for name in rows[0]}, **kinds)


def studied(
    method: str,
    model: Askable,
    rows: Sequence[Values],
    *,
    target: Target = NUMBER,
    truths: Sequence[Truth] = (),
    signature: Signature | None = None,
    options: Mapping[str, object] | None = None,
    budget: Budget | None = None,
    report: Callable[[Progress], None] = lambda _: None,
) -> Explanation:
    """What a method finds of the rows."""
    asked = ExplanationRequest(
        method=method,
        server=SERVER,
        signature=signature or of(rows),
        target=target,
        budget=budget,
        cohort=rows,
        truths=truths,
        options=options or {},
    )
    return explain(asked, methods()[method], model, report=report)
