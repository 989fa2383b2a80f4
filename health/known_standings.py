"""What was worked out of models last, kept in this process for as long as nothing changes in them: their cases, what was said of these and
decided, how their inputs compare, and the day. A page asks every five seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Generic, TypeVar

from db.health_decisions import DecisionView
from health.history import Inputs

Model = tuple[str, str]
_Found = TypeVar("_Found")
_MOST_KEPT = 20_000


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is told of a model beside its figures: what was decided, the newest first, and how its inputs compare."""

    steps: tuple[DecisionView, ...]
    inputs: Inputs


class Kept(Generic[_Found]):
    """By the model, the fold by which it was counted last (db.health_days.revisions), and the day. A model of which something is not counted
    yet has no revision, and is worked out anew."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Model, str, date], tuple[Told, _Found]] = {}
        self._lock = Lock()

    def of(
        self, told: Mapping[Model, Told], revisions: Mapping[Model, str], day: date
    ) -> dict[Model, _Found]:
        """What holds of these models."""
        found: dict[Model, _Found] = {}
        for model, now in told.items():
            kept = self._kept.get((model, revisions.get(model, ""), day))
            if kept and kept[0] == now:
                found[model] = kept[1]
        return found

    def keep(
        self,
        found: Iterable[tuple[Model, _Found]],
        told: Mapping[Model, Told],
        revisions: Mapping[Model, str],
        day: date,
    ) -> None:
        """For as long as what is told of each of them stays the same."""
        with self._lock:
            if len(self._kept) > _MOST_KEPT:
                self._kept.clear()
            for model, each in found:
                if revision := revisions.get(model):
                    self._kept[model, revision, day] = told[model], each
