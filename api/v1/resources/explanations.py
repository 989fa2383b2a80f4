"""Explanations: why a model answered as it did. They are worked out by jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from api.v1.asked import Asked, AskedNow
from api.v1.problems import refused
from api.v1.resource import TEXT, CaseId, Resource
from api.v1.resources.cases import seen
from api.v1.resources.jobs import Job, job_of, job_url
from api.v1.shapes import finite
from cases.queries import CaseView, ExplanationView, explanations
from cases.recording import answer_of
from cases.restored import inputs_of, lost
from explanations.jobs import explanation
from explanations.methods import suited, title_of
from explanations.requests import request_of
from mds_client.signature import ModelRef, Signature

RESOURCE = Resource("explanations")


class ExplanationMethod(BaseModel):
    """A way to explain this case."""

    name: str = Field(examples=["shapley"])
    title: str
    description: str


class Explanation(BaseModel):
    """An explanation as it was found."""

    id: str
    case: str
    created_at: datetime
    method: str
    status: str = Field(description="complete, or partial where its budget ended first")
    sentence: str
    rows: int = Field(description="How many changed rows the model was asked about")
    seconds: float
    error: str = ""
    result: dict[str, Any] | None = Field(None, description="By the kind of the explanation")


class ExplanationsOfCase(BaseModel):
    """What was found of a case, the newest first, and what can be asked for."""

    items: list[Explanation]
    methods: list[ExplanationMethod]


class Wanted(BaseModel):
    """How a case is to be explained."""

    model_config = ConfigDict(extra="forbid")

    method: Annotated[str, Field(max_length=100, pattern=TEXT)] = Field(
        "", description="One of the case's `methods`; the most telling, where none is given"
    )


@RESOURCE.get("/cases/{case_id}/explanations")
def list_explanations(asked: AskedNow, case_id: CaseId) -> ExplanationsOfCase:
    """Why the model answered so, as far as somebody asked; and the ways to ask."""
    case = seen(asked, case_id)
    stored = explanations(asked.services.sessions, case.id)
    signature = _signature(asked, case)
    offered = _offered(signature) if signature else []
    methods = [
        ExplanationMethod(name=m.NAME, title=title_of(m, signature), description=m.describe())
        for m in offered
        if signature
    ]
    return ExplanationsOfCase(items=[_explanation(view) for view in stored], methods=methods)


@RESOURCE.post(
    "/cases/{case_id}/explanations",
    permission="explain",
    status=202,
    problems=(502, 504),
    location="The job",
)
def explain_case(asked: AskedNow, case_id: CaseId, body: Wanted, response: Response) -> Job:
    """Begin to explain a case. The answer is a job: look at it until it is done, then list the case's explanations."""
    case = seen(asked, case_id)
    signature = _signature(asked, case)
    answer = answer_of(case)
    if signature is None or answer is None:
        reason = "its model is gone" if answer else "the model gave no answer"
        raise refused(422, "not_explainable", f"There is nothing to explain here: {reason}.")
    services = asked.services
    values = inputs_of(services.sessions, case, signature)
    if names := lost(case, signature, values):
        raise refused(422, "not_explainable", f"Not kept with this case: {', '.join(names)}.")
    request = request_of(
        services.sessions,
        method=_method(signature, body.method),
        server=services.catalogue.client(case.server).server,
        signature=signature,
        values=values,
        answer=answer,
        case_id=case.id,
        most_seconds=services.settings.explanation_seconds,
    )
    kind = services.kinds[explanation.NAME]
    job = explanation.start(services.here, kind, request, person=asked.caller.person)
    response.headers["Location"] = job_url(job.id)
    return job_of(services.sessions, job)


def _signature(asked: Asked, case: CaseView) -> Signature | None:
    """What its model takes now; None for a model that is not deployed any more. Raises MdsError."""
    ref = ModelRef(server=case.server, name=case.model, version=case.version_asked)
    entry = asked.services.catalogue.find(ref)
    return asked.services.signature(entry) if entry else None


def _offered(signature: Signature) -> list[Any]:
    """Those that need no word on what is wanted: the smallest changes are asked for on their page."""
    return [method for method in suited(signature) if method.KIND != "changes"]


def _method(signature: Signature, name: str) -> str:
    names = [method.NAME for method in _offered(signature)]
    if not names:
        raise refused(422, "not_explainable", "No method explains models of this kind.")
    if name and name not in names:
        raise refused(422, "invalid", f"This case is explained by one of: {', '.join(names)}.")
    return str(name or names[0])


def _explanation(view: ExplanationView) -> Explanation:
    return Explanation(
        id=view.id,
        case=view.case_id,
        created_at=view.created_at,
        method=view.method,
        status=view.status,
        sentence=view.sentence,
        rows=view.rows,
        seconds=view.seconds,
        error=view.error,
        result=finite(view.result),
    )
