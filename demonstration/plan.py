"""When the models of the demonstration are asked, by whom, and about which rows: drawn by a seed, by no clock.

Office hours are busier than evenings and weekdays than weekends, and each model has a time of its own in which it
is asked: the second version of penguins takes over from the first, the first is rolled out again by mistake for some days, and
nobody asks sentiment any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

DAYS = 90
# A part of the history goes from one of these days to the next: ten days at once while nothing happens, and then day by day,
# for Health looks after each.
EDGES = (*range(0, 60, 10), *range(60, DAYS + 1))
# The days on which the first version of penguins is rolled out again, by mistake.
MISTAKE = (61, 77)
# Accounts named for what they do: nobody who exists.
ANALYSTS = ("analyst-1", "analyst-2", "analyst-3")
_WEEKEND = 0.2
_OFFICE = (8.0, 18.0)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A model of the demonstration: how often it is asked on a working day, and on which of the days.

    `at_once` is how many rows go into one request; one that fails alone has failed.
    """

    model: str
    version: str = ""
    per_day: float
    first: int = 0
    last: int = DAYS
    at_once: int = 100


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One case to be: when, and the place of its row among the held-out rows."""

    at: datetime
    row: int


DEPLOYMENTS = (
    Deployment(model="penguins", version="v1", per_day=6, last=24),
    Deployment(model="penguins", version="v2", per_day=18, first=20, last=MISTAKE[0]),
    Deployment(model="penguins", version="v1", per_day=32, first=MISTAKE[0], last=MISTAKE[1]),
    Deployment(model="penguins", version="v2", per_day=20, first=MISTAKE[1]),
    Deployment(model="breast-cancer", per_day=5.5),
    Deployment(model="diabetes-progress", per_day=4),
    Deployment(model="flaky", per_day=3, first=60, at_once=1),
    Deployment(model="sentiment", per_day=4, last=55),
    Deployment(model="language-id", per_day=5, last=70),
    Deployment(model="language-id", per_day=9, first=70),
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one person asks of one deployment in the days from `first` to before `last`, in the order of time, of a history that
    begins at `start`."""

    name: str
    deployment: Deployment
    person: str
    start: datetime
    first: int
    last: int
    visits: Sequence[Visit]


def parts(rows: Mapping[Deployment, int], start: datetime, seed: int) -> Iterator[Part]:
    """The whole history from midnight of `start` on; `rows` says how many held-out rows each deployment has."""
    for first, last in pairwise(EDGES):
        for deployment, count in rows.items():
            name = f"{seed}-{deployment.model}-{deployment.version}-{first}"
            random = Random(name)  # noqa: S311
            days = range(max(first, deployment.first), min(last, deployment.last))
            drawn = [v for day in days for v in _of_day(deployment, start, day, count, random)]
            if drawn:
                person = random.choices(ANALYSTS, weights=(5, 3, 2))[0]
                yield Part(
                    name=name,
                    deployment=deployment,
                    person=person,
                    start=start,
                    first=first,
                    last=last,
                    visits=sorted(drawn, key=lambda visit: visit.at),
                )


def working_day(start: datetime, day: int) -> int:
    """That day of a history that begins at `start`, or the Monday after it where it is of a weekend."""
    return (
        day + max(0, 7 - weekday)
        if (weekday := (start + timedelta(days=day)).weekday()) > 4
        else day
    )


def _of_day(
    deployment: Deployment, start: datetime, day: int, rows: int, random: Random
) -> Iterator[Visit]:
    midnight = start + timedelta(days=day)
    mean = deployment.per_day * (_WEEKEND if midnight.weekday() >= 5 else 1.0)
    for _ in range(_poisson(mean, random)):
        yield _visit(midnight, rows, random)


def _visit(midnight: datetime, rows: int, random: Random) -> Visit:
    hour = random.triangular(*_OFFICE)
    return Visit(at=midnight + timedelta(hours=hour), row=random.randrange(rows))


def _poisson(mean: float, random: Random) -> int:
    """How many come when `mean` come on average: arrivals within one unit of time."""
    count, time = 0, random.expovariate(mean)
    while time < 1.0:
        count, time = count + 1, time + random.expovariate(mean)
    return count
