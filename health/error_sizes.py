"""How far numbers are from the truth, in words: for the page, the report, the API and the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from health.details import FarTruth, Sizes
from health.regression import NumberErrors
from health.standing import Standing
from health.titles import Units, no_unit
from health.weighted import Mean

MOST_NAMED = 5
# Each figure, and the field of NumberErrors that has it.
_NAMED = {
    "Mean absolute error": "mae",
    "Median absolute error": "median",
    "Root of the mean squared error": "rmse",
    "Bias": "bias",
}


def lines(found: Sizes) -> Iterator[str]:
    """All of it, far truths with their cases; nothing without a case that has a number as the truth."""
    if not found.all.n:
        return
    yield f"Size of errors: {errors_words(found, found.all)}. {at_least_words(found)}".rstrip()
    if found.near is not None:
        yield f"{far_head(found.far)}: {_listed(found.far)}. {far_advice(found.far)}"
        yield f"Without what is far: {errors_words(found, found.near)}."


def figure_names(found: Sizes) -> dict[str, str]:
    """Each figure that is known, as `Mean absolute error, at least`, with the field of NumberErrors that has it."""
    at_least = ", at least" if found.confirmed else ""
    known = {n: field for n, field in _NAMED.items() if getattr(found.all, field).value is not None}
    return {n if n == "Bias" else f"{n}{at_least}": field for n, field in known.items()}


def errors_words(of: Sizes, found: NumberErrors) -> str:
    """`mean absolute error, at least: 1.2 (1 to 1.4); median …; n=240`."""
    parts = [
        f"{name[0].lower()}{name[1:]}: {mean_text(getattr(found, f))}"
        for name, f in figure_names(of).items()
    ]
    return "; ".join([*parts, f"n={found.n:,}"])


def at_least_words(found: Sizes) -> str:
    """Why errors are larger than this says, and what is left out for that; empty where every truth was given."""
    if not found.confirmed:
        return ""
    were = "was" if found.confirmed == 1 else "were"
    words = f"At least: {found.confirmed:,} of {found.all.n:,} {were} called right without a truth, which counts as an error of 0."
    median = (
        " They are half of all or more, so there is no median."
        if found.all.median.value is None
        else ""
    )
    return f"{words} The bias counts them as 0, too.{median}"


def short_words(found: Sizes, unit: str = "") -> str:
    """`Its numbers are off by at least 44.2 (38.9 to 49.5) mg/dl on average, n=142.`; empty without a number as the truth."""
    shown = found.near or found.all
    if (
        not shown.n or found.confirmed == found.all.n
    ):  # all were called right, and no truth was told
        return ""
    at_least = "at least " if found.confirmed else ""
    far = ", but for truths that are far from any answer" if found.near else ""
    return f"Its numbers are off by {at_least}{mean_text(shown.mae)}{unit and ' '}{unit} on average, n={shown.n:,}{far}."


def size_words(standing: Standing, units: Units = no_unit) -> str:
    """The same of a model; its unit is looked for where there is something to say."""
    found = standing.sizes
    return short_words(found, units(standing.server, standing.model)) if found.all.n else ""


def full_sentence(standing: Standing, units: Units = no_unit) -> str:
    """Why a model has its word, with how far its numbers are off: that most are called right does not say it."""
    return f"{standing.status.sentence} {size_words(standing, units)}".rstrip()


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
        return f"{_mean(found.value)} (too few for an interval)"
    return f"{_mean(found.value)} ({_mean(found.low)} to {_mean(found.high)})"


def _listed(far: Sequence[FarTruth]) -> str:
    named = ", ".join(f"{far_text(each)} (case {each.case_id})" for each in far[:MOST_NAMED])
    return f"{named}{others_words(far)}"


def _mean(value: float) -> str:
    """Three digits: the interval around a mean is wider than a fourth one would say."""
    return _number(value) if abs(value) >= 1e3 else f"{value:.3g}"


def _number(value: float) -> str:
    """Four digits, and no exponent for everyday sizes."""
    if not math.isfinite(value):
        return "an infinite number"
    is_large = 1e4 <= abs(value) < 1e7
    return f"{value:,.0f}" if is_large else f"{value:.4g}"
