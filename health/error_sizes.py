"""How far numbers are from the truth, in words: for the page, the report, the API and the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from health.details import FarTruth, Sizes
from health.regression import NumberErrors
from health.weighted import Mean

MOST_NAMED = 5
AT_LEAST = "At least: who says that a number is right counts as an error of 0."
# Each figure, and the field of NumberErrors that has it.
NAMED = {
    "Mean absolute error, at least": "mae",
    "Median absolute error, at least": "median",
    "Root of the mean squared error": "rmse",
    "Bias": "bias",
}


def lines(found: Sizes) -> Iterator[str]:
    """All of it, far truths with their cases; nothing without a case that has a number as the truth."""
    if not found.all.n:
        return
    yield f"Size of errors: {errors_words(found.all)}. {AT_LEAST}"
    if found.near is not None:
        yield f"{far_head(found.far)}: {_listed(found.far)}. {far_advice(found.far)}"
        yield f"Without what is far: {errors_words(found.near)}."


def errors_words(found: NumberErrors) -> str:
    """`mean absolute error at least 1.2 (1 to 1.4), median 0.9 (0.8 to 1), …, n=240`."""
    return (
        f"mean absolute error at least {mean_text(found.mae)}, median {mean_text(found.median)}, root of the mean squared error "
        f"{mean_text(found.rmse)}, bias {mean_text(found.bias)}, n={found.n:,}"
    )


def far_head(far: Sequence[FarTruth]) -> str:
    """How many truths are far."""
    head = "1 truth is" if len(far) == 1 else f"{len(far):,} truths are"
    return f"{head} far from anything that the model answers"


def far_advice(far: Sequence[FarTruth]) -> str:
    """What to do about them."""
    which = "it" if len(far) == 1 else "them"
    return (
        f"Look at {which}: is a decimal point missing, or is the unit another one? One such number moves the mean far, and the "
        "median hardly."
    )


def far_text(each: FarTruth) -> str:
    """`122,000 where 126 is answered`."""
    return f"{_number(each.truth)} where {_number(each.answer)} is answered"


def others_words(far: Sequence[FarTruth]) -> str:
    """How many there are beside those that are named."""
    more = len(far) - MOST_NAMED
    return f", and {more:,} more" if more > 0 else ""


def mean_text(found: Mean) -> str:
    """`1.2 (1 to 1.4)`."""
    if found.value is None:
        return "not known"
    if not math.isfinite(found.high - found.low):
        return f"{_number(found.value)} (too few for an interval)"
    return f"{_number(found.value)} ({_number(found.low)} to {_number(found.high)})"


def _listed(far: Sequence[FarTruth]) -> str:
    named = ", ".join(f"{far_text(each)} (case {each.case_id})" for each in far[:MOST_NAMED])
    return f"{named}{others_words(far)}"


def _number(value: float) -> str:
    """Four digits, and no exponent for everyday sizes."""
    if not math.isfinite(value):
        return "an infinite number"
    is_large = 1e4 <= abs(value) < 1e7
    return f"{value:,.0f}" if is_large else f"{value:.4g}"
