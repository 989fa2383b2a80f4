"""How long answers take as the API says it: of what was asked one by one, of rows asked many at once, and as the model's server reports
it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from health.answer_times import AnswerTimes, latency_words, reported_words
from health.server_metrics.contract import Figures
from health.server_metrics.readings import Reading
from health.summary import Latency


class FeltTimes(BaseModel):
    """Seconds from asking to answer, of all versions together. Of a row that went with others in one request they are those of the
    request."""

    p50: float = Field(description="Half were there within so many seconds", examples=[0.043])
    p95: float = Field(examples=[0.08])
    p99: float = Field(examples=[0.095])
    n: int = Field(description="Answers, or rows", examples=[4203])
    sentence: str


class TimesOfModel(BaseModel):
    """How long answers took: what people wait for, and what nobody waits for, apart."""

    singly: FeltTimes | None = Field(
        description="Of what was asked one by one; null where nothing was"
    )
    rows: FeltTimes | None = Field(
        description="Of rows of files, asked many at once; null without any"
    )


class ReportedQuantile(BaseModel):
    """Seconds that a share of the requests stayed within."""

    share: float = Field(examples=[0.95])
    seconds: float = Field(examples=[0.02])
    is_least: bool = Field(description="No less than that: the last bucket has no end")


class ReportedTimes(BaseModel):
    """What the server of a model reports of it, of all versions and of whoever asked; null is what it does not say."""

    sentence: str = Field(description="All of it in words, or why there is nothing")
    kind: str = Field(
        "", description="The kind of server whose series are read", examples=["MLServer"]
    )
    requests: int | None = Field(None, examples=[5120])
    failed: int | None = None
    mean_seconds: float | None = Field(None, examples=[0.0102])
    quantiles: list[ReportedQuantile] = Field([], description="Empty where it keeps no spread")
    quantiles_of_all: bool = Field(False, description="Of all models on this server together")
    since: datetime | None = Field(None, description="When its counters began")
    is_of_a_day: bool = Field(
        False, description="Of the last 24 hours, by Prometheus; else since the counters began"
    )


def times_of(found: AnswerTimes, days: str = "") -> TimesOfModel:
    """Both kinds; `days` says of which days they are, in the sentences."""
    return TimesOfModel(
        singly=_felt(found.singly, "answer", days), rows=_felt(found.rows, "row", days)
    )


def _felt(found: Latency | None, of: str, days: str) -> FeltTimes | None:
    if found is None:
        return None
    words = latency_words(found, of, days)
    return FeltTimes(p50=found.p50, p95=found.p95, p99=found.p99, n=found.n, sentence=words)


def reported_of(reading: Reading | None) -> ReportedTimes | None:
    """What the server reports; None where the settings do not say where."""
    if reading is None:
        return None
    facts = _figures(reading.figures) if reading.figures else {}
    return ReportedTimes(sentence=reported_words(reading), is_of_a_day=reading.is_of_a_day, **facts)


def _figures(found: Figures) -> dict[str, object]:
    spread = zip((0.5, 0.95, 0.99), found.quantiles or (), strict=False)
    return {
        "kind": found.kind,
        "requests": found.requests,
        "failed": found.failed,
        "mean_seconds": found.mean,
        "quantiles": [ReportedQuantile(share=share, **vars(each)) for share, each in spread],
        "quantiles_of_all": found.quantiles_of_all,
        "since": found.since,
    }
