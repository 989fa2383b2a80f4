"""What a test run says of a version: how often it is right, what it confuses or how far it is off, and how fast it is.

Every row of a test counts once: none was drawn, so no weights are needed. A row without an answer is not right. All figures
are plain data, to be kept as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from health.classification import Verdict, by_class, confusion
from health.comparison import compare, compare_numbers
from health.estimates import rate
from health.regression import number_errors


@dataclass(frozen=True, kw_only=True)
class Tested:
    """One row: what was answered and what is true, as a class or as a number; `is_right` is None where there is no answer.

    `seconds` is how long the answer took.
    """

    answer: str | None = None
    truth: str | None = None
    answer_number: float | None = None
    truth_number: float | None = None
    is_right: bool | None
    seconds: float | None = None


def row(**facts: Any) -> Tested:
    """A row as it is counted."""
    return Tested(**facts)


def of_one(rows: Sequence[Tested]) -> dict[str, Any]:
    """The figures of one version: `accuracy` (share, Wilson's interval), `seconds` (p50 and p95), and for numbers `errors`
    (mean absolute error, root mean squared error, bias, in the unit of the answer), for classes `confusion` and `classes`."""
    found: dict[str, Any] = {
        "accuracy": asdict(rate(sum(row.is_right is True for row in rows), len(rows))),
        "failed": sum(row.is_right is None for row in rows),
        "seconds": _seconds(rows),
    }
    if numbers := _numbers(rows):
        answers, truths = zip(*numbers, strict=True)
        errors = number_errors(answers, truths, np.ones(len(numbers)))
        found["errors"] = _finite(asdict(errors))
    if verdicts := _verdicts(rows):
        table = confusion(verdicts)
        counts = {"labels": list(table.labels), "counts": table.counts.tolist()}
        found |= {"confusion": counts, "classes": [asdict(each) for each in by_class(verdicts)]}
    return found


def of_two(rows: Sequence[Tested], others: Sequence[Tested]) -> dict[str, Any]:
    """The second version against the first on the same rows, in the same order: McNemar's exact test, the difference of the
    accuracies with its interval, and for numbers which is nearer to the truth more often."""
    pairs = [(a.is_right is True, b.is_right is True) for a, b in zip(rows, others, strict=True)]
    found = {**asdict(compare(pairs)), "is_clear": compare(pairs).is_clear}
    errors = [
        (_error(a), _error(b))
        for a, b in zip(rows, others, strict=True)
        if a.truth_number is not None and _is_number(a) and _is_number(b)
    ]
    if errors:
        nearer, other_nearer, p = compare_numbers(errors)
        found["nearer"] = {"first": nearer, "second": other_nearer, "p": p, "n": len(errors)}
    return found


def _seconds(rows: Sequence[Tested]) -> dict[str, float] | None:
    taken = [row.seconds for row in rows if row.seconds is not None]
    if not taken:
        return None
    half, most = np.percentile(taken, [50, 95])
    return {"p50": float(half), "p95": float(most), "n": len(taken)}


def _numbers(rows: Sequence[Tested]) -> list[tuple[float, float]]:
    return [
        (row.answer_number, row.truth_number)
        for row in rows
        if row.answer_number is not None and row.truth_number is not None
    ]


def _verdicts(rows: Sequence[Tested]) -> list[Verdict]:
    return [
        Verdict(answer=row.answer, truth=row.truth)
        for row in rows
        if row.answer is not None and row.truth is not None
    ]


def _is_number(row: Tested) -> bool:
    return row.answer_number is not None and row.truth_number is not None


def _error(row: Tested) -> float:
    return (row.answer_number or 0.0) - (row.truth_number or 0.0)


def _finite(found: Any) -> Any:
    """The same with nothing in place of what is not known: JSON has no infinity."""
    if isinstance(found, dict):
        return {name: _finite(value) for name, value in found.items()}
    return None if isinstance(found, float) and not math.isfinite(found) else found
