"""The word for a model, its accuracy, what was found and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, Field

import health.estimates
from api.v1.shapes import finite
from db.health_decisions import DecisionView
from health.alarms.decisions import causes_then
from health.alarms.e_process import THRESHOLD
from health.alarms.wording import role_of
from health.coming_in import ComingIn, as_known
from health.error_sizes import full_sentence
from health.standing import Standing
from health.status import Finding, Word, checks_for
from health.titles import Units
from mds_client.signature import ModelRef

Owners = Mapping[tuple[str, str], str]
_SENTENCE = "94 % of answers are right (95 % interval 90–97 %)."


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of models beside their cases: whose they are by (server, name), the units of the numbers that they answer, and
    what there is of a history that is still coming in."""

    owners: Owners
    units: Units
    coming: ComingIn | None = None


class AnswersLeftOut(BaseModel):
    """Answers of a version that the estimate does not speak for: nobody judged any of those drawn when asked."""

    version: str = Field(examples=["2"])
    kind: str = Field(
        description="all of its answers, its rows of files (`rows`), or what was asked singly (`single`)",
        examples=["all"],
    )
    cases: int = Field(examples=[6000])
    judged: int = Field(description="Those that somebody reported unasked", examples=[0])
    waiting: int = Field(description="Drawn for a check, and not judged", examples=[600])


class Accuracy(BaseModel):
    """The estimated share of right answers, with its 95 % interval; null without enough evidence."""

    value: float | None = Field(examples=[0.94])
    low: float | None = Field(examples=[0.9])
    high: float | None = Field(examples=[0.97])
    n: int = Field(description="Judged cases that it is from", examples=[180])
    of: int = Field(description="Answered cases that it is about", examples=[2310])
    drawn: int = Field(description="Those of them that were drawn for a check", examples=[231])
    left_out: list[AnswersLeftOut] = Field(
        default_factory=list, description="What it does not speak for, the most cases first"
    )


class Alarm(BaseModel):
    """One thing that was found."""

    kind: str = Field(
        description="accuracy, errors, inputs; quiet and unchecked say what is missing",
        examples=["accuracy"],
    )
    sentence: str
    since: date | None = None
    is_over: bool = Field(False, description="It has ended, and nobody has closed it yet")


class Decision(BaseModel):
    """What somebody decided on what was found."""

    id: str
    at: datetime
    person: str = Field(examples=["reviewer-1"])
    role: str = Field(
        "", description="Theirs then; empty where it was not kept", examples=["reviewer"]
    )
    action: str = Field(
        description="acknowledged, snoozed, accepted as the baseline, or closed",
        examples=["acknowledged"],
    )
    reason: str = ""
    snoozed_until: datetime | None = None
    causes: list[str] = Field(
        default_factory=list, description="What accounted for a fall when it was decided"
    )


class ModelHealth(BaseModel):
    """The condition of one model."""

    model: str = Field(examples=["demo/penguins"])
    url: str = Field(
        description="Where everything about it stands", examples=["/api/v1/health/demo/penguins"]
    )
    word: Word = Field(examples=["Healthy"])
    sentence: str = Field(examples=[_SENTENCE])
    action: str = Field(
        description="What to do next", examples=["Check the 18 drawn cases that nobody has judged."]
    )
    accuracy: Accuracy
    alarms: list[Alarm]
    evidence: float | None = Field(
        description=f"The e-process against the baseline at its highest: {THRESHOLD:.0f} or more is an alarm; null without "
        "a baseline",
        examples=[1.3],
    )
    checks: int = Field(
        description="Checks that are missing for ±5 percentage points; of the days that are looked at, as `waiting` and `accuracy`. `action` is of "
        "those of the word",
        examples=[18],
    )
    waiting: int = Field(
        description="Drawn answers of the days that are looked at that nobody has judged right or wrong: so many can be checked now",
        examples=[18],
    )
    owner: str = Field(
        description="Whose the model is, as its metadata or a registry says; empty where neither does",
        examples=["Penguin station"],
    )
    acknowledged_by: str = Field(
        description="Who said that they take care of what goes on; empty where nobody did since the last was closed or accepted",
        examples=["reviewer-1"],
    )
    cases: int = Field(description="Of the days that are looked at")
    demonstration: int = Field(
        description="So many of them are the history of a demonstration", examples=[0]
    )
    coming_in: bool = Field(
        description="More cases of that history are still coming in: the word and all figures are of those so far"
    )


def head_of(standing: Standing, known: Known) -> dict[str, object]:
    """What is said of every model."""
    standing = as_known(known.coming, standing)
    status, ref = standing.status, ModelRef(server=standing.server, name=standing.model)
    return {
        "model": str(ref),
        "url": f"/api/v1/health/{standing.server}/{standing.model}",
        "word": status.word,
        "sentence": full_sentence(standing, known.units),
        "action": status.action,
        "accuracy": accuracy_of(standing.accuracy),
        "alarms": [_alarm(finding) for finding in status.findings],
        "evidence": finite(status.alarm.evidence) if status.alarm else None,
        "checks": checks_for(standing.accuracy),
        "waiting": standing.unchecked,
        "owner": known.owners.get((standing.server, standing.model), ""),
        "acknowledged_by": standing.acknowledged_by,
        "cases": standing.cases,
        "demonstration": standing.demonstration,
        "coming_in": known.coming is not None and known.coming.is_of(standing.server),
    }


def accuracy_of(found: health.estimates.Estimate) -> Accuracy:
    names = ("value", "low", "high", "n", "of", "drawn")
    left_out = [AnswersLeftOut(**vars(each)) for each in found.left_out]
    return Accuracy(**{name: getattr(found, name) for name in names}, left_out=left_out)


def decision_of(step: DecisionView) -> Decision:
    return Decision(
        id=step.id,
        at=step.created_at,
        person=step.person,
        role=role_of(step),
        action=step.action,
        reason=step.reason,
        snoozed_until=step.snoozed_until,
        causes=list(causes_then(step)),
    )


def _alarm(finding: Finding) -> Alarm:
    return Alarm(
        kind=finding.kind, sentence=finding.sentence, since=finding.since, is_over=finding.is_over
    )
