"""What a module in `resources/` is made of: a router whose routes each say for which permission they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query

from api.v1.asked import in_thread
from api.v1.problems import MEDIA_TYPE
from api.v1.repeats import HEADER, KEY_PATTERN, MAX_KEY
from db.ids import ID_PATTERN

Work = TypeVar("Work", bound=Callable[..., Any])
Responses = dict[int | str, dict[str, Any]]
# What every request may meet.
_ALWAYS = (400, 401, 403, 404, 422, 429, 500, 503)
_OF_BODIES = (409, 413, 415)
# Text without NUL, which PostgreSQL refuses.
TEXT = r"^[^\x00]*$"

CaseId = Annotated[str, Path(pattern=ID_PATTERN, examples=["01KAC5E1Z3W0V0C5Y7M1N2P3Q4"])]
JobId = Annotated[str, Path(pattern=ID_PATTERN, examples=["01KAC5E1Z3W0V0C5Y7M1N2P3Q5"])]
Cursor = Annotated[
    str, Query(max_length=500, pattern=TEXT, description="The `next` of the page before")
]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most")]


class Resource:
    """Routes about one thing."""

    def __init__(self, tag: str) -> None:
        self.router = APIRouter(tags=[tag])

    def get(self, path: str, *, permission: str = "read") -> Callable[[Work], Work]:
        """A route that only looks."""
        return self._route("GET", path, permission, 200, (), {})

    def post(
        self,
        path: str,
        *,
        permission: str,
        status: int,
        problems: Sequence[int] = (),
        location: str = "",
    ) -> Callable[[Work], Work]:
        """A route that does something, once for each `Idempotency-Key`. `location` says what its header leads to."""
        described = {"Idempotency-Replayed": _header("true: this is the first answer again")}
        if location:
            described["Location"] = _header(location)
        responses: Responses = {status: {"headers": described}}
        more = {"parameters": [_key_parameter()]}
        return self._route(
            "POST", path, permission, status, (*_OF_BODIES, *problems), more, responses
        )

    def _route(
        self,
        method: str,
        path: str,
        permission: str,
        status: int,
        problems: Sequence[int],
        more: dict[str, Any],
        responses: Responses | None = None,
    ) -> Callable[[Work], Work]:
        def add(work: Work) -> Work:
            self.router.add_api_route(
                path,
                in_thread(work, permission),
                methods=[method],
                status_code=status,
                operation_id=work.__name__,
                responses={**_problems(*_ALWAYS, *problems), **(responses or {})},
                openapi_extra={**more, "security": [{"token": [permission]}]},
            )
            return work

        return add


def _problems(*statuses: int) -> Responses:
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {MEDIA_TYPE: {"schema": schema}}
    return {s: {"description": _WORDS[s], "content": content} for s in sorted(set(statuses))}


_WORDS = {
    400: "The request cannot be read",
    401: "It is not known who asks",
    403: "Who asks may not do this",
    404: "It is not there, or may not be seen",
    409: "The same is under way",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "A value cannot be taken",
    429: "Too many requests",
    500: "A fault of the workbench",
    502: "The model server refused or failed",
    503: "The workbench cannot do it now; nothing was done",
    504: "The model server did not answer in time",
}


def _header(words: str) -> dict[str, Any]:
    return {"description": words, "schema": {"type": "string"}}


def _key_parameter() -> dict[str, Any]:
    return {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": "The same key twice is done once, and answered alike for a day",
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": KEY_PATTERN},
        "example": "8f0d3c1e-6a52-4f0b-9c55-1f1f0a6f7b11",
    }
