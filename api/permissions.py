"""Who may call a route: each says it with `needs`, and one that does not stops the start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from starlette.routing import BaseRoute, Route

from people.permissions import declared

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_NEEDS = "needs_permission"


def needs(permission: str) -> Callable[[Endpoint], Endpoint]:
    """Marks what answers a route with the permission that it asks of who calls; `open` for everybody, known or not."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _NEEDS, permission)
        return endpoint

    return mark


def permission_of(route: Route) -> str:
    """What a route says; empty where it says nothing."""
    return str(getattr(route.endpoint, _NEEDS, ""))


def check_routes(routes: Iterable[BaseRoute]) -> None:
    """Raises Undeclared for a route, also of what is mounted, that does not say who may call it."""
    for path, route in each(routes):
        declared(f"The route {path}", permission_of(route), may_be_open=True)


def each(routes: Iterable[BaseRoute], before: str = "") -> Iterator[tuple[str, Route]]:
    """Every route with its whole path, those of what is mounted included."""
    for route in routes:
        path = before + str(getattr(route, "path", ""))
        if isinstance(route, Route):
            yield path, route
        else:
            yield from each(getattr(route, "routes", None) or (), path)
