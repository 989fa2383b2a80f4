"""People alone, the model alone and both together, as the API tells it with the health of a model."""

from __future__ import annotations

from pydantic import BaseModel, Field

from feedback.first_call_figures import DAYS, FirstCallFigures
from health.first_calls import FEWEST, first_calls
from health.weighted import Share


class RateOfSome(BaseModel):
    """A share with its 95 % interval, of n cases; null for fewer than ten."""

    value: float | None = Field(examples=[0.86])
    low: float = Field(examples=[0.78])
    high: float = Field(examples=[0.91])
    n: int = Field(examples=[84])


class FirstCallsOfModel(BaseModel):
    """Who is right how often, on cases that a person answered before the model did and whose class somebody else has said."""

    days: int = Field(description="Of the last so many days", examples=[DAYS])
    calls: int = Field(description="How often a person answered first", examples=[120])
    declined: int = Field(description="Those who could not tell", examples=[7])
    people: RateOfSome
    model: RateOfSome
    together: RateOfSome = Field(description="What people say after the model's answer")
    sentence: str = Field(
        description=f"Whether both are right more often than the model alone, from {FEWEST} cases on"
    )


def first_calls_of(counted: FirstCallFigures) -> FirstCallsOfModel | None:
    """None where nobody answered first."""
    if not counted.calls:
        return None
    found = first_calls(counted.compared)
    return FirstCallsOfModel(
        days=DAYS,
        calls=counted.calls,
        declined=counted.declined,
        people=_rate(found.people),
        model=_rate(found.model),
        together=_rate(found.together),
        sentence=found.sentence,
    )


def _rate(found: Share) -> RateOfSome:
    return RateOfSome(value=found.value, low=found.low, high=found.high, n=found.n)
