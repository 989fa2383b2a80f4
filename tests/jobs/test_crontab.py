"""When a job runs next, by its crontab."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jobs.crontab import next_run

NOW = datetime(2026, 11, 29, 17, 4, 30, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("crontab", "due"),
    [
        ("* * * * *", (29, 17, 5)),
        ("*/5 * * * *", (29, 17, 5)),
        ("4-59/5 * * * *", (29, 17, 9)),
        ("4,6 * * * *", (29, 17, 6)),
        ("11 * * * *", (29, 17, 11)),
        ("3 17 * * *", (30, 17, 3)),
        ("17 3 * * *", (30, 3, 17)),
        ("0 9 * * 0", (29 + 7, 9, 0)),
        ("50/5 * * * 1-5", (30, 0, 50)),
    ],
)
def test_the_next_run_is_the_first_minute_that_fits(
    crontab: str, due: tuple[int, int, int]
) -> None:
    found = next_run(crontab, NOW)
    assert found is not None
    assert ((found.date() - NOW.date()).days + 29, found.hour, found.minute) == due
    assert (found.second, found.tzinfo) == (0, UTC)


def test_a_day_that_does_not_come_within_a_month_is_none() -> None:
    assert next_run("0 0 1 6 *", NOW) is None
