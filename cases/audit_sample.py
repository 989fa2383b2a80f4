"""Which cases are drawn for audit: a lottery held before the answer is known, and logged."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from db.scope import Models
from mds_client.signature import ModelRef

Random = Callable[[], float]

# Not seeded and not shared with anything that is: nobody can tell beforehand who will be drawn.
system_random: Random = secrets.SystemRandom().random


@dataclass(frozen=True, kw_only=True)
class AuditDraw:
    """The outcome of one lottery: `draw` is uniform on [0, 1)."""

    probability: float
    draw: float

    @property
    def is_audited(self) -> bool:
        return self.draw < self.probability


@dataclass(frozen=True, kw_only=True)
class AuditSlice:
    """Cases with a chance of their own: of some models, and where `field` is named, with one of these values in it."""

    models: tuple[Models, ...]
    probability: float
    field: str = ""
    values: frozenset[str] = frozenset()

    def has(self, values: Mapping[str, object]) -> bool:
        """Whether a case with these inputs belongs to it; numbers are compared as they are written, 3.0 as 3."""
        return not self.field or _written(values.get(self.field)) in self.values


@dataclass(frozen=True, kw_only=True)
class AuditPolicy:
    """The chance with which a case is drawn; that of the first slice which it belongs to counts."""

    probability: float = 0.10
    slices: tuple[AuditSlice, ...] = ()

    def __post_init__(self) -> None:
        for chance in (self.probability, *(each.probability for each in self.slices)):
            if not 0 <= chance <= 1:
                raise ValueError(f"not a probability: {chance}")

    def of(self, ref: ModelRef) -> AuditPolicy:
        """The policy with the slices of this model alone."""
        found = tuple(
            s for s in self.slices if any(m.matches(ref.server, ref.name) for m in s.models)
        )
        return self if found == self.slices else replace(self, slices=found)

    def chance(self, values: Mapping[str, object]) -> float:
        """The chance of a case with these inputs, of a model that all slices are about."""
        return next((s.probability for s in self.slices if s.has(values)), self.probability)

    def draw(
        self, ref: ModelRef, values: Mapping[str, object], random: Random = system_random
    ) -> AuditDraw:
        """Hold the lottery for one case."""
        return AuditDraw(probability=self.of(ref).chance(values), draw=random())


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


ONE_IN_TEN = AuditPolicy()
