"""A kind of server, as its metrics are read, and what is read out of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One series with its value, as Prometheus has it."""

    name: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Which series of a kind of server say what of a model. A name is one series, as it stands in the text.

    `label` holds the model's name, with a generation behind it where `is_numbered` (`churn_4`), or as the route of its operation
    where `is_route` (`/loans/predict` of `loans.predict`). `asked` together count all
    requests, `failed` those that failed; where one series counts both, `code` is the label with its status. `seconds` is the
    sum of the times of the requests that `timed` counts, in units of `unit` seconds. `buckets` is a histogram of times
    (`bucket_unit` seconds); it is of all models together where `buckets_of_all`. `only` are labels whose whole value has to
    match an expression: of every series that has this label.
    """

    title: str
    label: str
    asked: tuple[str, ...]
    seconds: str
    timed: str
    failed: tuple[str, ...] = ()
    code: str = ""
    unit: float = 1.0
    buckets: str = ""
    bucket_unit: float = 1.0
    buckets_of_all: bool = False
    is_numbered: bool = False
    is_route: bool = False
    only: Mapping[str, str] = field(default_factory=dict)

    def pattern(self, model: str) -> str:
        """The expression that all of `label` matches where it names a model, whatever the model is called; as RE2 and Python
        read it."""
        name = re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", model)
        if self.is_route:
            # An operation is called as its route, without the braces of what is filled in.
            steps = name.replace("\\.", "\\}?[./]\\{?")
            return f"/\\{{?{steps}\\}}?/?"
        return f"{name}(_[0-9]+)?" if self.is_numbered else name

    @property
    def names(self) -> frozenset[str]:
        """Every series that it reads."""
        named = (*self.asked, *self.failed, self.seconds, self.timed, self.buckets)
        return frozenset(name for name in named if name)


@dataclass(frozen=True, kw_only=True)
class Quantile:
    """Seconds that a share of the requests stayed within; where `is_least` it is no less, as the last bucket has no end."""

    seconds: float
    is_least: bool = False


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a server reports of a model. None is what it does not say.

    `quantiles` are 50, 95 and 99 %, within buckets by a straight line; `quantiles_of_all` says that they are of all its models
    together. `since` is when its counters began.
    """

    kind: str
    requests: int
    failed: int | None = None
    mean: float | None = None
    quantiles: tuple[Quantile, Quantile, Quantile] | None = None
    quantiles_of_all: bool = False
    since: datetime | None = None
