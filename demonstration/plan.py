"""When the models of the demonstration are asked, by whom, and about which rows: drawn by a seed, by no clock.

Office hours are busier than evenings and weekdays than weekends, and each model has a time of its own in which it
is asked: the second version of penguins takes over from the first, until the first is rolled out again by mistake, and
nobody asks sentiment any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

DAYS = 90
# How many days are asked about in one request: a few calls, in the order in which the cases happened.
STEP = 10
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
    Deployment(model="penguins", version="v1", per_day=7, last=24),
    Deployment(model="penguins", version="v2", per_day=12, first=20, last=62),
    Deployment(model="penguins", version="v1", per_day=24, first=62),
    Deployment(model="breast-cancer", per_day=6),
    Deployment(model="diabetes-progress", per_day=5),
    Deployment(model="flaky", per_day=2, first=30, at_once=1),
    Deployment(model="sentiment", per_day=5, last=55),
    Deployment(model="language-id", per_day=4),
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one person asks of one deployment in a few days: one request, in the order of time."""

    name: str
    deployment: Deployment
    person: str
    start: datetime
    visits: Sequence[Visit]


def parts(rows: Mapping[Deployment, int], start: datetime, seed: int) -> Iterator[Part]:
    """The whole history from midnight of `start` on; `rows` says how many held-out rows each deployment has."""
    for first in range(0, DAYS, STEP):
        for deployment, count in rows.items():
            name = f"{seed}-{deployment.model}-{deployment.version}-{first}"
            random = Random(name)  # noqa: S311
            days = range(max(first, deployment.first), min(first + STEP, deployment.last))
            drawn = [v for day in days for v in _of_day(deployment, start, day, count, random)]
            if drawn:
                person = random.choices(ANALYSTS, weights=(5, 3, 2))[0]
                yield Part(
                    name=name,
                    deployment=deployment,
                    person=person,
                    start=start,
                    visits=sorted(drawn, key=lambda visit: visit.at),
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
