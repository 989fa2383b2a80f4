"""A share of requests as the API says it."""

from __future__ import annotations

from pydantic import BaseModel, Field

import health.estimates


class Share(BaseModel):
    """A share of n requests with its 95 % interval (Wilson); null without any."""

    value: float | None = Field(examples=[0.9978])
    low: float = Field(examples=[0.9955])
    high: float = Field(examples=[0.999])
    n: int = Field(examples=[4210])


def share_of(found: health.estimates.Rate) -> Share:
    return Share(value=found.value, low=found.low, high=found.high, n=found.n)
