"""`/healthz`: whether this process can do its work, for whoever starts and watches it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse

from api.permissions import needs
from people.permissions import OPEN
from services import Services

Endpoint = Callable[[Request], JSONResponse]


def healthz(services: Callable[[], Services]) -> Endpoint:
    """200 when the database can be read and written, else 503 and which of both it cannot. Unreachable model servers are told, not judged."""

    @needs(OPEN)
    def answer(_request: Request) -> JSONResponse:
        built = services()
        state = built.database_state()
        is_well = state == "well"
        body: dict[str, object] = {"database": is_well, "database_state": state}
        if not built.settings.access:  # else nobody learns here what they may not see
            servers = {s.server.name: s.is_reachable for s in built.catalogue.servers()}
            body |= {"servers": servers, "models": len(built.catalogue.entries())}
        return JSONResponse(body, status_code=200 if is_well else 503)

    return answer
