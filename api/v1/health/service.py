"""The service of a model as the API says it: requests, availability, and objectives with their error budgets."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from api.v1.health.shares import Share, share_of
from api.v1.health.times import FeltTimes, ReportedTimes, reported_of, times_of
from health.objectives import Budget, Kind, Verdict, burn_sentence, sentence, title
from health.server_metrics.readings import Reading
from health.service import Service


class BurnRate(BaseModel):
    """How many times as fast the error budget is spent as would use it up exactly at the end of the window."""

    hours: int = Field(description="The last so many hours", examples=[24])
    n: int = Field(examples=[150])
    bad: int = Field(examples=[1])
    rate: float | None = Field(description="null with too few requests", examples=[1.3])
    low: float = Field(description="The 95 % interval of the rate", examples=[0.2])
    high: float = Field(examples=[7.4])
    sentence: str


class ObjectiveOfModel(BaseModel):
    """What the settings promise of the service, what was reached, and the error budget in requests."""

    kind: Kind = Field(examples=["availability"])
    title: str = Field(examples=["99.5 % of requests answered"])
    target: float = Field(examples=[0.995])
    seconds: float | None = Field(
        description="Of latency: answers that took at most so long are good", examples=[None]
    )
    days: int = Field(examples=[28])
    verdict: Verdict = Field(description="met, missed, or too few requests", examples=["met"])
    sentence: str
    reached: Share
    may_be_chance: bool = Field(description="The interval of what was reached holds the target")
    allowed: float = Field(description="So many requests may be bad", examples=[21.05])
    bad: int = Field(examples=[9])
    left: float = Field(description="allowed less bad; negative where overspent", examples=[12.05])
    spent: float | None = Field(
        description="Share of the budget that is spent; null with too few requests", examples=[0.43]
    )
    burn_rates: list[BurnRate]


class ServiceOfModel(BaseModel):
    """How all versions of a model served in the last days (UTC). Values that a person has to correct before sending count nowhere."""

    days: int = Field(examples=[28])
    first: date | None = Field(description="The day of the first request in them")
    requests: int = Field(description="Sent, with or without an answer", examples=[4212])
    requests_a_day: float | None = Field(description="From the first of them on", examples=[150.4])
    requests_in_last_24_hours: int = Field(examples=[150])
    requests_in_last_hour: int = Field(examples=[12])
    availability: Share = Field(description="Answered, of those that were answered or failed")
    failures: dict[str, int] = Field(
        description="The others, by their outcome", examples=[{"timeout": 9}]
    )
    felt: FeltTimes | None = Field(
        description="How long answers in these days took that were asked for one by one; null where nothing was"
    )
    rows: FeltTimes | None = Field(description="Of rows of files in these days; null without any")
    reported: ReportedTimes | None = Field(
        description="What the model's server reports of itself; null where the settings do not say where to read that"
    )
    objectives: list[ObjectiveOfModel] = Field(
        description="Those of the setting `objectives` that fits the model; empty without one"
    )


def service_of(found: Service, reading: Reading | None) -> ServiceOfModel:
    """The service of a model, with what its server reports."""
    times = times_of(found.times, f"in {found.days} days")
    return ServiceOfModel(
        days=found.days,
        first=found.first,
        requests=found.requests,
        requests_a_day=found.a_day,
        requests_in_last_24_hours=found.lately[24],
        requests_in_last_hour=found.lately[1],
        availability=share_of(found.availability),
        failures=dict(found.failures),
        felt=times.singly,
        rows=times.rows,
        reported=reported_of(reading),
        objectives=[_objective(each) for each in found.budgets],
    )


def _objective(found: Budget) -> ObjectiveOfModel:
    names = ("verdict", "may_be_chance", "allowed", "bad", "left", "spent")
    return ObjectiveOfModel(
        **vars(found.objective),
        **{name: getattr(found, name) for name in names},
        title=title(found.objective),
        sentence=sentence(found),
        reached=share_of(found.reached),
        burn_rates=[
            BurnRate(**vars(burn), sentence=burn_sentence(found, burn)) for burn in found.burns
        ],
    )
