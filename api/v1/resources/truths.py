"""Truths that come later: right answers by the ids of their cases."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints

from api.v1.asked import AskedNow
from api.v1.resource import TEXT, Resource
from feedback.truths import TruthRow, import_truths

RESOURCE = Resource("feedback")

Id = Annotated[str, StringConstraints(max_length=200, pattern=TEXT)]
Long = Annotated[str, StringConstraints(max_length=10_000, pattern=TEXT)]
# Neither true nor false is a number here.
Number = Annotated[float, Strict()]


class Truth(BaseModel):
    """The right answer of one case."""

    model_config = ConfigDict(extra="forbid")

    case: Id = Field(examples=["01KAC5E1Z3W0V0C5Y7M1N2P3Q4"])
    truth: Long | Number = Field(examples=["Gentoo"])


class Truths(BaseModel):
    """Right answers, at most 1,000 at once."""

    model_config = ConfigDict(extra="forbid")

    items: list[Truth] = Field(min_length=1, max_length=1_000)
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
    why: str


class TruthsTaken(BaseModel):
    """What came of them."""

    recorded: int
    unchanged: int = Field(description="Those that stood already")
    unmatched: list[UnmatchedTruth]


@RESOURCE.post("/truths", permission="feedback", status=200)
def give_truths(asked: AskedNow, body: Truths) -> TruthsTaken:
    """Say what was right, many cases at once. The same again changes nothing; items that match no case of yours come back."""
    rows = [
        TruthRow(place=str(place), case_id=item.case, truth=item.truth)
        for place, item in enumerate(body.items)
    ]
    found = import_truths(
        asked.services.sessions, rows, person=asked.caller.person, near=body.near, channel="upload"
    )
    unmatched = [
        UnmatchedTruth(item=int(each.place), case=each.case_id, why=each.why)
        for each in found.unmatched
    ]
    return TruthsTaken(recorded=found.recorded, unchanged=found.unchanged, unmatched=unmatched)
