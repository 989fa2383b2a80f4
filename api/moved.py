"""Pages that have another address now: old links and bookmarks still arrive."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from api.permissions import needs
from people.permissions import OPEN

# The old address of a page, and the new one.
MOVED = {"effects": "behaviour", "signature": "signatures"}


def redirects() -> list[Route]:
    """A permanent redirect for each, with what stood behind the question mark."""
    return [Route(f"/{old}", _to(new)) for old, new in MOVED.items()]


def _to(page: str) -> Callable[[Request], RedirectResponse]:
    @needs(OPEN)
    def answer(request: Request) -> RedirectResponse:
        # Relative, so that it holds behind a proxy that serves the app under a path.
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{page}{query}", status_code=308)

    return answer
