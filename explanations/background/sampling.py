"""Typical rows to compare a case with: chosen from examples, or made from them when they are few."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explanations.contract import ExplainContext
from explanations.encoder import Encoder, is_missing
from explanations.errors import ExplanationFailed
from explanations.shapley.game import Vector
from explanations.shapley.medoids import medoids
from mds_client.signature import Field, Signature, Values

# A made value lies this far from the real one, as a share of the field's usual range.
JITTER = 0.15
SWAPPED = 0.3
MOST_COMPARED = 1000


def known_rows(context: ExplainContext) -> list[Values]:
    """The rows among which typical ones are found. Raises ExplanationFailed without any that differs from the case."""
    known = list(context.background) or context.signature.example_rows
    rows: list[Values] = [{name: row.get(name) for name in context.values} for row in known]
    if all(row == context.values for row in rows):
        raise ExplanationFailed(
            "The only typical case is this one itself: there is nothing to compare it with."
            if rows
            else "There are no typical cases to compare this one with.",
            advice="Add example rows to the model's signature, or ask about a few cases first.",
        )
    return rows


def typical(
    signature: Signature, rows: Sequence[Values], count: int
) -> tuple[list[Values], Vector]:
    """At most `count` different rows that represent all (the same ones every time), and the share of rows that
    each represents.

    The row with the largest share comes first; shares sum to 1. Of more than MOST_COMPARED rows an even sample
    is taken: every second, every third, and so on.
    """
    even_sample = rows[:: -(-len(rows) // MOST_COMPARED)]
    encoder = Encoder.of([field.name for field in signature.inputs], even_sample)
    matrix, counts = np.unique(encoder.encode(even_sample), axis=0, return_counts=True)
    chosen, shares = medoids(matrix, counts.astype(np.float64), count)
    ordered = np.argsort(-shares, kind="stable")
    return [dict(row) for row in encoder.decode(matrix[chosen[ordered]])], shares[ordered]


def augmented(signature: Signature, rows: Sequence[Values], count: int, seed: int) -> list[Values]:
    """The rows and, when they are fewer than `count`, perturbed copies of them (data augmentation)."""
    chance = np.random.default_rng(seed)
    ranges = {field.name: _range(field, rows) for field in signature.inputs}
    made = [
        _neighbour(signature, rows, ranges, chance) for _ in range(count - len(rows)) if len(rows)
    ]
    return [*rows, *made]


def _range(field: Field, rows: Sequence[Values]) -> tuple[float, float]:
    known = [float(v) for row in rows if isinstance(v := row.get(field.name), int | float)]
    known = [value for value in known if not is_missing(value)]
    return field.typical or ((min(known), max(known)) if known else (0.0, 1.0))


def _neighbour(
    signature: Signature,
    rows: Sequence[Values],
    ranges: dict[str, tuple[float, float]],
    chance: np.random.Generator,
) -> Values:
    """A real row, slightly perturbed: the values of one row stay together."""
    row = rows[chance.integers(len(rows))]
    return {
        field.name: _shaken(field, row.get(field.name), rows, ranges[field.name], chance)
        for field in signature.inputs
    }


def _shaken(
    field: Field,
    value: object,
    rows: Sequence[Values],
    usual: tuple[float, float],
    chance: np.random.Generator,
) -> object:
    if is_missing(value) or isinstance(value, bool) or not isinstance(value, int | float):
        options = [*field.choices, *(row.get(field.name) for row in rows)]
        return options[chance.integers(len(options))] if chance.random() < SWAPPED else value
    if field.kind == "category":
        return chance.choice(np.array(field.choices or (value,), dtype=object))
    low, high = usual
    moved = float(value) + chance.normal() * JITTER * (high - low)
    return _allowed(field, moved, low=min(low, value), high=max(high, value))


def _allowed(field: Field, value: float, *, low: float, high: float) -> object:
    """The value within the field's limits: whole where the field takes integers, else in four significant
    digits."""
    bounded = min(max(value, low), high)
    if field.kind == "integer":
        return round(bounded)
    return float(f"{bounded:.4g}")
