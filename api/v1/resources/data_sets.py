"""Data sets: judged cases of a model, frozen as versions, and their rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from api.v1.asked import AskedNow
from api.v1.problems import no_model, refused
from api.v1.resource import TEXT, Resource
from api.v1.resources.cases import dated
from api.v1.resources.models import parsed
from api.v1.shapes import finite
from cases.files import kept_value
from db.case_search import CaseFilter
from db.ids import ID_PATTERN, is_id
from feedback import data_set_exports, data_sets
from feedback.data_set_choice import Chosen
from feedback.data_sets import SetView

RESOURCE = Resource("data sets")
MOST_ROWS = 1_000

SetId = Annotated[str, Path(pattern=ID_PATTERN, examples=["01KAC5E1Z3W0V0C5Y7M1N2P3Q6"])]
Word = Annotated[str, Field(max_length=200, pattern=TEXT)]
Moment = Annotated[AwareDatetime | None, BeforeValidator(dated)]


class DataSet(BaseModel):
    """A version of a data set."""

    id: str
    model: str = Field(examples=["demo/penguins"])
    name: str = Field(examples=["march"])
    version: int
    created_at: datetime
    person: str
    filters: dict[str, Any] = Field(description="Which cases were chosen")
    cases: int = Field(description="As they were frozen; rows that were erased since count here")
    sha256: str = Field(description="Of which cases there are and what is right of each")


class DataSets(BaseModel):
    """The newest first."""

    items: list[DataSet]


class FrozenDataSet(DataSet):
    """A version with what became of the cases that were chosen."""

    listed: int = Field(description="How many cases the filters choose")
    left_out: dict[str, int] = Field(
        description="How many of them stay out, by the reason", examples=[{"not judged": 53}]
    )


class DataSetWanted(BaseModel):
    """Of which cases of one model; what is empty does not matter."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT)] = Field(
        examples=["march"]
    )
    model: Annotated[str, Field(max_length=700, pattern=TEXT)] = Field(
        description="server/name, or server/name@version for the cases of one version",
        examples=["demo/penguins"],
    )
    judgement: Annotated[str, Field(pattern="^(|correct|incorrect)$")] = ""
    channel: Annotated[str, Field(pattern="^(|volunteered|audit|review|upload|api)$")] = ""
    since: Moment = Field(None, description="Asked at that moment or later")
    until: Moment = Field(None, description="Asked before that moment")
    answer: Word = Field("", description="The class that was answered")
    truth: Word = Field("", description="The class that is right")
    drawn: bool = Field(False, description="Only cases that were drawn for a check")


class DataSetRows(BaseModel):
    """A page of rows, by the id of the case."""

    items: list[dict[str, Any]] = Field(
        description="case, asked_at, version, answer, truth, channel, weight, agreement, inputs and more, as an export has them"
    )
    next: str = Field("", description="The `cursor` of the next page; empty at the end")


class LabelStudioTasks(BaseModel):
    """A data set in Label Studio's import form."""

    items: list[dict[str, Any]] = Field(
        description="Tasks with the model's answer as prediction and what is right as annotation"
    )


@RESOURCE.get("/data-sets")
def list_data_sets(
    asked: AskedNow,
    server: Annotated[str, Query(max_length=200, pattern=TEXT)] = "",
    model: Annotated[str, Query(max_length=500, pattern=TEXT)] = "",
) -> DataSets:
    """The versions of the data sets of a model that you review, or of all of them where none is named."""
    found = data_sets.sets_of(asked.services.sessions, server, model)
    return DataSets(items=[DataSet(**_facts(each)) for each in found])


@RESOURCE.post("/data-sets", permission="feedback", status=200)
def freeze_data_set(asked: AskedNow, body: DataSetWanted) -> FrozenDataSet:
    """Freeze judged cases of a model as a new version of a data set, for who reviews it. Where nothing is other than in
    the newest version, that is the answer. Cases of which it is not settled what is right stay out, and so do demonstrations,
    shows, tests and what was asked under What if …?; `left_out` counts them."""
    ref = parsed(body.model)
    if not asked.services.scope.sees(ref.server, ref.name):
        raise no_model(body.model)
    wanted = CaseFilter(
        server=ref.server,
        model=ref.name,
        version=ref.version,
        judgement=body.judgement,
        channel=body.channel,
        since=body.since,
        until=body.until,
        answer=body.answer,
        truth=body.truth,
        is_drawn=body.drawn,
    )
    chosen: list[Chosen] = []
    found = data_sets.freeze(
        asked.services.sessions,
        wanted,
        name=body.name,
        person=asked.caller.person,
        tell=chosen.append,
    )
    return FrozenDataSet(
        **_facts(found), listed=chosen[0].listed, left_out=dict(chosen[0].left_out)
    )


@RESOURCE.get("/data-sets/{set_id}")
def get_data_set(asked: AskedNow, set_id: SetId) -> DataSet:
    """A version of a data set, for who reviews its model."""
    return DataSet(**_facts(_found(asked, set_id)))


@RESOURCE.get("/data-sets/{set_id}/rows")
def get_data_set_rows(
    asked: AskedNow,
    set_id: SetId,
    cursor: Annotated[
        str, Query(max_length=500, pattern=TEXT, description="The `next` of the page before")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="How many at most")] = MOST_ROWS,
) -> DataSetRows:
    """What is left of the rows of a version, for who reviews its model. The trail notes each page that is taken away."""
    if cursor and not is_id(cursor):
        raise refused(
            422, "bad_cursor", "This cursor is none of ours.", "Take the `next` of a page."
        )
    _found(asked, set_id)
    person = asked.caller.person
    page = data_sets.take_page(
        asked.services.sessions, set_id, person=person, after=cursor, limit=limit
    )
    items = [finite(each) for each in data_set_exports.records(page.rows)]
    return DataSetRows(items=items, next=page.next)


@RESOURCE.get("/data-sets/{set_id}/label-studio")
def get_data_set_for_label_studio(asked: AskedNow, set_id: SetId) -> LabelStudioTasks:
    """A version as tasks that Label Studio imports, for who reviews its model. The trail notes that it was taken away."""
    _found(asked, set_id)
    sessions = asked.services.sessions
    found, rows = data_sets.take(sessions, set_id, person=asked.caller.person)
    read: Callable[[object], object] = partial(kept_value, sessions)
    tasks = data_set_exports.label_studio_tasks(found, rows, read)
    return LabelStudioTasks(items=[finite(each) for each in tasks])


def _found(asked: AskedNow, set_id: str) -> SetView:
    found = data_sets.set_of(asked.services.sessions, set_id)
    if found is None:
        words = f"There is no data set {set_id}, or you do not review its model."
        raise refused(404, "no_such_data_set", words)
    return found


def _facts(found: SetView) -> dict[str, Any]:
    return {
        "id": found.id,
        "model": f"{found.server}/{found.model}",
        "name": found.name,
        "version": found.version,
        "created_at": found.created_at,
        "person": found.person,
        "filters": finite(found.filters),
        "cases": found.cases,
        "sha256": found.sha256,
    }
