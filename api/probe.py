"""`/healthz`: whether this process can do its work, for whoever starts and watches it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse


def healthz(request: Request) -> JSONResponse:
    """200 when the database answers, else 503. Unreachable model servers are told, not judged."""
    services = request.app.state.services
    is_well = services.database_answers()
    servers = {s.server.name: s.is_reachable for s in services.catalogue.servers()}
    body = {"database": is_well, "servers": servers, "models": len(services.catalogue.entries())}
    return JSONResponse(body, status_code=200 if is_well else 503)
