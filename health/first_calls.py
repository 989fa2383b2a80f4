"""How often people alone, the model alone and both together are right, on cases that a person answered before the model did.

Weighted shares with Wilson's interval (health/weighted.py), each case by one over its chance to be drawn. Whether both together
are right more often than the model alone is McNemar's exact test on the same cases (health/comparison.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from health.comparison import compare
from health.weighted import Share, share

# With fewer, an interval is so wide that the figure misleads.
FEWEST = 10


class Called(Protocol):
    """One case: the chance with which it was drawn, and who was right. `together` is None where the person said nothing after the
    model's answer, or nothing that decides."""

    @property
    def probability(self) -> float: ...
    @property
    def alone(self) -> bool: ...
    @property
    def model(self) -> bool: ...
    @property
    def together(self) -> bool | None: ...


@dataclass(frozen=True, kw_only=True)
class FirstCalls:
    """The shares that are right, and what they say in a sentence. A share of fewer than FEWEST cases has no value."""

    people: Share
    model: Share
    together: Share
    sentence: str

    @property
    def n(self) -> int:
        """The cases whose class somebody else has said."""
        return self.model.n


def first_calls(cases: Sequence[Called]) -> FirstCalls:
    """Of cases that a person answered first, and whose class somebody else has said."""
    decided = [each for each in cases if each.together is not None]
    return FirstCalls(
        people=_share(cases, [each.alone for each in cases]),
        model=_share(cases, [each.model for each in cases]),
        together=_share(decided, [bool(each.together) for each in decided]),
        sentence=_sentence(decided, len(cases)),
    )


def _share(cases: Sequence[Called], hits: Sequence[bool]) -> Share:
    found = share(hits, [1 / each.probability for each in cases])
    if found.n >= FEWEST:
        return found
    return Share(value=None, low=0.0, high=1.0, n=found.n)


def _sentence(decided: Sequence[Called], known: int) -> str:
    if known < FEWEST:
        return f"Not enough evidence to compare: {FEWEST} cases are needed, and of {known or 'none'} somebody else has said which class is right."
    if len(decided) < FEWEST:
        return (
            f"After the model's answer people said on {len(decided) or 'none'} of these cases which class is right: too few to tell whether "
            "they do better together."
        )
    found = compare((each.model, bool(each.together)) for each in decided)
    only = f"of {found.n:,} cases {found.only_second:,} are right together and not by the model alone, and {found.only_first:,} the other way round"
    if not found.is_clear:
        return f"Whether people do better with the model than the model alone is not clear: {only}."
    better = "more" if found.only_second > found.only_first else "less"
    return f"People with the model are right {better} often than the model alone: {only}."
