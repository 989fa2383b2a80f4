"""`/healthz`: whether this process can do its work, for whoever starts and watches it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse

from services import Services

Endpoint = Callable[[Request], JSONResponse]


def healthz(services: Callable[[], Services]) -> Endpoint:
    """200 when the database answers, else 503. Unreachable model servers are told, not judged."""

    def answer(_request: Request) -> JSONResponse:
        found = services()
        is_well = found.database_answers()
        servers = {s.server.name: s.is_reachable for s in found.catalogue.servers()}
        body = {"database": is_well, "servers": servers, "models": len(found.catalogue.entries())}
        return JSONResponse(body, status_code=200 if is_well else 503)

    return answer
