"""The API as one ASGI application: its resources behind its door, and the document that describes it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from api.permissions import needs
from api.v1 import problems
from api.v1.door import Door
from api.v1.invalid import problems_of
from api.v1.problems import Problem, Refused
from api.v1.resources import resources
from people import tokens
from people.permissions import OPEN
from services import Services

PREFIX = "/api/v1"
_DESCRIPTION = (
    "Ask models, find cases again, say whether answers were right, and have them explained: what the pages do, for "
    "programs. Send a token as `Authorization: Bearer mds_…`. What you may not see is not there (404)."
)


class Api:
    """The application with its routes, for whoever mounts it and for whoever asks what they need."""

    def __init__(self, services: Callable[[], Services]) -> None:
        self._inner = application()
        self._door = Door(self._inner, services)

    @property
    def routes(self) -> list[BaseRoute]:
        return self._inner.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._door(scope, receive, send)


def mounted(services: Callable[[], Services]) -> Mount:
    """The API as a route beside others."""
    api: ASGIApp = Api(services)
    return Mount(PREFIX, app=api)


def application() -> FastAPI:
    """The resources without their door."""
    app = FastAPI(
        title="MDS Workbench",
        version=version("mds-workbench"),
        docs_url=None,  # those pages would load scripts from elsewhere
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    for found in resources().values():  # as they are: what includes a router hides its routes
        app.router.routes += found.router.routes
    app.add_api_route("/openapi.json", _described, include_in_schema=False)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _other)
    return app


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the API."""
    app = application()
    found = get_openapi(
        title=app.title,
        version="1",
        summary="The API of MDS Workbench",
        description=_DESCRIPTION,
        routes=app.routes,
        servers=[{"url": PREFIX}],
    )
    schemas = found["components"]["schemas"]
    for theirs in ("HTTPValidationError", "ValidationError"):
        schemas.pop(theirs, None)
    schemas |= _schemas_of_problems()
    words = "; ".join(f"{name}: {meaning}" for name, meaning in tokens.SCOPES.items())
    found["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": f"What a token may: {words}"}
    }
    return found


def _schemas_of_problems() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}


_kept: list[dict[str, Any]] = []


@needs(OPEN)
async def _described(_request: Request) -> JSONResponse:
    if not _kept:
        _kept.append(document())
    return JSONResponse(_kept[0])


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 -- what it is registered for
    return problems.response(error.problem, error.headers)


async def _invalid(_request: Request, error: Exception) -> Response:
    """What FastAPI finds wrong, without the values: they may be long, and are the caller's own."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    wrong = problems_of(error.errors())
    sentence = " ".join(f"{each.field}: {each.sentence}" for each in wrong[:5])
    return problems.response(problems.problem(422, "invalid", sentence, errors=wrong))


async def _other(request: Request, error: Exception) -> Response:
    """What Starlette says itself: no such route, or no such method."""
    assert isinstance(error, HTTPException)  # noqa: S101
    sentences = {
        404: f"There is nothing at {request.url.path[:200]}.",
        405: f"{request.method} is not for this address.",
    }
    sentence = sentences.get(error.status_code, str(error.detail))
    advice = f"GET {PREFIX}/openapi.json says what there is."
    answer = problems.problem(error.status_code, "no_route", sentence, advice=advice)
    allow = {"Allow": ", ".join(_methods_of(request))} if error.status_code == 405 else {}
    return problems.response(answer, {**(error.headers or {}), **allow})


def _methods_of(request: Request) -> list[str]:
    """Every method of an address: Starlette names those of the first route alone."""
    methods: set[str] = set()
    for route in request.app.routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return sorted(methods)
