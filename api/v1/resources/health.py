"""Health: the word for each model, how often it is right with its interval, and what was found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from pydantic import BaseModel, Field

import health.estimates
from api.v1.asked import AskedNow
from api.v1.problems import no_model, not_asked
from api.v1.resource import Resource
from api.v1.resources.models import ModelName, ServerName
from api.v1.service import ServiceOfModel, service_of
from api.v1.shapes import finite
from db.health_decisions import DecisionView
from db.health_detections import DetectionView
from health.alarms.e_process import THRESHOLD
from health.causes import Cause
from health.drift.fields import FieldDrift
from health.drift.joint import JointDrift
from health.groups import FieldGroups
from health.objectives import of_model
from health.overview import Look, Standing, VersionLine, Week, look, standings
from health.service import Service, service
from health.status import WORDS, Finding, Word
from health.weighted import Share
from mds_client.signature import ModelRef

RESOURCE = Resource("health")

_SENTENCE = "94 % of answers are right (95 % interval 90–97 %)."


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
    action: str = Field(
        description="acknowledged, snoozed, accepted as the baseline, or closed",
        examples=["acknowledged"],
    )
    reason: str = ""
    snoozed_until: datetime | None = None


class ModelHealth(BaseModel):
    """The condition of one model."""

    model: str = Field(examples=["demo/penguins"])
    url: str = Field(
        description="Where everything about it stands", examples=["/api/v1/health/demo/penguins"]
    )
    word: Word = Field(examples=["Healthy"])
    sentence: str = Field(examples=[_SENTENCE])
    action: str = Field(description="What to do next", examples=["Check 18 more drawn cases."])
    accuracy: Accuracy
    alarms: list[Alarm]
    evidence: float | None = Field(
        description=f"The e-process against the baseline at its highest: {THRESHOLD:.0f} or more is an alarm; null without "
        "a baseline",
        examples=[1.3],
    )
    checks: int = Field(description="Checks that are missing for ±5 points", examples=[18])
    owner: str = Field(description="Who last said that they care for it", examples=["reviewer-1"])
    cases: int = Field(description="Of the last 120 days, or of all that is looked at")


class Health(BaseModel):
    """The condition of every model that you may see and that was asked, what needs somebody first."""

    items: list[ModelHealth]


class WeekOfModel(BaseModel):
    """The drawn cases of seven days: the share that is right, of those that were judged."""

    start: date
    value: float | None
    low: float
    high: float
    n: int
    answered: int
    failed: int


class VersionOfModel(BaseModel):
    """One version, from the first to the last day on which it was asked."""

    version: str = Field(examples=["v2"])
    first: date
    last: date
    cases: int
    accuracy: Accuracy


class FieldChange(BaseModel):
    """One input of the newest version now, against its first cases."""

    field: str = Field(examples=["flipper_length_mm"])
    is_changed: bool
    psi: float | None = Field(description="Population stability index", examples=[0.04])
    distance: float | None = Field(description="Jensen–Shannon distance, 0 to 1")
    p: float | None = Field(description="The chance of such a difference without a change")
    n_before: int
    n_now: int
    missing_before: float
    missing_now: float


class JointChange(BaseModel):
    """Inputs as a whole now, against the first cases: all together, or a text, a picture or a sound."""

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


class UnlikeEarlier(BaseModel):
    """How many of the newest 1,000 answered cases were unlike all earlier ones when they were asked."""

    unlike: int = Field(examples=[3])
    compared: int = Field(
        description="Those that were compared: not while there were too few before", examples=[120]
    )


class Rate(BaseModel):
    """A share with its 95 % interval, of n checked cases; null without any."""

    value: float | None = Field(examples=[0.24])
    low: float = Field(examples=[0.18])
    high: float = Field(examples=[0.31])
    n: int = Field(examples=[142])


class GroupOfField(BaseModel):
    """One group of a protected field beside all others: the shares that are answered wrongly, and their difference."""

    value: str = Field(examples=["female"])
    truth: str | None = Field(description="The class that its cases truly are; null for all")
    wrong: Rate
    others: Rate
    difference: float = Field(description="wrong less others", examples=[0.15])
    low: float = Field(description="The 95 % interval of the difference", examples=[0.06])
    high: float = Field(examples=[0.24])
    is_clear: bool = Field(description="More than chance explains, of all that was compared")


class GroupsOfField(BaseModel):
    """A field that the signature marks as protected."""

    field: str = Field(examples=["sex"])
    sentence: str
    groups: list[GroupOfField]


class CauseOfFall(BaseModel):
    """A slice of the cases since a fall, or a version, in which the additional wrong answers lie."""

    field: str = Field(description="An input, or version", examples=["island"])
    value: str = Field(examples=["Dream"])
    right: Rate
    others: Rate
    part: float = Field(
        description="Which part of the additional wrong answers it has", examples=[0.9]
    )


class HealthOfModel(ModelHealth):
    """The condition of one model, and what it is made of."""

    weeks: list[WeekOfModel]
    versions: list[VersionOfModel]
    inputs: list[FieldChange]
    detections: list[Detection]
    joint_inputs: list[JointChange] = Field(description="Compared every five minutes by a job")
    unlike: UnlikeEarlier
    groups: list[GroupsOfField] = Field(
        description="Of each protected field, the worst group first"
    )
    causes: list[CauseOfFall] = Field(
        description="Of a fall of the right answers that goes on, the largest part first"
    )
    decisions: list[Decision]
    service: ServiceOfModel


@RESOURCE.get("/health")
def list_health(asked: AskedNow) -> Health:
    """The word, the accuracy and the alarms of every model that you may see."""
    services = asked.services
    found = standings(services.figures, titles=services.field_titles).values()
    return of_all(sorted(found, key=lambda each: WORDS.index(each.status.word)))


@RESOURCE.get("/health/{server}/{name:path}")
def get_health(asked: AskedNow, server: ServerName, name: ModelName) -> HealthOfModel:
    """Everything about the condition of one model. 404 for one that you may not see, or that nobody has asked."""
    services = asked.services
    found = look(
        services.figures,
        server,
        name,
        protected=services.protected_fields(server, name),
        titles=services.field_titles,
    )
    if found is None:
        ref = ModelRef(server=server, name=name)
        raise not_asked(str(ref)) if services.catalogue.find(ref) else no_model(str(ref))
    wanted = of_model(services.settings.objectives, server, name)
    return whole(found, service(services.figures, server, name, wanted))


def of_all(found: Iterable[Standing]) -> Health:
    """The condition of models, in their order."""
    return Health(items=[ModelHealth(**_head(standing)) for standing in found])


def whole(found: Look, served: Service) -> HealthOfModel:
    """Everything about one model."""
    return HealthOfModel(
        **_head(found.standing),
        weeks=[_week(week) for week in found.weeks],
        versions=[_version(line) for line in found.versions],
        inputs=[_field(field) for field in found.drift],
        detections=[_detection(each) for each in found.detections],
        joint_inputs=[_joint(each) for each in found.joint_drift],
        unlike=UnlikeEarlier(unlike=found.unlike[0], compared=found.unlike[1]),
        groups=[_groups(each) for each in found.details.groups],
        causes=[_cause(each) for each in found.causes.found] if found.causes else [],
        decisions=[_decision(step) for step in found.steps],
        service=service_of(served),
    )


def _head(standing: Standing) -> dict[str, object]:
    status, ref = standing.status, ModelRef(server=standing.server, name=standing.model)
    return {
        "model": str(ref),
        "url": f"/api/v1/health/{standing.server}/{standing.model}",
        "word": status.word,
        "sentence": status.sentence,
        "action": status.action,
        "accuracy": _accuracy(standing.accuracy),
        "alarms": [_alarm(finding) for finding in status.findings],
        "evidence": finite(status.alarm.evidence) if status.alarm else None,
        "checks": status.checks,
        "owner": standing.owner,
        "cases": standing.cases,
    }


def _accuracy(found: health.estimates.Estimate) -> Accuracy:
    names = ("value", "low", "high", "n", "of", "drawn")
    left_out = [AnswersLeftOut(**vars(each)) for each in found.left_out]
    return Accuracy(**{name: getattr(found, name) for name in names}, left_out=left_out)


def _alarm(finding: Finding) -> Alarm:
    return Alarm(
        kind=finding.kind, sentence=finding.sentence, since=finding.since, is_over=finding.is_over
    )


def _week(week: Week) -> WeekOfModel:
    right = week.right
    return WeekOfModel(
        start=week.start,
        value=right.value,
        low=right.low,
        high=right.high,
        n=right.n,
        answered=week.answered,
        failed=week.failed,
    )


def _version(line: VersionLine) -> VersionOfModel:
    return VersionOfModel(
        version=line.version,
        first=line.first,
        last=line.last,
        cases=line.cases,
        accuracy=_accuracy(line.accuracy),
    )


def _field(field: FieldDrift) -> FieldChange:
    return FieldChange(
        field=field.name,
        is_changed=field.is_flagged,
        psi=finite(field.psi),
        distance=finite(field.distance),
        p=finite(field.p),
        n_before=field.before,
        n_now=field.after,
        missing_before=field.missing[0],
        missing_now=field.missing[1],
    )


def _detection(said: DetectionView) -> Detection:
    return Detection(**{name: getattr(said, name) for name in Detection.model_fields})


def _joint(found: JointDrift) -> JointChange:
    return JointChange(
        field=found.name,
        kind=found.kind,
        features=found.features,
        is_changed=found.is_flagged,
        told_apart=found.share,
        p=found.p,
        n_before=found.before,
        n_now=found.after,
        most_unlike=list(found.most_unlike),
    )


def _groups(found: FieldGroups) -> GroupsOfField:
    return GroupsOfField(
        field=found.field,
        sentence=found.sentence,
        groups=[
            GroupOfField(
                value=each.value,
                truth=each.truth,
                wrong=_rate(each.wrong),
                others=_rate(each.others),
                difference=each.difference.value,
                low=each.difference.low,
                high=each.difference.high,
                is_clear=each.is_clear,
            )
            for each in found.rates
        ],
    )


def _cause(found: Cause) -> CauseOfFall:
    return CauseOfFall(
        field=found.field,
        value=found.value,
        right=_rate(found.right),
        others=_rate(found.rest),
        part=found.part,
    )


def _rate(found: Share) -> Rate:
    return Rate(value=found.value, low=found.low, high=found.high, n=found.n)


def _decision(step: DecisionView) -> Decision:
    return Decision(
        id=step.id,
        at=step.created_at,
        person=step.person,
        action=step.action,
        reason=step.reason,
        snoozed_until=step.snoozed_until,
    )
