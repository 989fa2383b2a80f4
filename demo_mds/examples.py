"""Held-out rows: which of them a model shows as its examples, and all of them with their truth."""

import json
from collections.abc import Iterable

import numpy as np
import pandas as pd

CLEAR = 0.98


def by_turns(
    target: pd.Series, count: int, sure: pd.Series | None = None, clear: float = CLEAR
) -> pd.Index:
    """The first rows of every class, one class after the other: row 0, row 1, … differ in class.

    Where it is known how `sure` a model is of the truth of each row, every class begins with a clear one: what somebody sees
    first is a typical case that the model gets right. The others are taken in order, easy or not.
    """
    ordered = target if sure is None else target.loc[_clear_first(target, sure, clear)]
    place_in_class = ordered.groupby(ordered, observed=True).cumcount()
    return place_in_class.sort_values(kind="stable").index[:count]


def _clear_first(target: pd.Series, sure: pd.Series, clear: float) -> pd.Index:
    """All rows; before the others the first clear one of each class, the surest where none is clear."""
    firsts = []
    for label in target.unique():
        of_class = sure[target == label]
        found = of_class[of_class >= clear]
        firsts.append(found.index[0] if len(found) else of_class.idxmax())
    return pd.Index(firsts).append(target.index[~target.index.isin(firsts)])


def sure_of(classifier: object, rows: pd.DataFrame, truth: pd.Series) -> pd.Series:
    """How sure the classifier is of the truth of each row, 0 to 1."""
    column = {label: place for place, label in enumerate(classifier.classes_)}
    chances = classifier.predict_proba(rows)
    return pd.Series(
        chances[np.arange(len(rows)), [column[each] for each in truth]], index=truth.index
    )


def near_first(error: pd.Series, count: int, near: float) -> pd.Index:
    """The first rows, before the others the first of which the model's `error` is at most `near`."""
    order = error.index
    first = order[(error.abs() <= near).to_numpy()][:1]
    return first.append(order[~order.isin(first)])[:count]


def held_out(rows: pd.DataFrame, truth: Iterable[object]) -> dict[str, list]:
    """Rows that nobody learned from, as JSON takes them: a missing value is null."""
    known = rows.replace("", None)
    return {"rows": json.loads(known.to_json(orient="records")), "truth": list(truth)}
