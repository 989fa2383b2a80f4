"""How many rows go into a chunk."""

from __future__ import annotations

import pytest

from batch.pace import Pace


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
