"""The answer that a person wants in place of the one that the model gave."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from explanations.budgeted_model import Fact
from explanations.errors import ExplanationFailed
from explanations.target import Target

OutcomeKind = Literal["other", "at_least", "at_most"]


@dataclass(frozen=True, kw_only=True)
class DesiredOutcome:
    """Another answer (a certain one, or any), or a number that is at least or at most so large."""

    kind: OutcomeKind
    target: Target
    answer: str = ""
    number: float = math.nan

    @classmethod
    def of(cls, options: Mapping[str, object], target: Target) -> DesiredOutcome:
        """Read `desired` ("other", "at_least", "at_most") and with it `answer` or `number`.

        Raises ExplanationFailed for an outcome that does not go with this answer.
        """
        # Jobs that were queued before version 0.2 say `wish`.
        kind = str(options.get("desired") or options.get("wish") or "other")
        if target.is_share and kind == "other":
            answer = str(options.get("answer") or "")
            if answer == target.answer:
                raise ExplanationFailed(
                    f"The model says {answer} already.", advice="Choose another answer."
                )
            return cls(kind="other", target=target, answer=answer)
        number = options.get("number")
        if target.is_share or kind not in ("at_least", "at_most"):
            raise ExplanationFailed("The answer that you want does not fit what the model answers.")
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ExplanationFailed("There is no number that the answer should reach.")
        if not math.isfinite(number):
            raise ExplanationFailed("The number that the answer should reach must be finite.")
        kinds: dict[str, OutcomeKind] = {"at_least": "at_least", "at_most": "at_most"}
        return cls(kind=kinds[kind], target=target, number=float(number))

    def holds(self, fact: Fact) -> bool:
        """Whether this is what is wanted."""
        match self.kind:
            case "at_least":
                return fact.score >= self.number
            case "at_most":
                return fact.score <= self.number
            case _:
                return fact.headline == self.answer if self.answer else not fact.is_same

    def distance(self, fact: Fact) -> float:
        """How far from what is wanted, to compare answers by; a label without a score says nothing."""
        match self.kind:
            case "at_least":
                return self.number - fact.score
            case "at_most":
                return fact.score - self.number
            case _:
                return 0.0 if math.isnan(fact.score) else fact.score

    def __str__(self) -> str:
        """ "any answer other than Adelie", "the answer Gentoo", "at least 150 mg"."""
        if self.kind == "other":
            return f"the answer {self.answer}" if self.answer else self._any_other
        return f"{self.kind.replace('_', ' ')} {self.target.value_text(self.number)}"

    @property
    def _any_other(self) -> str:
        return f"any answer other than {self.target.answer}"
