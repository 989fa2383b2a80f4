"""Cases: what was asked, that you may see."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.v1.asked import Asked, AskedNow
from api.v1.possible import possible_of
from api.v1.problems import no_case, refused
from api.v1.resource import TEXT, CaseId, Cursor, Limit, Resource
from api.v1.shapes import Case, CaseHead, case_of, finite, head_of
from cases.queries import CaseView, case
from cases.search import CaseFilter, CaseLine, search
from cases.seen import note_view
from db.ids import is_id
from feedback.first_calls import call_of

RESOURCE = Resource("cases")


def dated(value: object) -> object:
    """Not a number, which would be taken for seconds since 1970."""
    if isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d", value):
        raise PydanticCustomError("datetime_parsing", "no date and time")
    return value


Word = Annotated[str, Query(max_length=200, pattern=TEXT)]
State = Annotated[str, Query(pattern="^(|answered|failed|unknown)$")]
Judgement = Annotated[
    str,
    Query(
        pattern="^(|correct|incorrect|unsure|none)$",
        description="What somebody says of it now; none: nobody says anything",
    ),
]
Channel = Annotated[str, Query(pattern="^(|volunteered|audit|review|upload|api)$")]
Since = Annotated[
    AwareDatetime | None,
    BeforeValidator(dated),
    Query(description="Asked at that moment or later"),
]
BusinessKey = Annotated[
    str,
    Query(
        max_length=200,
        pattern=TEXT,
        description="The whole value of a business key: a field whose signature says `business_key`",
    ),
]
Unlike = Annotated[bool, Query(description="Only those whose inputs were unlike all earlier ones")]
Words = Annotated[str, Query(max_length=200, pattern=TEXT, description="Words to search for")]


class CaseInShort(CaseHead):
    """A case as a line of a list."""

    label: str | None = Field(None, description="The class that was answered")
    number: float | None = Field(None, description="The number that was answered")
    error: str = Field("", description="Why there is no answer")


class Cases(BaseModel):
    """A page of cases, the newest first."""

    items: list[CaseInShort]
    next: str = Field("", description="The `cursor` of the next page; empty at the end")


@RESOURCE.get("/cases")
def list_cases(
    asked: AskedNow,
    server: Word = "",
    model: Word = "",
    version: Word = "",
    person: Word = "",
    state: State = "",
    judgement: Judgement = "",
    channel: Channel = "",
    since: Since = None,
    business_key: BusinessKey = "",
    unlike: Unlike = False,
    q: Words = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Cases:
    """The cases that you may see: your own, and everybody's of models that you review."""
    if cursor and not is_id(cursor):
        raise refused(
            422, "bad_cursor", "This cursor is none of ours.", "Take the `next` of a page."
        )
    services = asked.services
    wanted = CaseFilter(
        server=server,
        model=model,
        version=version,
        person=person,
        state=state,
        judgement=judgement,
        channel=channel,
        since=since,
        is_unlike=unlike,
        words=q,
        key=services.key_search(business_key) if business_key else None,
    )
    page = search(services.sessions, wanted, before=cursor, size=limit, hash_key=services.hash_key)
    return Cases(items=[_in_short(line) for line in page.lines], next=page.older)


@RESOURCE.get("/cases/{case_id}")
def get_case(asked: AskedNow, case_id: CaseId) -> Case:
    """One case with its answer, and with what its person answered first. Whoever looks at a case of somebody else is noted in the trail."""
    view = seen(asked, case_id)
    note_view(asked.services.sessions, view, asked.caller.person)
    (possible,) = possible_of(asked.services, [view])
    return case_of(view, call_of(asked.services.sessions, case_id), possible)


def seen(asked: Asked, case_id: str) -> CaseView:
    """The case. Raises Refused where there is none that may be seen."""
    view = case(asked.services.sessions, case_id)
    if view is None:
        raise no_case(case_id)
    return view


def _in_short(line: CaseLine) -> CaseInShort:
    return CaseInShort(
        **head_of(line),
        label=line.answer_label,
        number=finite(line.answer_number),
        error=line.error_sentence,
    )
