"""When each signature was read, and whether it is to be read again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mds_client.discovery.entries import Entry
from mds_client.signature import ModelRef

SIGNATURE_RETRY = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """When a signature was asked for: `since` is that of the state in which the model was."""

    since: datetime
    at: datetime
    is_known: bool


class Readings:
    """The last reading of each model's signature."""

    def __init__(self) -> None:
        self._last: dict[ModelRef, _Reading] = {}

    def is_wanted(self, entry: Entry, now: datetime) -> bool:
        """Whether to read its signature: once for each time that it became ready, and again after a
        while when that failed."""
        last = self._last.get(entry.ref)
        if not entry.info.is_ready:
            return False
        if last is None or last.since != entry.since:
            return True
        return not last.is_known and now - last.at >= SIGNATURE_RETRY

    def first_of(self, entries: Iterable[Entry]) -> list[str]:
        """The names of those whose signature is still to be read for the first time."""
        return [e.ref.name for e in entries if e.info.is_ready and e.ref not in self._last]

    def note(self, entry: Entry, now: datetime, *, is_known: bool) -> None:
        self._last[entry.ref] = _Reading(since=entry.since, at=now, is_known=is_known)

    def forget(self, ref: ModelRef) -> None:
        self._last.pop(ref, None)
