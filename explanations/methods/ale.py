"""How the number goes with each field where fields go together: accumulated local effects, by alibi 0.9.4.

Apley and Zhu 2020, "Visualizing the Effects of Predictor Variables in Black Box Supervised Learning Models".
Only rows near a place are moved, and only to its edges, so no row is made that could not occur. alibi is given
two columns, the number of a row and its value in the field: whatever else is in a row stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from explanations.behaviour import curves
from explanations.behaviour.curves import Gathering
from explanations.behaviour.sample import FEWEST, Sample, chosen_fields, draw_sample, option
from explanations.contract import Budget, Curve, ExplainContext, Explanation, Kind, Scope
from explanations.formatting import listed
from explanations.libraries import without_ray
from explanations.shapley.game import Matrix, Vector
from mds_client.signature import NUMERIC_KINDS, Field, Signature, Values

NAME = "ale"
TITLE = "Local effects of each field"
KIND: Kind = "curves"
SCOPE: Scope = "cohort"
# Each row is moved to the two edges of its own stretch.
EDGES = 2


def describe() -> str:
    return "How the answer changes with a field, moving each row only a little: also reliable when fields are correlated."


def suits(signature: Signature) -> bool:
    return signature.is_tabular and any(f.kind in NUMERIC_KINDS for f in signature.inputs)


def cost(signature: Signature) -> Budget:
    return curves.cost(signature)


def planned(signature: Signature, available: int, options: Mapping[str, object]) -> Budget:
    """What it will ask for a cohort of `available` rows, at most."""
    return curves.planned(signature, available, options, steps=EDGES)


def warm() -> None:
    """Load the library and use it once, so that nobody waits for it."""
    values = np.arange(20.0)
    _ale(lambda matrix: matrix[:, 1], values, values[::5])


def explain(context: ExplainContext) -> Explanation:
    fields = chosen_fields(context)
    places = option(context, "places", curves.PLACES, 2, curves.MOST_PLACES)
    rows_each = curves.rows_each(context, fields, places, steps=EDGES)
    piece = -(-rows_each // len(fields))
    sample = draw_sample(context, context.cohort, (), rows_each=rows_each, piece=piece)

    def draw(context: ExplainContext, sample: Sample, one: Field, work: Gathering) -> Curve | None:
        if one.kind not in NUMERIC_KINDS:
            return curves.partial_dependence(context, sample, one, work, places)
        return _curve(context, sample, one, work, places)

    work = curves.gathered(context, sample, fields, draw)
    return curves.to_explanation(context, sample, work, _note(fields))


class _Unanswered(Exception):
    """The model errs on some rows where they were put; `places` says which."""

    def __init__(self, places: list[int]) -> None:
        super().__init__(places)
        self.places = set(places)


@dataclass(frozen=True, kw_only=True)
class _Moved:
    """The model as alibi calls it: (rows, 2) of row number and value, to numbers. Raises _Unanswered."""

    context: ExplainContext
    one: Field
    rows: Sequence[Values]

    def __call__(self, matrix: Matrix) -> Vector:
        pairs = zip(matrix[:, 0].astype(int).tolist(), matrix[:, 1].tolist(), strict=True)
        changed_rows = [
            {**self.rows[place], self.one.name: curves.as_value(self.one, number)}
            for place, number in pairs
        ]
        facts = self.context.ask.each(changed_rows)
        missing = [int(matrix[i, 0]) for i, fact in enumerate(facts) if fact is None]
        if missing:
            raise _Unanswered(missing)
        return np.array([fact.score for fact in facts if fact], dtype=np.float64)


def _curve(
    context: ExplainContext, sample: Sample, one: Field, work: Gathering, places: int
) -> Curve | None:
    rows = [row for row in sample.rows if len(curves.numbers_of([row.get(one.name)]))]
    unknown = len(sample.rows) - len(rows)
    while len(rows) >= FEWEST:
        values = curves.numbers_of([row[one.name] for row in rows])
        edges = _edges(values, places)
        if len(edges) < 2:
            work.remarks.append(f"{one.title} is the same in all rows.")
            return None
        try:
            moved = _Moved(context=context, one=one, rows=rows)
            at, effects = _ale(moved, values, edges)
        except _Unanswered as refused:
            rows = [row for place, row in enumerate(rows) if place not in refused.places]
            continue
        work.lost = max(work.lost, len(sample.rows) - unknown - len(rows))
        return _drawn(sample, one, at, effects, values)
    work.remarks.append(f"{one.title}: too few rows have a number that could be changed.")
    return None


def _edges(values: Vector, places: int) -> Vector:
    """Values that occur, so that the same number of rows lies between each two; whole numbers stay whole."""
    shares = np.linspace(0.0, 1.0, places)
    return np.asarray(np.unique(np.quantile(values, shares, method="inverted_cdf")))


def _drawn(sample: Sample, one: Field, at: Vector, effects: Vector, values: Vector) -> Curve:
    base = float(sample.scores.mean())
    middles = (at[1:] + at[:-1]) / 2
    counts = np.bincount(np.searchsorted(middles, values), minlength=len(at))
    return Curve(
        field=one.name,
        title=one.title,
        unit=one.unit,
        places=tuple(at.tolist()),
        numbers=tuple((effects + base).tolist()),
        shares=tuple((counts / len(sample.rows)).tolist()),
    )


def _ale(predict: Any, values: Vector, edges: Vector) -> tuple[Vector, Vector]:
    """Places and effects, whose mean over the rows is zero (alibi weighs each stretch with its rows)."""
    rows = np.column_stack([np.arange(len(values), dtype=np.float64), values])
    explainer = _alibi().ALE(predict, feature_names=["row", "value"], target_names=["number"])
    result = explainer.explain(rows, features=[1], grid_points={1: edges})
    return np.asarray(result.feature_values[0]), np.asarray(result.ale_values[0])[:, 0]


def _note(fields: Sequence[Field]) -> str:
    ordered = "Accumulated local effects: each row is moved only to the next places, and the steps are added up."
    others = [f.title for f in fields if f.kind not in NUMERIC_KINDS]
    if not others:
        return f"{ordered} The height is the mean answer."
    have = "has" if len(others) == 1 else "have"
    return (
        f"{ordered} The height is the mean answer. {listed(others)} {have} no order: "
        "shown is the mean answer with every row put there (partial dependence)."
    )


def _alibi() -> Any:
    without_ray()
    from alibi import explainers

    return explainers
