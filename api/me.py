"""`/me?name=…`: the name that somebody picked for this browser, where nobody signs in."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from api.permissions import needs
from people import trail
from people.permissions import OPEN
from people.sign_in import NAME_COOKIE, is_name
from services import Services

Endpoint = Callable[[Request], Response]
_A_YEAR = 365 * 24 * 3600


def now() -> Endpoint:
    """`/me/now`: nothing, so that a page that is open sends a request, with which a proxy says who asks now."""

    @needs(OPEN)
    def answer(_request: Request) -> Response:
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    return answer


def me(services: Callable[[], Services]) -> Endpoint:
    """Keeps the name in a cookie, or forgets it where none is given, and opens the page that shows it."""

    @needs(OPEN)
    def answer(request: Request) -> Response:
        if services().settings.sign_in != "none":
            return PlainTextResponse("Who you are is said where you sign in.\n", status_code=404)
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return PlainTextResponse("Another site's page may not ask this.\n", status_code=403)
        name = request.query_params.get("name", "").strip()
        if name and not is_name(name):
            words = "A name has letters, digits, spaces and . @ + - _, at most 80 of them.\n"
            return PlainTextResponse(words, status_code=400)
        reply = RedirectResponse("you", status_code=303)
        if name:
            trail.named(services().sessions, name, request.client.host if request.client else "")
            reply.set_cookie(
                NAME_COOKIE, quote(name), max_age=_A_YEAR, httponly=True, samesite="lax"
            )
        else:
            reply.delete_cookie(NAME_COOKIE)
        return reply

    return answer
