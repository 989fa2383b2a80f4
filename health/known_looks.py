"""What was found of one model last, kept in this process for as long as nothing changes in what it is made of. A page asks every five
seconds."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from db.health_alarms import AlarmView
from db.health_decisions import DecisionView
from health.input_drift import InputDrift
from health.titles import FieldWords

_Found = TypeVar("_Found")
_MOST_KEPT = 200


@dataclass(frozen=True, kw_only=True)
class MadeOf:
    """What a look at a model is made of, beside its cases: `revision` is the fold by which these were counted last
    (db.health_days.revisions), empty where some are not counted yet."""

    revision: str
    steps: Sequence[DecisionView]
    alarms: Sequence[AlarmView]
    drift: InputDrift
    titles: Mapping[str, str]
    words: FieldWords


class KnownLooks(Generic[_Found]):
    """Looks, each by whose it is, the model, the cases that are looked at and the day."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[MadeOf, _Found]] = {}
        self._lock = Lock()

    def find(self, of: Hashable, now: MadeOf) -> _Found | None:
        """What was found, where it would be found again."""
        kept = self._kept.get(of)
        return kept[1] if kept and now.revision and kept[0] == now else None

    def keep(self, of: Hashable, made_of: MadeOf, found: _Found) -> None:
        with self._lock:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[of] = made_of, found
