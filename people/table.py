"""The access table as the settings file has it now: whoever edits it need not start the app anew."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from settings import AccessSettings, Settings, settings_file

log = logging.getLogger(__name__)

# How often the file is looked at; what it says is effective within a minute, also on a page that nobody touches.
LOOK_SECONDS = 10.0
Rows = Sequence[AccessSettings]
_Stamp = tuple[int, int, int] | None


def _of_settings() -> Rows:
    return tuple(Settings().access)


class AccessTable:
    """Reads the table again when its file has changed.

    A file that cannot be used, and one whose table has gone, change nothing: without a table everybody would be an
    operator of everything. The log says so.
    """

    def __init__(
        self,
        file: Callable[[], Path] = settings_file,
        read: Callable[[], Rows] = _of_settings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file, self._read, self._clock = file, read, clock
        self._stamp = _stamp(file())
        self._looked = clock()
        self._changed: Rows | None = None
        self.on_change: Callable[[Rows], None] = lambda _: None
        self._lock = threading.Lock()

    def rows(self, at_start: Rows) -> Rows:
        """The rows that hold; `at_start` are those that the app was started with."""
        with self._lock:
            if self._clock() - self._looked >= LOOK_SECONDS:
                self._looked = self._clock()
                self._look(at_start)
            return at_start if self._changed is None else self._changed

    def _look(self, at_start: Rows) -> None:
        stamp = _stamp(self._file())
        if stamp == self._stamp:
            return
        self._stamp = stamp
        before = at_start if self._changed is None else self._changed
        try:
            rows = self._read()
        except Exception as error:
            # Whatever is wrong with the file: what held before holds on.
            log.error("the settings file cannot be used, the access table stays: %s", error)
            return
        if before and not rows:
            log.error("the settings file has no access table any more; the one from before stays")
            return
        if list(rows) != list(before):
            log.warning("the access table has changed: it has %d rows now", len(rows))
            self.on_change(rows)
        self._changed = rows


def _stamp(file: Path) -> _Stamp:
    """What changes when a file does; None where there is none."""
    try:
        facts = file.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino
