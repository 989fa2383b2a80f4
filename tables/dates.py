"""Dates as people write them: ISO, European, American, with the month's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

_CLOCK = r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp][Mm])?)?"
_NUMERIC = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_CLOCK}", re.ASCII)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([./-])(\d{{1,2}})\2(\d{{1,2}}){_CLOCK}", re.ASCII)
_COMPACT = re.compile(r"(?:19|20)\d{6}", re.ASCII)
_DAY_NAME = re.compile(rf"(\d{{1,2}})[. -]*([^\W\d_]{{3,9}})[., -]*(\d{{4}}){_CLOCK}")
_NAME_DAY = re.compile(
    rf"([^\W\d_]{{3,9}})[. -]*(\d{{1,2}})(?:st|[nr]d|th)?[, -]+(\d{{4}}){_CLOCK}"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?", re.ASCII)
_EPOCH = datetime(1899, 12, 30)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan", "feb fév fev", "mar mär mrz", "apr avr abr", "may mai", "jun juin", "jul juil",
            "aug aoû ago", "sep set", "oct okt out", "nov", "dec dez déc dic",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


def day_first(texts: Iterable[str]) -> bool | None:
    """Whether the day stands before the month, as the texts show; None if they do not."""
    votes = [vote for text in texts if (vote := _vote(text.strip())) is not None]
    return None if not votes else sum(votes) * 2 >= len(votes)


def moment(text: str, *, day_first: bool = True) -> str | None:
    """The date in ISO form, with a time where the text has one; None if it is no date."""
    plain = text.strip()
    try:
        if _ISO.fullmatch(plain):
            return _iso(datetime.fromisoformat(plain), clock=len(plain) > 10)
        if _COMPACT.fullmatch(plain):
            return _built(int(plain[:4]), int(plain[4:6]), int(plain[6:]), (None,) * 4)
        return _written(plain, day_first)
    except (ValueError, OverflowError):
        return None


def is_date(text: str) -> bool:
    """Whether the text is a date in any order."""
    return any(moment(text, day_first=first) is not None for first in (True, False))


def is_ambiguous(text: str) -> bool:
    """Whether day and month may be told apart only by custom, as in 03/04/2026."""
    match = _NUMERIC.fullmatch(text.strip())
    return bool(match and match[2] != "." and int(match[1]) <= 12 and int(match[3]) <= 12)


def contradict(texts: Iterable[str]) -> bool:
    """Whether some of the texts can only have the day first and others only the month."""
    orders = set()
    for match in filter(None, (_NUMERIC.fullmatch(text.strip()) for text in texts)):
        if match[2] != "." and (int(match[1]) > 12) != (int(match[3]) > 12):
            orders.add(int(match[1]) > 12)
    return len(orders) == 2


def of_serial(days: float) -> str | None:
    """The date of a spreadsheet's day number, in ISO form; None outside 1950 to 2100."""
    if not 18_264 <= days < 73_416:
        return None
    date_and_time = _EPOCH + timedelta(days=days)
    return _iso(date_and_time.replace(microsecond=0), clock=days % 1 > 0)


def of_value(value: date) -> str:
    """A typed date or moment in ISO form; a midnight without a zone is a date."""
    if not isinstance(value, datetime):
        return value.isoformat()
    return _iso(value, clock=value.tzinfo is not None or value.time() != datetime.min.time())


def _iso(date_and_time: datetime, *, clock: bool) -> str:
    return date_and_time.isoformat() if clock else date_and_time.date().isoformat()


def _vote(text: str) -> bool | None:
    match = _NUMERIC.fullmatch(text)
    if not match:
        return None
    first, second = int(match[1]), int(match[3])
    if match[2] == "." or first > 12:
        return True
    return False if second > 12 or match[8] else None


def _written(text: str, day_first: bool) -> str | None:
    if match := _NUMERIC.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        day, month = (first, second) if day_first or match[2] == "." else (second, first)
        return _built(_century(match[4]), month, day, match.groups()[4:])
    if match := _YEAR_FIRST.fullmatch(text):
        return _built(int(match[1]), int(match[3]), int(match[4]), match.groups()[4:])
    if match := _DAY_NAME.fullmatch(text):
        return _built(int(match[3]), _month(match[2]), int(match[1]), match.groups()[3:])
    if match := _NAME_DAY.fullmatch(text):
        return _built(int(match[3]), _month(match[1]), int(match[2]), match.groups()[3:])
    return None


def _month(name: str) -> int:
    """The number of a month by the first letters of its name. Raises ValueError for another word."""
    word = name.casefold()
    known = _MONTHS.get(word[:4]) or _MONTHS.get(word[:3])
    if known is None:
        raise ValueError(name)
    return known


def _century(year: str) -> int:
    return int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 69 else 1900)


def _built(year: int, month: int, day: int, clock: tuple[str | None, ...]) -> str:
    hour, minute, second, half = clock
    if hour is None:
        return _iso(datetime(year, month, day), clock=False)
    hours = int(hour) if not half else int(hour) % 12 + (12 if half.lower() == "pm" else 0)
    return datetime(year, month, day, hours, int(minute or 0), int(second or 0)).isoformat()
