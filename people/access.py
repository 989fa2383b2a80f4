"""What somebody may see, from the access table of the settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from db.person import known
from db.scope import Models, Scope
from people.viewer import ROLES, Viewer, operator
from settings import AccessSettings


def viewer_of(name: str, groups: Sequence[str], table: Sequence[AccessSettings]) -> Viewer:
    """Who this is by the table. Without a table everybody is an operator: there is nothing to keep apart.

    A row holds for the people and the groups that it names, and for everybody where it names neither.
    """
    name = known(name)
    if not table:
        return operator(name)
    held = [row for row in table if _holds(row, name, groups)]
    return Viewer(
        name=name,
        groups=tuple(groups),
        role=max((row.role for row in held), key=ROLES.index, default=""),
        scope=Scope(
            person=name,
            groups=tuple(groups),
            reader=name,
            seen=_models(held),
            reviewed=_models(row for row in held if row.role != "analyst"),
            operated=_models(row for row in held if row.role == "operator"),
        ),
    )


def _holds(row: AccessSettings, name: str, groups: Sequence[str]) -> bool:
    is_for_all = not row.people and not row.groups
    return is_for_all or name in row.people or not set(groups).isdisjoint(row.groups)


def _models(rows: Iterable[AccessSettings]) -> tuple[Models, ...]:
    """The models of these rows, each once, in an order that is the same for the same rows."""
    models = {
        Models(server=server, name=name)
        for row in rows
        for server in row.servers
        for name in row.models
    }
    return tuple(sorted(models, key=lambda each: (each.server, each.name)))
