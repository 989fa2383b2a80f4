"""When a kind of job runs next, by its crontab."""

from __future__ import annotations

from datetime import datetime, timedelta

# Minute, hour, day of the month, month, and day of the week, where Sunday is 0.
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_DAYS_AHEAD = 32


def next_run(crontab: str, after: datetime) -> datetime | None:
    """The first minute after a moment that a crontab of five fields names, such as `4-59/5 * * * *`; None where there is
    none within a month. All fields must fit, also where day and weekday are given. Raises ValueError for another crontab.
    """
    minutes, hours, days, months, weekdays = _parsed(crontab)
    moment = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    end = after + timedelta(days=_DAYS_AHEAD)
    while moment <= end:
        if moment.day not in days or moment.month not in months or _weekday(moment) not in weekdays:
            moment = moment.replace(hour=0, minute=0) + timedelta(days=1)
        elif moment.hour not in hours:
            moment = moment.replace(minute=0) + timedelta(hours=1)
        elif moment.minute not in minutes:
            moment += timedelta(minutes=1)
        else:
            return moment
    return None


def _parsed(crontab: str) -> list[set[int]]:
    return [
        set().union(*(_part(part, *ends) for part in field.split(",")))
        for field, ends in zip(crontab.split(), _RANGES, strict=True)
    ]


def _part(part: str, low: int, high: int) -> range:
    """`*`, `5` or `4-59`, each maybe with a step as in `*/5`."""
    span, _, step = part.partition("/")
    first, dash, last = span.partition("-")
    if span != "*":
        low, high = int(first), int(last) if dash else high if step else int(first)
    return range(low, high + 1, int(step or 1))


def _weekday(moment: datetime) -> int:
    return moment.isoweekday() % 7
