"""What was worked out of models last, kept in this process for as long as nothing changes in them: their cases, what was said of these and
decided, how their inputs compare, and the day. A page asks every five seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from db.health_decisions import DecisionView
from health.history import Inputs

Model = tuple[str, str]
_Found = TypeVar("_Found")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is told of a model beside its figures: what was decided, the newest first, and how its inputs compare."""

    steps: tuple[DecisionView, ...]
    inputs: Inputs


class Kept(Generic[_Found]):
    """One for each model, with the fold by which it was counted (db.health_days.revisions) and the day. A model of which something is not
    counted yet has no revision, and is worked out anew."""

    def __init__(self) -> None:
        self._kept: dict[Model, tuple[str, date, Told, _Found]] = {}

    def of(
        self, told: Mapping[Model, Told], revisions: Mapping[Model, str], day: date
    ) -> dict[Model, _Found]:
        """What holds of these models."""
        return {
            model: kept[3]
            for model, now in told.items()
            if (kept := self._kept.get(model)) and kept[:3] == (revisions.get(model), day, now)
        }

    def keep(
        self,
        found: Iterable[tuple[Model, _Found]],
        told: Mapping[Model, Told],
        revisions: Mapping[Model, str],
        day: date,
    ) -> None:
        """For as long as what is told of each of them stays the same."""
        for model, each in found:
            if revision := revisions.get(model):
                self._kept[model] = (revision, day, told[model], each)
