"""Which cases are drawn for audit: a lottery held before the answer is known, and logged."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

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
class AuditPolicy:
    """The chance with which a case is drawn."""

    probability: float = 0.10

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"not a probability: {self.probability}")

    def draw(self, random: Random = system_random) -> AuditDraw:
        """Hold the lottery for one case."""
        return AuditDraw(probability=self.probability, draw=random())


ONE_IN_TEN = AuditPolicy()
