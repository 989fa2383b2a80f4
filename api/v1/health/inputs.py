"""What changed in the inputs of a model and its answers, and what detectors say of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from api.v1.shapes import finite
from db.health_detections import DetectionView
from health.drift.fields import FieldDrift
from health.drift.joint import JointDrift
from health.estimates import Rate
from health.reference import Chosen


class _Change(BaseModel):
    """How values moved, of the newest version now, against the first cases of that version, those since a state was accepted, or
    `inputs_reference`."""

    is_changed: bool
    since: date | None = Field(
        description="The day (UTC) on which it began; null where it has not changed, or where that is not known",
        examples=["2026-11-17"],
    )
    psi: float | None = Field(description="Population stability index", examples=[0.04])
    distance: float | None = Field(description="Jensen–Shannon distance, 0 to 1")
    p: float | None = Field(description="The chance of such a difference without a change")
    n_before: int
    n_now: int


class FieldChange(_Change):
    """One input of the newest version now, against the first cases of that version, those since a state was accepted, or `inputs_reference`."""

    field: str = Field(examples=["flipper_length_mm"])
    missing_before: float
    missing_now: float


class AnswerChange(_Change):
    """What is answered now, against the answers of the same cases as each input: classes, or numbers by range."""

    grown: str | None = Field(
        description="The class or the range whose share grew most", examples=["Gentoo"]
    )
    grown_before: float | None = Field(description="Its share before", examples=[0.33])
    grown_now: float | None = Field(description="Its share now", examples=[0.58])


class JointChange(BaseModel):
    """Inputs as a whole now, against the same cases as each field: all together, or a text, a picture or a sound."""

    field: str = Field(description="Which input; empty for all together", examples=["review"])
    kind: str = Field(
        description="together, field, or embedding: the vectors that the model itself answers",
        examples=["field"],
    )
    features: str = Field(
        description="By which features", examples=["hashed groups of three letters, and length"]
    )
    is_changed: bool
    told_apart: float = Field(
        description="In how many of all pairs an earlier and a recent case are told apart; 0.5 by chance",
        examples=[0.83],
    )
    told_apart_low: float = Field(description="The 95 % interval of told_apart", examples=[0.79])
    told_apart_high: float = Field(examples=[0.86])
    p: float = Field(description="The chance of such a difference without a change")
    n_before: int
    n_now: int
    most_unlike: list[str] = Field(
        description="The recent cases that are most unlike the first ones"
    )


class Detection(BaseModel):
    """What a drift detector deployed beside the model said of its newest cases."""

    detector: str = Field(examples=["penguins-drift"])
    asked_at: datetime
    cases: int
    is_drift: bool | None = Field(description="null while it collects, or gave no answer")
    p: float | None
    distance: float | None
    threshold: float | None
    problem: str = Field(description="Why it gave none; empty where it did")


class ReferenceOfInputs(BaseModel):
    """What somebody chose to compare inputs with, in the place of the first cases."""

    kind: str = Field(description="window, file or registry", examples=["window"])
    words: str = Field(examples=["the cases of 1 to 31 March 2026"])
    person: str
    chosen_at: datetime
    since: date | None = Field(description="The first day (UTC) of a window")
    until: date | None = Field(description="The last day (UTC) of a window")
    rows: int | None = Field(description="How many rows were taken from a file or a registry")
    not_compared: list[str] = Field(
        description="Fields of the newest cases of which it has no values of that kind"
    )


class UnlikeEarlier(BaseModel):
    """How many of the newest 1,000 answered cases were unlike all earlier ones when they were asked."""

    unlike: int = Field(examples=[3])
    compared: int = Field(
        description="Those that were compared: not while there were too few before", examples=[120]
    )
    low: float = Field(description="The 95 % interval of their share (Wilson)", examples=[0.0085])
    high: float = Field(examples=[0.0709])


def field_of(field: FieldDrift) -> FieldChange:
    return FieldChange(
        field=field.name,
        missing_before=field.missing[0],
        missing_now=field.missing[1],
        **_moved(field),
    )


def answer_of(found: FieldDrift | None) -> AnswerChange | None:
    if found is None:
        return None
    grown = found.grown
    return AnswerChange(
        grown=grown and grown.words,
        grown_before=grown and grown.before / found.before,
        grown_now=grown and grown.after / found.after,
        **_moved(found),
    )


def _moved(found: FieldDrift) -> dict[str, Any]:
    return {
        "is_changed": found.is_flagged,
        "since": found.since,
        "psi": finite(found.psi),
        "distance": finite(found.distance),
        "p": finite(found.p),
        "n_before": found.before,
        "n_now": found.after,
    }


def joint_of(found: JointDrift) -> JointChange:
    low, high = found.interval
    return JointChange(
        field=found.name,
        kind=found.kind,
        features=found.features,
        is_changed=found.is_flagged,
        told_apart=found.share,
        told_apart_low=low,
        told_apart_high=high,
        p=found.p,
        n_before=found.before,
        n_now=found.after,
        most_unlike=list(found.most_unlike),
    )


def reference_of_inputs(chosen: Chosen | None, unfit: Sequence[str]) -> ReferenceOfInputs | None:
    if chosen is None:
        return None
    return ReferenceOfInputs(
        kind=chosen.source,
        words=chosen.words,
        person=chosen.person,
        chosen_at=chosen.at,
        since=chosen.since,
        until=chosen.until,
        rows=None if chosen.since else chosen.count,
        not_compared=list(unfit),
    )


def unlike_of(found: Rate) -> UnlikeEarlier:
    return UnlikeEarlier(unlike=found.count, compared=found.n, low=found.low, high=found.high)


def detection_of(said: DetectionView) -> Detection:
    return Detection(**{name: getattr(said, name) for name in Detection.model_fields})
