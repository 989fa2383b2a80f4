"""What is known of a model day by day, and the days before and after somebody ended an alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from health.baselines import Baseline
from health.closing import Closing
from health.estimates import Estimate, Rate, rate


@dataclass(frozen=True, kw_only=True)
class DayFigures:
    """One day (UTC): drawn cases that were judged `right` and `wrong`, and requests that were `answered` and `failed`. `checked` is
    (right, wrong) by version, where that is known."""

    day: date
    right: int = 0
    wrong: int = 0
    answered: int = 0
    failed: int = 0
    checked: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """How many cases are dated after today, and the last day of these."""

    cases: int
    last: date


@dataclass(frozen=True, kw_only=True)
class Answers:
    """How answers changed: the class or the range whose share grew most, and this share `before` and `now`; without a `word` where that
    cannot be said. `since` is the day on which it began, None where that is not known."""

    word: str
    before: float
    now: float
    since: date | None = None


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The fields whose values `changed`, and how many cases of `before` and of `now` there are to compare; `accepted` is the day on which
    somebody accepted how it was, None where nobody did, and `chosen` what somebody chose to compare with, in words. They are not always
    compared: there may be too few, or a reference without their fields, which are `unfit` then. `since` are the days on which they began to change, as far as these are known. `answers` is
    how the answers to them changed, None where they did not."""

    changed: tuple[str, ...] = ()
    before: int = 0
    now: int = 0
    accepted: date | None = None
    chosen: str = ""
    is_compared: bool = True
    unfit: tuple[str, ...] = ()
    since: tuple[date, ...] = ()
    answers: Answers | None = None


@dataclass(frozen=True, kw_only=True)
class History:
    """What is known of a model. `days` the oldest first; `closed` is how somebody ended the last alarm, before which nothing counts any
    more; `ahead` are cases of which no day knows; `unchecked` drawn answers nobody has judged right or wrong."""

    days: tuple[DayFigures, ...]
    today: date
    accuracy: Estimate
    accepted: Baseline | None = None
    inputs: Inputs = Inputs()
    closed: Closing | None = None
    ahead: Ahead | None = None
    unchecked: int = 0


def days_after(history: History) -> list[DayFigures]:
    """The days since somebody ended the last alarm; of the day of that what came after it."""
    closed = history.closed
    if closed is None:
        return list(history.days)
    rest = DayFigures(
        day=closed.at.date(),
        right=closed.right,
        wrong=closed.wrong,
        answered=closed.answered,
        failed=closed.failed,
    )
    return [rest, *(day for day in history.days if day.day > rest.day)]


def when_closed(history: History, closed: Closing) -> History:
    """What was known when it was closed."""
    last = closed.at.date()
    rest = next(iter(days_after(history)))
    days = [day for day in history.days if day.day < last]
    days += [_less(day, rest) for day in history.days if day.day == last]
    return replace(history, closed=None, today=last, days=tuple(days))


def _less(day: DayFigures, rest: DayFigures) -> DayFigures:
    names = ("right", "wrong", "answered", "failed")
    return replace(day, **{n: max(0, getattr(day, n) - getattr(rest, n)) for n in names})


def share_right(days: Sequence[DayFigures]) -> Rate:
    """Of the drawn cases of these days that were judged."""
    right = sum(day.right for day in days)
    return rate(right, right + sum(day.wrong for day in days))


def share_failed(days: Sequence[DayFigures]) -> Rate:
    """Of the requests of these days."""
    failed = sum(day.failed for day in days)
    return rate(failed, failed + sum(day.answered for day in days))
