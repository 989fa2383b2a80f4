"""What answers are compared with: how many were right, and of which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What is held against new labels: `right` of `n`, until and including the day `until`. `is_accepted` by a person."""

    right: int
    n: int
    until: date
    is_accepted: bool = False
    since: date | None = None

    @property
    def words(self) -> str:
        """`from 2 to 20 September, it was 87 of 88`, or what was accepted when."""
        if self.is_accepted:
            return f"what was accepted on {in_words(self.until)} is {self.right} of {self.n}"
        if self.since is None or self.since == self.until:
            return f"on {in_words(self.until)}, it was {self.right} of {self.n}"
        first = in_words(self.since)
        return f"from {first} to {in_words(self.until)}, it was {self.right} of {self.n}"

    @property
    def share(self) -> float:
        return self.right / self.n


def in_words(day: date) -> str:
    return f"{day.day} {day:%B}"
