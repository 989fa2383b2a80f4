"""Who asks: a name, a role, and the models that they may see and review."""

from __future__ import annotations

from dataclasses import dataclass, replace

from db.person import ANONYMOUS
from db.scope import EVERYTHING, Scope

# Each includes those before it.
ROLES = ("analyst", "reviewer", "operator")


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """One person as they are known now. `scope` is what the database shows them.

    `role` is the highest that they have for any model; empty where no model may be seen.
    """

    name: str
    groups: tuple[str, ...] = ()
    role: str
    scope: Scope

    @property
    def is_named(self) -> bool:
        return self.name != ANONYMOUS

    def is_at_least(self, role: str) -> bool:
        """Whether their role is `role`, or includes it. Raises ValueError for a word that is no role."""
        wanted = ROLES.index(role)
        return self.role in ROLES and ROLES.index(self.role) >= wanted


def operator(name: str = ANONYMOUS) -> Viewer:
    """Who may see and do everything: everybody where nothing says who may see what. As a reviewer they read what
    others say of a case after their own word all the same."""
    return Viewer(name=name, role="operator", scope=replace(EVERYTHING, reader=name))
