"""How far numbers are from the truth, as the API says it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.v1.shapes import finite
from health.details import FarTruth, Sizes
from health.error_sizes import lines
from health.regression import NumberErrors
from health.weighted import Mean

MOST_FAR = 100


class MeanOfErrors(BaseModel):
    """A figure in the unit of the answer with its 95 % interval; null is what is not known, as the interval of very few cases."""

    value: float | None = Field(examples=[44.2])
    low: float | None = Field(examples=[38.9])
    high: float | None = Field(examples=[49.5])


class ErrorSizes(BaseModel):
    """Means and the median of answer less truth, of n checked cases that have a number as the truth."""

    n: int = Field(examples=[142])
    mean_absolute: MeanOfErrors = Field(
        description="At least: who says that a number is right counts as an error of 0"
    )
    median_absolute: MeanOfErrors = Field(
        description="At least, likewise; null where half of the numbers or more were only called right"
    )
    root_mean_squared: MeanOfErrors = Field(description="At least, likewise")
    bias: MeanOfErrors = Field(
        description="Above 0 where answers are too high; who says that a number is right counts as 0"
    )


class FarTruthOfCase(BaseModel):
    """A truth that is far from anything that the model answers."""

    case: str = Field(examples=["01KAC5E1Z3W0V0C5Y7M1N2P3Q4"])
    url: str = Field(examples=["/api/v1/cases/01KAC5E1Z3W0V0C5Y7M1N2P3Q4"])
    answer: float | None = Field(examples=[126.0])
    truth: float | None = Field(description="null for an infinite one", examples=[122000.0])


class SizesOfModel(BaseModel):
    """How far numbers are from the truth: of all, and where some truths are far, of the others alone."""

    sentence: str
    errors: ErrorSizes
    errors_without_far: ErrorSizes | None = Field(description="null where no truth is far")
    confirmed: int = Field(
        description="So many numbers were called right without a truth: errors are at least so large where there are any",
        examples=[80],
    )
    far: int = Field(description="How many truths are far", examples=[1])
    far_truths: list[FarTruthOfCase] = Field(description=f"The first {MOST_FAR} of them")


def sizes_of(found: Sizes) -> SizesOfModel | None:
    """None where no checked case has a number as the truth."""
    if not found.all.n:
        return None
    return SizesOfModel(
        sentence=" ".join(lines(found)),
        errors=_errors(found.all),
        errors_without_far=None if found.near is None else _errors(found.near),
        confirmed=found.confirmed,
        far=len(found.far),
        far_truths=[_far(each) for each in found.far[:MOST_FAR]],
    )


def _errors(found: NumberErrors) -> ErrorSizes:
    return ErrorSizes(
        n=found.n,
        mean_absolute=_mean(found.mae),
        median_absolute=_mean(found.median),
        root_mean_squared=_mean(found.rmse),
        bias=_mean(found.bias),
    )


def _mean(found: Mean) -> MeanOfErrors:
    return MeanOfErrors(value=found.value, low=finite(found.low), high=finite(found.high))


def _far(each: FarTruth) -> FarTruthOfCase:
    return FarTruthOfCase(
        case=each.case_id,
        url=f"/api/v1/cases/{each.case_id}",
        answer=finite(each.answer),
        truth=finite(each.truth),
    )
