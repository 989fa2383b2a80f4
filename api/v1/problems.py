"""What went wrong, as `application/problem+json` (RFC 9457), in the same sentences as on the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from cases.errors import CaseNotRecorded, KeyReused, NoSuchCase
from db.errors import OutOfScope, StorageError
from feedback.errors import AlreadyRecorded, FeedbackNotRecorded, FeedbackRefused
from jobs.errors import JobFailed, JobUnderWay, NoSuchJob, NotResumable
from mds_client.errors import EndpointTimedOut, InvalidValues, MdsError, ModelNotFound
from mds_client.errors import Problem as WrongValue
from people.errors import NotPermitted, SignInFailed

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:mds-workbench:problem:"
# The first that an error is an instance of counts; what a model server does wrong is a bad gateway.
_STATUS: tuple[tuple[type[MdsError], int], ...] = (
    (SignInFailed, 401),
    (NotPermitted, 403),
    (NoSuchCase, 404),
    (NoSuchJob, 404),
    (ModelNotFound, 404),
    (JobUnderWay, 409),
    (NotResumable, 409),
    (InvalidValues, 422),
    (FeedbackRefused, 422),
    (KeyReused, 422),
    (AlreadyRecorded, 422),
    (CaseNotRecorded, 503),
    (FeedbackNotRecorded, 503),
    (JobFailed, 503),
    (EndpointTimedOut, 504),
)
_ELSE = 502


class FieldProblem(BaseModel):
    """What is wrong with one value."""

    field: str = Field(description="The field of the model, or the place in the request")
    sentence: str


class Problem(BaseModel):
    """A problem as RFC 9457 has it. `detail` is the sentence of the pages, `advice` what to do next."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": f"{_TYPE}not_found",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "There is no model demo/fraud, or you may not see it.",
                    "advice": "GET /api/v1/models lists what there is.",
                }
            ]
        }
    )

    type: str = Field(description="What kind of problem it is: a URN that stays the same")
    title: str
    status: int
    detail: str
    advice: str = ""
    errors: list[FieldProblem] = Field([], description="Each value that is wrong")
    case: str = Field("", description="The case that was recorded all the same")
    job: str = Field("", description="The job that is under way already")


class Refused(Exception):
    """A request that cannot be answered; `problem` says why."""

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = dict(headers or {})


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    advice: str = "",
    errors: Sequence[FieldProblem] = (),
    case: str = "",
    job: str = "",
) -> Problem:
    """A problem of this kind; its title is the name of the status."""
    return Problem(
        type=_TYPE + kind,
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        advice=advice,
        errors=list(errors),
        case=case,
        job=job,
    )


def refused(status: int, kind: str, detail: str, advice: str = "", **headers: str) -> Refused:
    """To be raised. Names of headers are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Refused(problem(status, kind, detail, advice=advice), named)


def no_model(name: str) -> Refused:
    """A model that is not there, or that may not be seen: nobody learns which."""
    return refused(
        404,
        "not_found",
        f"There is no model {name[:200]}, or you may not see it.",
        "GET /api/v1/models lists what there is.",
    )


def not_asked(name: str, coming_in: str = "") -> Refused:
    """A model that is there, and of which nothing is known yet; `coming_in` says that its history may still come."""
    if coming_in:
        return refused(404, "not_found", coming_in, "Ask again in a minute.", Retry_After="30")
    return refused(
        404,
        "not_found",
        f"Nobody has asked {name[:200]} yet: there is not enough evidence to say how it is doing.",
        "POST /api/v1/predictions asks it.",
    )


def no_case(case_id: str) -> Refused:
    """A case that is not there, or that may not be seen."""
    return refused(404, "no_such_case", f"There is no case {case_id[:50]}, or you may not see it.")


def of_error(error: MdsError, case: str = "") -> Refused:
    """An error of the services, with the status that fits; `case` is what was recorded of it."""
    status = next((s for kind, s in _STATUS if isinstance(error, kind)), _ELSE)
    answer = problem(
        status,
        error.kind,
        error.sentence,
        advice=error.advice,
        errors=_fields(getattr(error, "problems", ())),
        case=case,
        job=str(getattr(error, "job_id", "")),
    )
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Refused(answer, headers | ({"Retry-After": "5"} if status == 503 else {}))


def of_storage(error: StorageError) -> Refused:
    """The database did not do what it should, or who asks may not."""
    if isinstance(error, OutOfScope):
        return refused(403, "not_allowed", "You may not do this with this model.")
    return refused(
        503,
        "not_recorded",
        "The database did not respond as it should.",
        "Try again in a moment, or tell the operator.",
        Retry_After="5",
    )


def response(found: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an answer."""
    # What is said of values may repeat them: never as anything but JSON, and nowhere kept.
    body = found.model_dump_json(exclude_defaults=True)
    named = {"Cache-Control": "no-store", **(headers or {})}
    return Response(body, status_code=found.status, media_type=MEDIA_TYPE, headers=named)


def _fields(problems: Sequence[object]) -> list[FieldProblem]:
    return [
        FieldProblem(field=each.field, sentence=each.sentence)
        for each in problems
        if isinstance(each, WrongValue)
    ]
