"""What may be done: each permission has a name, and the least role that has it.

Whatever can be called names one: a kind of job and a route a permission, a page its role. What names none, or one that
is not here, stops the start (`Undeclared`), so that nothing new is open by being forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from db.scope import Models, Scope

# For everybody, known or not: it shows nothing that is anybody's.
OPEN = "open"
# For who came to a show by its code: its routes (api/guests) check the cookie, and have a port of their own.
GUEST = "guest"
LEAST_ROLE: Mapping[str, str] = {
    "read": "analyst",
    "predict": "analyst",
    "explain": "analyst",
    "feedback": "analyst",
    "publish": "reviewer",
    "operate": "operator",
}


class Undeclared(Exception):
    """Something can be called, and nothing says by whom. The message is the sentence for whoever starts the app."""

    def __init__(self, what: str, said: str, there_are: Iterable[str]) -> None:
        super().__init__(
            f"{what} says {f'{said!r}' if said else 'nothing'} on who may use it, so the app does not start. It can "
            f"say: {', '.join(there_are)}."
        )


def declared(what: str, permission: object, *, may_be_open: bool = False) -> None:
    """Raises Undeclared unless this is a permission."""
    there_are = (*LEAST_ROLE, OPEN, GUEST) if may_be_open else tuple(LEAST_ROLE)
    if permission not in there_are:
        raise Undeclared(what, str(permission or ""), there_are)


def may(scope: Scope, permission: str, server: str, model: str) -> bool:
    """Whether somebody may do this with a model. Raises KeyError for what is no permission."""
    by_role = {"analyst": scope.sees, "reviewer": scope.reviews, "operator": scope.operates}
    return scope.sees(server, model) and by_role[LEAST_ROLE[permission]](server, model)


def may_without_model(scope: Scope, permission: str) -> bool:
    """Whether somebody may do this where it is about no model: what takes more than an analyst, who has that role
    for all models. Raises KeyError for what is no permission."""
    if scope.is_all:
        return True
    role = LEAST_ROLE[permission]
    if role == "analyst":
        return bool(scope.seen)
    return Models() in (scope.reviewed if role == "reviewer" else scope.operated)
