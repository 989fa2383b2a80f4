"""The conditions of a rule: what each asks of one field, in words too."""

from __future__ import annotations

import math
from dataclasses import dataclass

from explanations import formatting
from explanations.encoder import is_missing
from mds_client.signature import Field, Values

CATEGORIES = ("category", "boolean")


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What a rule asks of one field: one value, or a number above `above` and at most `most`.

    `unknown` says whether a missing value meets it.
    """

    field: Field
    value: object = None
    above: float = -math.inf
    most: float = math.inf
    unknown: bool = False

    @property
    def is_stretch(self) -> bool:
        return self.field.kind not in CATEGORIES

    def holds(self, row: Values) -> bool:
        """Whether a row follows this part of the rule."""
        value = row.get(self.field.name)
        if is_missing(value):
            return self.unknown
        if not self.is_stretch:
            return bool(value == self.value) and not self.unknown
        return isinstance(value, int | float) and self.above < value <= self.most

    def __str__(self) -> str:
        return f"{formatting.inside(self.field.title)} is {self._words()}"

    def _words(self) -> str:
        """ "at most 15 mm", "above 3 and at most 7", "unknown or at most 12", "female"."""
        if not self.is_stretch:
            return formatting.value(self.field, None if self.unknown else self.value)
        if self.most == -math.inf:
            return "unknown"
        parts = [
            f"above {formatting.value(self.field, self.above)}" if self.above > -math.inf else "",
            f"at most {formatting.value(self.field, self.most)}" if self.most < math.inf else "",
        ]
        known = " and ".join(part for part in parts if part) or "known"
        return f"unknown or {known}" if self.unknown else known
