"""Truths that come later: right answers by the ids of their cases, or by a business key."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints

from api.v1.asked import Asked, AskedNow
from api.v1.problems import refused
from api.v1.resource import TEXT, Resource
from feedback.label_studio_truths import annotated
from feedback.truths import CasesOfKeys, TruthRow, import_truths
from mds_client.signature import ModelRef

RESOURCE = Resource("feedback")

Id = Annotated[str, StringConstraints(max_length=200, pattern=TEXT)]
Long = Annotated[str, StringConstraints(max_length=10_000, pattern=TEXT)]
# Neither true nor false is a number here.
Number = Annotated[float, Strict()]


class Truth(BaseModel):
    """The right answer of one case, named by its id or, where that is empty, by the business key of the `model`."""

    model_config = ConfigDict(extra="forbid")

    case: Id = Field("", examples=["01KAC5E1Z3W0V0C5Y7M1N2P3Q4"])
    key: Id = Field("", examples=["order-1042"])
    truth: Long | Number = Field(examples=["Gentoo"])


class Truths(BaseModel):
    """Right answers, at most 1,000 at once."""

    model_config = ConfigDict(extra="forbid")

    items: list[Truth] = Field(min_length=1, max_length=1_000)
    model: Id = Field(
        "", description="Whose business key the `key` of the items is", examples=["demo/penguins"]
    )
    all: bool = Field(
        False,
        description="A truth is right for every case with its key; else a key that several cases have matches none",
    )
    near: Number | None = Field(
        None,
        ge=0,
        lt=1,
        description="A number is right within this share of the truth and wrong beyond; without it a number that differs is kept as the truth, and decides nothing",
    )


class UnmatchedTruth(BaseModel):
    """An item of which nothing was recorded."""

    item: int = Field(description="Its place among the items, from 0")
    case: str
    key: str
    why: str


class TruthsTaken(BaseModel):
    """What came of them."""

    recorded: int
    unchanged: int = Field(description="Those that stood already")
    unmatched: list[UnmatchedTruth]


class AnnotatedTasks(BaseModel):
    """Tasks as Label Studio exports them, at most 1,000 at once."""

    model_config = ConfigDict(extra="forbid")

    tasks: list[dict[str, Any]] = Field(min_length=1, max_length=1_000)
    near: Number | None = Field(
        None, ge=0, lt=1, description="A number is right within this share of the truth"
    )


class UnmatchedTask(BaseModel):
    """An annotation of which nothing was recorded."""

    task: str = Field(examples=["task 12, annotation 2"])
    case: str
    why: str


class AnnotationsTaken(BaseModel):
    """What came of them."""

    recorded: int
    unchanged: int = Field(description="Those that stood already")
    unmatched: list[UnmatchedTask]


@RESOURCE.post("/truths", permission="feedback", status=200)
def give_truths(asked: AskedNow, body: Truths) -> TruthsTaken:
    """Say what was right, many cases at once. The same again changes nothing; items that match no case of yours come back,
    and so do items that say different things of one case."""
    rows = [
        TruthRow(place=f"item {place}", case_id=item.case, truth=item.truth, key=item.key)
        for place, item in enumerate(body.items)
    ]
    found = import_truths(
        asked.services.sessions,
        rows,
        person=asked.caller.person,
        near=body.near,
        channel="upload",
        cases_of_keys=_lookup(asked, body.model),
        is_for_all=body.all,
    )
    number = {row.place: number for number, row in enumerate(rows)}
    unmatched = [
        UnmatchedTruth(item=number[each.place], case=each.case_id, key=each.key, why=each.why)
        for each in found.unmatched
    ]
    return TruthsTaken(recorded=found.recorded, unchanged=found.unchanged, unmatched=unmatched)


@RESOURCE.post("/truths/label-studio", permission="feedback", status=200)
def give_annotations(asked: AskedNow, body: AnnotatedTasks) -> AnnotationsTaken:
    """Record what Label Studio exports as JSON, of tasks that came from a data set: each annotation is the truth of its
    case. The same again changes nothing; skipped tasks, annotations that say different things of one case, and tasks of no
    case of yours come back."""
    said = annotated(body.tasks)
    found = import_truths(
        asked.services.sessions, said.rows, person=asked.caller.person, near=body.near
    )
    unmatched = [
        UnmatchedTask(task=each.place, case=each.case_id, why=each.why)
        for each in (*said.unread, *found.unmatched)
    ]
    return AnnotationsTaken(recorded=found.recorded, unchanged=found.unchanged, unmatched=unmatched)


def _lookup(asked: Asked, model: str) -> CasesOfKeys:
    """Finds cases by the business key of a model. Raises Refused for what names none."""
    if not model:
        return lambda _keys: {}
    try:
        ref = ModelRef.parse(model)
    except ValueError:
        raise refused(422, "invalid", "`model` is written server/name.") from None
    return partial(asked.services.cases_of_keys, ref)
