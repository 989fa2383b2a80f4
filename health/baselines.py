"""What answers are compared with: how many were right, and of which days."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

# Of the standard errors of a baseline.
SHRINK = 0.8
# A share of 1 could be reached by no error at all.
_MOST = 0.999
_MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What is held against new labels: `right` of `n`, until and including the day `until`. `is_accepted` by a person; `checked`
    is (right, wrong) of each version, as far as is known."""

    right: int
    n: int
    until: date
    is_accepted: bool = False
    since: date | None = None
    checked: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """`from 2 to 20 September, it was 87 of 88`."""
        if self.since is None or self.since == self.until:
            return f"on {in_words(self.until)}, it was {self.right} of {self.n}"
        first = in_words(self.since)
        return f"from {first} to {in_words(self.until)}, it was {self.right} of {self.n}"

    def accepted_words(self, versions: str = "") -> str:
        """`Accepted on 31 October: 95 of 96 checked answers right`; `versions` as `of_versions` says them."""
        answers = f"{self.right} of {self.n} checked answers{versions} right"
        return f"Accepted on {in_words(self.until)}: {answers}"

    @property
    def share(self) -> float:
        return self.right / self.n


def added_up(counts: Iterable[Mapping[str, tuple[int, int]]]) -> dict[str, tuple[int, int]]:
    """(right, wrong) by version of several together, the first version first."""
    found: dict[str, tuple[int, int]] = {}
    for each in counts:
        for version, (right, wrong) in each.items():
            before = found.get(version, (0, 0))
            found[version] = (before[0] + right, before[1] + wrong)
    return found


def of_versions(named: Collection[str]) -> str:
    """` of version 2`, ` of versions 1 and 2`, ` of versions 1, 2 and others`; empty where it is not known."""
    known = [version for version in named if version]
    if not known or len(known) < len(named):
        return ""
    if len(known) == 1:
        return f" of version {known[0]}"
    shown = known if len(known) <= _MOST_NAMED else [*known[: _MOST_NAMED - 1], "others"]
    return f" of versions {', '.join(shown[:-1])} and {shown[-1]}"


def least_share(right: float, n: float) -> float:
    """The share at which new labels are as good as `right` of `n`: SHRINK standard errors lower, with half a case of each kind added
    (Jeffreys), so that 60 of 60 are not taken for certainty."""
    value = (right + 0.5) / (n + 1)
    return min(_MOST, max(1 - _MOST, value - SHRINK * math.sqrt(value * (1 - value) / (n + 1))))


def days_words(first: date, last: date) -> str:
    """`3 November to 1 December`, or one day."""
    return in_words(last) if first == last else f"{in_words(first)} to {in_words(last)}"


def in_words(day: date) -> str:
    return f"{day.day} {day:%B}"
