"""`/metrics` on the app's port: for who has the token of the settings, or, without one, for this machine alone."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.metrics.collected import registry
from api.peer import client_of
from api.permissions import needs
from people.permissions import OPEN
from services import Services
from settings import is_loopback

Endpoint = Callable[[Request], Response]
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_WANTED = "Send the token of the setting metrics_token as “Authorization: Bearer …”.\n"
_LOCAL = (
    "Only this machine itself may read the metrics. Whoever runs the workbench can set metrics_token "
    "(MDS_METRICS_TOKEN), and give it to Prometheus.\n"
)


def metrics(services: Callable[[], Services]) -> Endpoint:
    """OpenMetrics where it is asked for, else Prometheus' text; 401 without the token, 403 for other machines."""
    collected = registry(services)

    @needs(OPEN)  # who may read it is settled here: no person does
    def answer(request: Request) -> Response:
        if refusal := _refusal(request, services().settings.metrics_token.get_secret_value()):
            return refusal
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
        return Response(encode(collected), headers=headers)

    return answer


def _refusal(request: Request, token: str) -> Response | None:
    if token:
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        is_it = hmac.compare_digest(sent.strip().encode(), token.encode())
        if scheme.lower() == "bearer" and is_it:
            return None
        return PlainTextResponse(_WANTED, status_code=401, headers={"WWW-Authenticate": "Bearer"})
    return None if _is_local(request) else PlainTextResponse(_LOCAL, status_code=403)


def _is_local(request: Request) -> bool:
    """Whether a process of this machine asks for itself: what a proxy hands on comes from this machine as well."""
    is_handed_on = any(name in request.headers for name in _FORWARDED)
    return not is_handed_on and is_loopback(client_of(request.scope, ()))
