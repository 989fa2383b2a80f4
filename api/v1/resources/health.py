"""Health: the word for each model, how often it is right with its interval, and what was found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, Field

from api.v1.asked import AskedNow
from api.v1.health.first_calls import FirstCallsOfModel, first_calls_of
from api.v1.health.groups import CauseOfFall, GroupsOfField, cause_of, groups_of
from api.v1.health.inputs import (
    Detection,
    FieldChange,
    JointChange,
    UnlikeEarlier,
    detection_of,
    field_of,
    joint_of,
    unlike_of,
)
from api.v1.health.over_time import VersionOfModel, WeekOfModel, version_of, week_of
from api.v1.health.service import ServiceOfModel, service_of
from api.v1.health.shares import Share, share_of
from api.v1.health.sizes import SizesOfModel, sizes_of
from api.v1.health.standing import Decision, ModelHealth, decision_of, head_of
from api.v1.problems import no_model, not_asked
from api.v1.resource import Resource
from api.v1.resources.models import ModelName, ServerName
from feedback.first_call_figures import FirstCallFigures, first_call_figures
from health.objectives import of_model
from health.overview import Look, Standing, look, standings
from health.server_metrics.readings import ASKED_ONCE, Reading
from health.service import Service, service
from health.status import WORDS
from mds_client.signature import ModelRef

RESOURCE = Resource("health")


class Health(BaseModel):
    """The condition of every model that you may see and that was asked, what needs somebody first."""

    items: list[ModelHealth]


class HealthOfModel(ModelHealth):
    """The condition of one model, and what it is made of."""

    failed: Share = Field(description="Requests that failed, of those that were answered or failed")
    weeks: list[WeekOfModel]
    versions: list[VersionOfModel]
    inputs: list[FieldChange]
    inputs_since: datetime | None = Field(
        description="When somebody accepted how it was: inputs are compared with the first cases after that; null where with the first of all"
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
        words=services.field_words,
    )
    if found is None:
        ref = ModelRef(server=server, name=name)
        raise not_asked(str(ref)) if services.catalogue.find(ref) else no_model(str(ref))
    wanted = of_model(services.settings.objectives, server, name)
    served = service(services.figures, server, name, wanted)
    called = first_call_figures(services.sessions, server, name)
    return whole(found, served, called, services.reading(server, name, ASKED_ONCE))


def of_all(found: Iterable[Standing]) -> Health:
    """The condition of models, in their order."""
    return Health(items=[ModelHealth(**head_of(standing)) for standing in found])


def whole(
    found: Look, served: Service, called: FirstCallFigures, reading: Reading | None = None
) -> HealthOfModel:
    """Everything about one model; `reading` is what its server reports, None where nothing is read."""
    return HealthOfModel(
        **head_of(found.standing),
        failed=share_of(found.failed),
        weeks=[week_of(week) for week in found.weeks],
        versions=[version_of(line) for line in found.versions],
        inputs=[field_of(field) for field in found.drift],
        inputs_since=found.drift_accepted,
        detections=[detection_of(each) for each in found.detections],
        joint_inputs=[joint_of(each) for each in found.joint_drift],
        joint_inputs_until=found.joint_until,
        unlike=unlike_of(found.unlike),
        groups=[groups_of(each) for each in found.details.groups],
        causes=[cause_of(each) for each in found.causes.found] if found.causes else [],
        sizes=sizes_of(found.details.sizes),
        decisions=[decision_of(step) for step in found.steps],
        service=service_of(served, reading),
        first_calls=first_calls_of(called),
    )
