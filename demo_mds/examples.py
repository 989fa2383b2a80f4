"""Held-out rows: which of them a model shows as its examples, and all of them with their truth."""

import json
from collections.abc import Iterable

import pandas as pd


def by_turns(target: pd.Series, count: int) -> pd.Index:
    """The first rows of every class, one class after the other: row 0, row 1, … differ in class."""
    place_in_class = target.groupby(target, observed=True).cumcount()
    return place_in_class.sort_values(kind="stable").index[:count]


def held_out(rows: pd.DataFrame, truth: Iterable[object]) -> dict[str, list]:
    """Rows that nobody learned from, as JSON takes them: a missing value is null."""
    known = rows.replace("", None)
    return {"rows": json.loads(known.to_json(orient="records")), "truth": list(truth)}
