"""One column for one field, as it is suggested or chosen: how sure that is, and why."""

from __future__ import annotations

from dataclasses import dataclass

LEAST = 0.5  # suggestions below this confidence are not made
SURE = 0.9  # below this, a person is asked to check


@dataclass(frozen=True, kw_only=True)
class Match:
    """One column for one field. `unit` and `to_unit` are set where values are converted between them.

    `confidence` runs from 0 to 1; a person's choice is 1. `doubts` say why every value may be a wrong one, as by another
    unit; they stand in the `reason` too.
    """

    field: str
    column: str
    confidence: float
    reason: str
    unit: str = ""
    to_unit: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def is_unsure(self) -> bool:
        """Whether a person should look at it before anything is sent."""
        return self.confidence < SURE
