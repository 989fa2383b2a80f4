"""How many rows go into a chunk."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from batch.pace import MOST_WRITE_PAUSE, PEOPLE_SECONDS, WRITE_SHARE, Pace


@pytest.mark.parametrize(
    ("rows_a_second", "least", "wanted"),
    [
        (3_000, 0, 3_000),  # as many as take a second
        (3_000, 40_000, 40_000),  # of a very large file more, so that its list stays short
        (3_000, 90_000, 50_000),
        (400_000, 0, 50_000),
    ],
)
def test_a_chunk_takes_a_second_and_is_no_smaller_than_a_share_of_the_file(
    rows_a_second: int, least: int, wanted: int
) -> None:
    pace = Pace(least_chunk_rows=least)
    pace.note(pace.request_rows, pace.request_rows / rows_a_second)
    assert pace.chunk_rows == wanted


def _asked(pace: Pace, seconds: Callable[[int], float], requests: int = 300) -> list[int]:
    """The rows of each request, where so many take so long."""
    sizes = []
    for _ in range(requests):
        sizes.append(pace.request_rows)
        pace.note(pace.request_rows, seconds(pace.request_rows))
    return sizes


def test_a_machine_that_does_other_things_too_does_not_shrink_requests() -> None:
    """A row takes forty times as long as before in a request of any size: it is not the size that is slow."""
    pace = Pace()
    _asked(pace, lambda rows: rows * 20e-6)
    assert pace.request_rows == 5_000
    sizes = _asked(pace, lambda rows: rows * 800e-6, 2_000)
    assert min(sizes) == 2_500  # it is tried now and then
    assert sizes.count(5_000) > 0.9 * len(sizes)
    _asked(pace, lambda rows: rows * 20e-6, 20)
    assert pace.request_rows == 5_000


def test_requests_of_a_quick_server_are_soon_large_and_never_expected_to_be_slow() -> None:
    sizes = _asked(Pace(), lambda rows: 0.03 + rows * 20e-6, 10)
    assert sizes[3] >= 2_500
    assert max(_asked(Pace(), lambda rows: rows * 1e-3)) * 1e-3 <= 0.25


def test_requests_shrink_where_fewer_rows_are_quicker_a_row() -> None:
    pace = Pace()
    _asked(pace, lambda rows: rows * 20e-6)
    _asked(pace, lambda rows: rows**2 * 4e-7)
    assert pace.request_rows * pace.request_rows * 4e-7 <= 0.5


def test_requests_of_a_server_that_was_never_quick_are_short() -> None:
    pace = Pace()
    sizes = _asked(pace, lambda rows: 0.1 * rows, 20)
    assert sizes[0] == 50
    assert pace.request_rows in (3, 4, 5)
    fixed = Pace()  # each request takes a second, however few rows it has
    sizes = _asked(fixed, lambda rows: 1.0 + rows * 1e-6, 200)
    assert sizes.count(50) > 0.9 * len(sizes)


def test_while_people_ask_one_small_request_is_under_way() -> None:
    now = [0.0]
    pace = Pace(clock=lambda: now[0], people_chunk_rows=250)
    for _ in range(20):
        pace.note(pace.request_rows, 0.02)
    assert (pace.rows_now, pace.at_once) == (5_000, 4)
    pace.people_ask()
    assert (pace.rows_now, pace.chunk_rows) == (50, 250)
    pace.enter(lambda: None)
    waited: list[float] = []
    with pytest.raises(TimeoutError):
        pace.enter(lambda: _no_more_than(waited, 5), waited.append)
    pace.leave()
    pace.note(50, 0.01)
    assert pace.rows_now == 100  # a person would not feel so long
    pace.note(100, 0.5)
    assert pace.rows_now == 50
    pace.note(50, 0.1)
    assert pace.rows_now == 50  # others work on the machine too
    pace.note(50, 0.5)
    assert pace.rows_now == 25
    assert pace.request_rows == 5_000
    now[0] += PEOPLE_SECONDS
    assert pace.rows_now == 5_000
    for _ in range(4):
        pace.enter(lambda: None)


def test_while_people_ask_the_database_is_held_for_a_small_part_of_the_time() -> None:
    now, waited = [0.0], [0.0]

    def sleep(seconds: float) -> None:
        now[0], waited[0] = now[0] + seconds, waited[0] + seconds

    pace = Pace(clock=lambda: now[0])
    for _ in range(100):  # nobody waits, and nothing adds up
        pace.wait_to_write(lambda: None, sleep)
        pace.wrote(0.03)
    assert waited[0] == 0
    pace.people_ask()
    for _ in range(10):
        pace.wait_to_write(lambda: None, sleep)
        pace.wrote(0.03)
    assert waited[0] == pytest.approx(10 * 0.03 / WRITE_SHARE, rel=0.1)
    pace.wrote(600.0)
    now[0] += MOST_WRITE_PAUSE + 0.03 / WRITE_SHARE
    pace.wait_to_write(lambda: _no_more_than([], 0), sleep)  # no longer than that
    pace.wrote(600.0)
    with pytest.raises(TimeoutError):
        pace.wait_to_write(lambda: _no_more_than([], 0), sleep)
    now[0] += PEOPLE_SECONDS
    pace.wait_to_write(lambda: _no_more_than([], 0), sleep)


def _no_more_than(waited: list[float], looks: int) -> None:
    if len(waited) >= looks:
        raise TimeoutError
