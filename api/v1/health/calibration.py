"""Whether probabilities mean what they say, as the API tells it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from health.calibration import Calibration
from health.calibration_words import sentence


class CalibrationOfModel(BaseModel):
    """The expected calibration error: how far the probability is on average from how often the answer is right."""

    ece: float = Field(examples=[0.06])
    low: float = Field(description="The 95 % interval of `ece` (delta method)", examples=[0.03])
    high: float = Field(examples=[0.09])
    by_chance: float = Field(
        description="It would be up to so much if every probability were true: the 95th percentile",
        examples=[0.07],
    )
    is_off: bool = Field(
        description="It is above what chance explains, and its interval does not reach down to 0"
    )
    brier: float | None = Field(description="The Brier score", examples=[0.11])
    n: int = Field(description="Checked answers with a probability", examples=[142])
    sentence: str


def calibration_of(found: Calibration) -> CalibrationOfModel | None:
    """None where no checked answer has a probability."""
    if found.ece is None or found.by_chance is None:
        return None
    return CalibrationOfModel(
        ece=found.ece,
        low=found.low,
        high=found.high,
        by_chance=found.by_chance,
        is_off=found.is_off,
        brier=found.brier,
        n=found.n,
        sentence=sentence(found),
    )
