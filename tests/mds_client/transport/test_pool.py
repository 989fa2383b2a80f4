"""How many connections there are, which one is used, and when one is closed. Time and network are staged."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import httpcore
import httpx
import pytest

from mds_client.transport import pool
from mds_client.transport.plain import Connection, Origin
from mds_client.transport.pool import Pool

HERE: Origin = (b"http", b"here", 80)
THERE: Origin = (b"http", b"there", 80)


class Fake(Connection):
    """Says what it is told to say."""

    is_idle = True
    ended = closed = False

    def __init__(self, origin: Origin) -> None:
        self.origin, self.idle_since = origin, 0.0

    def has_ended(self) -> bool:
        return self.ended

    def close(self) -> None:
        self.closed = True


class Clock:
    """Stands in for the module time."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pool, "time", clock)
    return clock


def made(most: int | None = 2, idle: int | None = 2, seconds: float | None = 5.0) -> Pool:
    limits = httpx.Limits(
        max_connections=most, max_keepalive_connections=idle, keepalive_expiry=seconds
    )
    return Pool(limits, lambda origin, _: Fake(origin))


def used(pool: Pool, origin: Origin = HERE) -> Fake:
    connection = pool.taken(origin, {})
    pool.give_back(connection)
    assert isinstance(connection, Fake)
    return connection


def test_the_last_one_is_used_again_and_only_for_its_origin() -> None:
    pool = made(most=9, idle=9)
    first, second = pool.taken(HERE, {}), pool.taken(HERE, {})
    pool.give_back(first)
    pool.give_back(second)
    assert used(pool) is second
    assert used(pool, THERE) not in (first, second)


def test_an_unfinished_one_is_closed() -> None:
    pool = made()
    connection = pool.taken(HERE, {})
    connection.is_idle = False  # type: ignore[misc]
    pool.give_back(connection)
    assert connection.closed  # type: ignore[attr-defined]
    assert used(pool) is not connection


def test_one_that_the_server_ended_is_replaced() -> None:
    pool = made()
    first = used(pool)
    first.ended = True
    assert used(pool) is not first
    assert first.closed


def test_one_that_was_idle_for_too_long_is_closed(clock: Clock) -> None:
    pool = made()
    old = used(pool, THERE)
    clock.now += 4.9
    assert used(pool, THERE) is old
    clock.now += 5.1
    used(pool, HERE)
    assert old.closed


def test_none_is_kept_where_none_may_be() -> None:
    pool = made(idle=0)
    assert used(pool).closed


def test_an_idle_one_makes_room_for_another_origin() -> None:
    pool = made(most=1)
    first = used(pool, HERE)
    assert not pool.taken(THERE, {}).closed  # type: ignore[attr-defined]
    assert first.closed


def test_who_waits_for_too_long_is_told() -> None:
    pool = made(most=1)
    pool.taken(HERE, {})
    with pytest.raises(httpcore.PoolTimeout):
        pool.taken(HERE, {"pool": 0.01})


def test_who_waits_is_next_also_after_a_failure() -> None:
    pool = made(most=1)
    pool.taken(HERE, {})
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(pool.taken, HERE, {"pool": 30.0})
        pool.give_back(None)
        assert waiting.result(timeout=30).origin == HERE


def test_a_place_is_not_lost_when_nobody_answers() -> None:
    def refuse(origin: Origin, timeout: float | None) -> Connection:
        raise httpcore.ConnectError("refused")

    limits = httpx.Limits(max_connections=1)
    pool = Pool(limits, refuse)
    for _ in range(3):
        with pytest.raises(httpcore.ConnectError):
            pool.taken(HERE, {"pool": 0.01})


def test_without_limits_there_are_none() -> None:
    pool = made(most=None, idle=None, seconds=None)
    connections = [pool.taken(HERE, {}) for _ in range(150)]
    for connection in connections:
        pool.give_back(connection)
    assert used(pool) is connections[-1]
    assert not any(c.closed for c in connections)  # type: ignore[attr-defined]


def test_many_threads_never_share_one_nor_exceed_the_limit() -> None:
    pool, guard = made(most=3, idle=3), threading.Lock()
    busy: list[Connection] = []
    most = 0

    def work(_: int) -> None:
        nonlocal most
        connection = pool.taken(HERE, {"pool": 30.0})
        with guard:
            assert connection not in busy
            busy.append(connection)
            most = max(most, len(busy))
        with guard:
            busy.remove(connection)
        pool.give_back(connection)

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(work, range(600)))
    assert 1 <= most <= 3
    assert pool._busy == 0
    assert len(pool._idle) <= 3
