"""The connections of one client: how many there may be, and which are kept for the next call."""

from __future__ import annotations

import math
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping

import httpcore
import httpx

from mds_client.transport.plain import Connection, Origin

Timeouts = Mapping[str, float | None]
Connect = Callable[[Origin, float | None], Connection]


class Pool:
    """At most so many connections, idle ones counted. The one that was used last is used first."""

    def __init__(self, limits: httpx.Limits, connect: Connect) -> None:
        self._most = _count(limits.max_connections)
        self._most_idle = min(_count(limits.max_keepalive_connections), self._most)
        seconds = limits.keepalive_expiry
        self._seconds = math.inf if seconds is None else seconds
        self._connect = connect
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._busy = 0
        self._idle: list[Connection] = []

    def taken(self, origin: Origin, timeouts: Timeouts) -> Connection:
        """A connection for one call, to be given back. Raises PoolTimeout, ConnectError, ConnectTimeout."""
        with self._lock:
            if not self._has_room() and not self._changed.wait_for(
                self._has_room, timeouts.get("pool")
            ):
                raise httpcore.PoolTimeout("every connection is in use")
            self._busy += 1
            idle, unfit = self._chosen(origin)
        try:
            if unfit:
                _close(unfit)
            return idle or self._connect(origin, timeouts.get("connect"))
        except BaseException:
            self.give_back(None)
            raise

    def give_back(self, connection: Connection | None) -> None:
        """After the call; None where there is no connection."""
        ended = [connection] if connection and not connection.is_idle else []
        with self._lock:
            self._busy -= 1
            if connection and not ended:
                connection.idle_since = time.monotonic()
                self._idle.append(connection)
            ended += self._remove_oldest(len(self._idle) - self._most_idle)
            self._changed.notify()
        _close(ended)

    def close(self) -> None:
        """End the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        _close(idle)

    def _has_room(self) -> bool:
        return self._busy < self._most

    def _chosen(self, origin: Origin) -> tuple[Connection | None, list[Connection]]:
        """The kept connection to use, if there is one, and those that are to be closed."""
        unfit = self._remove_oldest(self._expired())
        for connection in reversed(self._idle):
            if connection.origin == origin:
                self._idle.remove(connection)
                if not connection.has_ended():
                    return connection, unfit
                unfit.append(connection)
        return None, unfit + self._remove_oldest(self._busy + len(self._idle) - self._most)

    def _expired(self) -> int:
        """How many were idle for too long. The list is in the order in which they were given back."""
        oldest = time.monotonic() - self._seconds
        return bisect_left(self._idle, oldest, key=_idle_since)

    def _remove_oldest(self, count: int) -> list[Connection]:
        """Removes the oldest idle connections from the pool and returns them."""
        if count <= 0:
            return []
        oldest, self._idle = self._idle[:count], self._idle[count:]
        return oldest


def _count(limit: int | None) -> int:
    return 2**31 if limit is None else limit


def _idle_since(connection: Connection) -> float:
    return connection.idle_since


def _close(connections: list[Connection]) -> None:
    for connection in connections:
        connection.close()
