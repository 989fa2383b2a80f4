"""What was found of the cases of a selection last, kept in this process for as long as nothing changes in any of their models. A page asks
every five seconds."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from threading import Lock
from typing import Generic, TypeVar

_Found = TypeVar("_Found")
_MOST_KEPT = 100


class KnownRows(Generic[_Found]):
    """Each by whose it is and which cases these are, with how the models were counted then (db.health_days.counted_as)."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[Mapping[tuple[str, str], str], _Found]] = {}
        self._lock = Lock()

    def find(self, of: Hashable, counted_as: Mapping[tuple[str, str], str]) -> _Found | None:
        """What was found, where it would be found again."""
        kept = self._kept.get(of)
        return kept[1] if kept and counted_as and kept[0] == counted_as else None

    def keep(self, of: Hashable, counted_as: Mapping[tuple[str, str], str], found: _Found) -> None:
        if not counted_as:
            return
        with self._lock:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[of] = counted_as, found
