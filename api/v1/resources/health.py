"""Health: the word for each model, how often it is right with its interval, and what was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from api.v1.asked import AskedNow
from api.v1.health.calibration import CalibrationOfModel, calibration_of
from api.v1.health.first_calls import FirstCallsOfModel, first_calls_of
from api.v1.health.groups import CauseOfFall, GroupsOfField, cause_of, groups_of
from api.v1.health.inputs import (
    AnswerChange,
    Detection,
    FieldChange,
    JointChange,
    ReferenceOfInputs,
    UnlikeEarlier,
    answer_of,
    detection_of,
    field_of,
    joint_of,
    reference_of_inputs,
    unlike_of,
)
from api.v1.health.over_time import VersionOfModel, WeekOfModel, version_of, week_of
from api.v1.health.service import ServiceOfModel, service_of
from api.v1.health.shares import Share, share_of
from api.v1.health.sizes import SizesOfModel, sizes_of
from api.v1.health.standing import Decision, Known, ModelHealth, Owners, decision_of, head_of
from api.v1.health.times import TimesOfModel, times_of
from api.v1.problems import no_model, not_asked
from api.v1.resource import Resource
from api.v1.resources.models import ModelName, ServerName
from db.ids import utc_now
from feedback.first_call_figures import FirstCallFigures, first_call_figures
from health.cohort import Cohort
from health.coming_in import coming_in
from health.objectives import of_model
from health.overview import Look, look
from health.server_metrics.readings import ASKED_ONCE, Reading
from health.service import Service, service
from health.standing import DAYS, MOST_DAYS, Standing, begin, in_order, standings
from mds_client.signature import ModelRef
from services import Services

RESOURCE = Resource("health")
Days = Annotated[
    int, Query(ge=0, le=MOST_DAYS, description="Figures of the last so many days (UTC); 0 for all")
]


class Health(BaseModel):
    """The condition of every model that you may see and that was asked, what needs somebody first."""

    items: list[ModelHealth]


class HealthOfModel(ModelHealth):
    """The condition of one model, and what it is made of."""

    days: int = Field(description="Figures are of so many days; 0 for all", examples=[DAYS])
    failed: Share = Field(description="Requests that failed, of those that were answered or failed")
    times: TimesOfModel = Field(
        description="Of all versions, in the same days as the other figures"
    )
    calibration: CalibrationOfModel | None = Field(
        description="Whether probabilities mean what they say; null where no checked answer has one"
    )
    weeks: list[WeekOfModel]
    versions: list[VersionOfModel]
    inputs: list[FieldChange]
    answers: AnswerChange | None = Field(
        description="How the answers changed; null where they are neither classes nor numbers, or what is compared with has none"
    )
    inputs_since: datetime | None = Field(
        description="When somebody accepted how it was: inputs are compared with the first cases after that; null where with the first of all, or with another reference"
    )
    inputs_reference: ReferenceOfInputs | None = Field(
        description="What somebody chose to compare inputs with; null where they are compared with first cases"
    )
    detections: list[Detection]
    joint_inputs: list[JointChange] = Field(description="Compared every five minutes by a job")
    joint_inputs_until: datetime | None = Field(
        description="Cases until then are compared in `joint_inputs`; null where nothing is"
    )
    unlike: UnlikeEarlier
    groups: list[GroupsOfField] = Field(
        description="Of each protected field, the worst group first"
    )
    causes: list[CauseOfFall] = Field(
        description="Of a fall of the right answers that goes on, the largest part first"
    )
    sizes: SizesOfModel | None = Field(
        description="How far numbers are from the truth; null where no checked case has one"
    )
    decisions: list[Decision]
    service: ServiceOfModel
    first_calls: FirstCallsOfModel | None = Field(
        description="Where people answered before the model; null where nobody did"
    )


@RESOURCE.get("/health")
def list_health(asked: AskedNow) -> Health:
    """The word, the accuracy and the alarms of every model that you may see."""
    services = asked.services
    found = standings(
        services.figures, titles=services.field_titles, units=services.answer_unit
    ).values()
    listed = in_order(found)
    return of_all(listed, known_of(services))


@RESOURCE.get("/health/{server}/{name:path}")
def get_health(
    asked: AskedNow, server: ServerName, name: ModelName, days: Days = DAYS
) -> HealthOfModel:
    """Everything about the condition of one model: its figures are of the cases of the last `days` days, as on the page, and its word is
    always of 120. 404 for one that you may not see, or that nobody has asked."""
    services = asked.services
    found = look(
        services.figures,
        server,
        name,
        Cohort(since=begin(utc_now(), days) if days else None),
        protected=services.protected_fields(server, name),
        titles=services.field_titles,
        words=services.field_words,
        units=services.answer_unit,
    )
    known = known_of(services)
    if found is None:
        ref = ModelRef(server=server, name=name)
        if services.catalogue.find(ref) is None:
            raise no_model(str(ref))
        coming = known.coming
        so_far = coming.words_of(server, name, is_asked=False) if coming else ""
        raise not_asked(str(ref), so_far)
    wanted = of_model(services.settings.objectives, server, name)
    served = service(services.figures, server, name, wanted)
    called = first_call_figures(services.sessions, server, name)
    told = Told(
        served=served,
        called=called,
        reading=services.reading(server, name, ASKED_ONCE),
    )
    return whole(found, told, known, days)


def of_all(found: Iterable[Standing], known: Known) -> Health:
    """The condition of models, in their order."""
    return Health(items=[ModelHealth(**head_of(standing, known)) for standing in found])


def known_of(services: Services) -> Known:
    """What is known of models beside their cases."""
    coming = coming_in(services.figures)
    return Known(owners=owners(services), units=services.answer_unit, coming=coming)


def owners(services: Services) -> Owners:
    """Whose the models are that are deployed, of each its newest version."""
    entries = services.catalogue.entries()
    return {(each.ref.server, each.ref.name): each.owner for each in entries if each.owner}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is told of a model beside its own figures: how it served, who was right where people answered first, and what its server
    reports, None where nothing is read."""

    served: Service
    called: FirstCallFigures
    reading: Reading | None = None


def whole(found: Look, told: Told, known: Known, days: int) -> HealthOfModel:
    """Everything about one model, of the cases of the last `days` days, 0 for all."""
    return HealthOfModel(
        **head_of(found.standing, known),
        days=days,
        times=times_of(found.times),
        calibration=calibration_of(found.details.calibration),
        failed=share_of(found.failed),
        weeks=[week_of(week) for week in found.weeks],
        versions=[version_of(line) for line in found.versions],
        inputs=[field_of(field) for field in found.drift],
        answers=answer_of(found.answer_drift),
        inputs_since=found.drift_reference.accepted,
        inputs_reference=reference_of_inputs(found.drift_reference.chosen, found.drift_unfit),
        detections=[detection_of(each) for each in found.detections],
        joint_inputs=[joint_of(each) for each in found.joint_drift],
        joint_inputs_until=found.joint_until,
        unlike=unlike_of(found.unlike),
        groups=[groups_of(each) for each in found.details.groups],
        causes=[cause_of(each) for each in found.causes.found] if found.causes else [],
        sizes=sizes_of(found.details.sizes),
        decisions=[decision_of(step) for step in found.steps],
        service=service_of(told.served, told.reading),
        first_calls=first_calls_of(told.called),
    )
