"""A Label Studio ML backend in front of each model: a labelling project starts from the model's answers.

The wire form is that of label-studio-ml-backend (`/health`, `/setup`, `/predict`), as Label Studio 1.23 sends it. A project
signs in with basic authentication: any user name, and a token of the API as the password.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, Field

from api.v1.asked import Asked, AskedNow
from api.v1.problems import refused
from api.v1.resource import TEXT, Resource
from api.v1.resources.models import entry_of
from api.v1.values import row_of
from cases.batch import RowsRequest, predict_rows
from db.cases import CaseView
from feedback import label_studio
from feedback.label_studio import Tags, Unusable
from mds_client.discovery import Entry
from mds_client.signature import FILE_KINDS, File, ModelRef, Signature, Values

RESOURCE = Resource("label studio")
MOST_TASKS = 200

Server = Annotated[str, Path(max_length=200, pattern=TEXT)]
Name = Annotated[str, Path(max_length=500, pattern=TEXT)]


class BackendHealth(BaseModel):
    """That the backend is there."""

    status: str = Field(examples=["UP"])
    model_class: str = Field(description="The model", examples=["demo/penguins"])


class BackendSetup(BaseModel):
    """What a project says of itself; its own token and address are not used, nor kept."""

    project: str = Field("", max_length=200, pattern=TEXT)
    schema_: str = Field("", alias="schema", max_length=200_000, pattern=TEXT)


class BackendVersion(BaseModel):
    """Which version answers."""

    model_version: str


class BackendTask(BaseModel):
    """A task of a project."""

    data: dict[str, Any]


class BackendTasks(BaseModel):
    """The tasks that are to be answered."""

    tasks: Annotated[list[BackendTask], Field(min_length=1, max_length=MOST_TASKS)]
    label_config: str = Field("", max_length=200_000, pattern=TEXT)


class BackendResults(BaseModel):
    """A prediction for each task, in their order; without a result where the model gave no answer."""

    results: list[dict[str, Any]]


@RESOURCE.get("/label-studio/{server}/{name:path}/health")
def label_studio_health(asked: AskedNow, server: Server, name: Name) -> BackendHealth:
    """Whether the model may be seen."""
    entry = _entry(asked, server, name)
    return BackendHealth(status="UP", model_class=f"{entry.ref.server}/{entry.ref.name}")


@RESOURCE.post("/label-studio/{server}/{name:path}/setup", permission="read", status=200)
def label_studio_setup(
    asked: AskedNow, server: Server, name: Name, body: BackendSetup
) -> BackendVersion:
    """Which version answers a project. Nothing is kept of it."""
    return BackendVersion(model_version=_entry(asked, server, name).ref.version)


@RESOURCE.post(
    "/label-studio/{server}/{name:path}/predict",
    permission="predict",
    status=200,
    problems=(502, 504),
)
def label_studio_predict(
    asked: AskedNow, server: Server, name: Name, body: BackendTasks
) -> BackendResults:
    """The model's answers to tasks, in the tags of the project. Each task is a case, once for the same tasks of the same
    person."""
    entry = _entry(asked, server, name)
    signature = asked.services.signature(entry)
    # Which tag takes the answers is known by their kind, and where the inputs lie by any tag of the project.
    variable = _variable(body.label_config)
    rows = [_row(signature, task.data, variable) for task in body.tasks]
    cases = _cases(asked, entry, signature, rows)
    return BackendResults(
        results=[
            _result(body.label_config, case, _content(row))
            for case, row in zip(cases, rows, strict=True)
        ]
    )


def _entry(asked: Asked, server: str, name: str) -> Entry:
    return entry_of(asked, ModelRef(server=server, name=name))


def _variable(label_config: str) -> str:
    """The variable of what is looked at; the default where the configuration has none that can be read."""
    for kind in label_studio.KINDS:
        try:
            return label_studio.tags_of(label_config, kind).variable
        except Unusable:
            continue
    return Tags().variable


def _row(signature: Signature, data: Mapping[str, Any], variable: str) -> Values:
    """The values of a task: an object under the variable, or the columns of its data, or the one picture, sound or text."""
    given = data.get(variable)
    if isinstance(given, Mapping):
        data = given
    elif len(signature.inputs) == 1 and given is not None:
        data = {signature.inputs[0].name: given}
    names = [field.name for field in signature.inputs if field.name in data]
    files = {field.name for field in signature.inputs if field.kind in FILE_KINDS}
    row = {name: _file(data[name]) if name in files else data[name] for name in names}
    return row_of(signature, row)


def _file(value: object) -> object:
    """A data URL as the API takes a file. Raises Refused for an address: nothing is fetched from elsewhere."""
    if not isinstance(value, str):
        return value
    head, comma, content = value.partition(",")
    if comma and head.startswith("data:") and head.endswith(";base64"):
        return {"media_type": head[5:-7], "data": content}
    if "://" in value or value.startswith("/"):
        raise refused(
            422,
            "not_fetched",
            "A picture or a sound of a task must be a data URL: nothing is fetched from elsewhere.",
            "Import the tasks as the export of a data set has them.",
        )
    return value


def _cases(asked: Asked, entry: Entry, signature: Signature, rows: list[Values]) -> list[CaseView]:
    services, person = asked.services, asked.caller.person
    facts = repr((person, str(entry.ref), signature.fingerprint, rows))
    request = RowsRequest(
        model=services.model(entry.ref, signature),
        sessions=services.sessions,
        key=f"label-studio-{hashlib.sha256(facts.encode()).hexdigest()[:40]}",
        person=person,
        audit=services.audit,
        keep_bytes=services.settings.kept_file_bytes,
        hash_key=services.hash_key,
        outliers=services.outliers,
    )
    return [case for chunk in predict_rows(request, rows) for case in chunk]


def _content(row: Values) -> bytes:
    return next((value.data for value in row.values() if isinstance(value, File)), b"")


def _result(label_config: str, case: CaseView, content: bytes) -> dict[str, Any]:
    """The prediction of a case. Raises Refused for a project that has no tag for it."""
    nothing: dict[str, Any] = {"model_version": case.version, "result": []}
    if not case.is_answered:
        return nothing
    try:
        tags = label_studio.tags_of(label_config, str((case.answer or {}).get("kind")))
    except Unusable as error:
        raise refused(
            422,
            "no_tag",
            str(error),
            "The labelling page of its template shows which tag it needs.",
        ) from error
    found = label_studio.predictions(case, tags, label_studio.size_of(content))
    return found[0] if found else nothing
