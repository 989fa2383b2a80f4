"""What was promised of a model's service, what was reached, and how much of the error budget is left.

An objective is the share of good requests in a window of days; its error budget is the share that may be bad, counted in
requests (Google, The Site Reliability Workbook, 2018, chapter 2). The burn rate is how many times as fast the budget is spent as
would use it up exactly at the end of the window (the same, chapter 5).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import bdtrc

from db.scope import is_like
from health.estimates import Rate, rate
from health.wording import percent, rate_words
from settings.rules import ObjectiveSettings

Kind = Literal["availability", "latency"]
Verdict = Literal["met", "missed", "too few"]
# The hours of which a burn rate is said.
HOURS = (1, 24)
# Fewer requests say nothing: not of an objective, and not of an hour, where one failure would look like a fire.
LEAST = 30
_RARE = 0.025


@dataclass(frozen=True, kw_only=True)
class Objective:
    """At least the share `target` (between 0 and 1) of the requests of `days` days is good: answered, or for `latency` answered
    within `seconds`, of those that were answered."""

    kind: Kind
    target: float
    days: int
    seconds: float | None = None

    @property
    def may(self) -> float:
        """The share that may be bad, without what floating point adds: of 30 requests at 90 % exactly 3 may."""
        return round(1 - self.target, 12)

    @property
    def least(self) -> int:
        """So many requests tell: of fewer, the budget allows not even one bad one."""
        return max(LEAST, math.ceil(round(1 / self.may, 6)))


@dataclass(frozen=True, kw_only=True)
class Counted:
    """`bad` of `n` requests."""

    n: int
    bad: int


@dataclass(frozen=True, kw_only=True)
class Burn:
    """How fast the last `hours` spend the budget: 1 uses it up exactly at the end of the window. `rate` is None where too few
    requests were sent; `low` and `high` are its 95 % interval."""

    hours: int
    n: int
    bad: int
    rate: float | None
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What was reached of an objective, and its error budget in requests. `spent` is the share of the budget, more than 1 where
    it is overspent; None with too few requests."""

    objective: Objective
    reached: Rate
    allowed: float
    bad: int
    spent: float | None
    burns: Sequence[Burn]

    @property
    def left(self) -> float:
        """Requests that may still be bad; negative where it is overspent."""
        return self.allowed - self.bad

    @property
    def verdict(self) -> Verdict:
        if self.spent is None:
            return "too few"
        return "missed" if self.bad > self.allowed else "met"

    @property
    def may_be_chance(self) -> bool:
        """Whether the 95 % interval of what was reached holds the objective."""
        return self.reached.low <= self.objective.target <= self.reached.high


def of_model(rules: Iterable[ObjectiveSettings], server: str, model: str) -> tuple[Objective, ...]:
    """The objectives of the first rule that fits a model; none where no rule does."""
    for rule in rules:
        fits_server = any(is_like(server, pattern) for pattern in rule.servers)
        if fits_server and any(is_like(model, pattern) for pattern in rule.models):
            return _of_rule(rule)
    return ()


def _of_rule(rule: ObjectiveSettings) -> tuple[Objective, ...]:
    found = []
    if rule.availability is not None:
        found.append(Objective(kind="availability", target=rule.availability, days=rule.days))
    if rule.latency_seconds is not None:
        found.append(
            Objective(
                kind="latency",
                target=rule.latency_share,
                days=rule.days,
                seconds=rule.latency_seconds,
            )
        )
    return tuple(found)


def budget(objective: Objective, counted: Counted, lately: Mapping[int, Counted]) -> Budget:
    """The error budget after `counted` requests of the window; `lately` are those of the last so many hours."""
    allowed = round(objective.may * counted.n, 6)
    reached = rate(counted.n - counted.bad, counted.n)
    is_enough = counted.n >= objective.least or _is_clearly_missed(objective, counted)
    return Budget(
        objective=objective,
        reached=reached,
        allowed=allowed,
        bad=counted.bad,
        spent=counted.bad / allowed if is_enough else None,
        burns=[_burn(objective, hours, found) for hours, found in sorted(lately.items())],
    )


def _is_clearly_missed(objective: Objective, counted: Counted) -> bool:
    """Whether also few requests tell it: as many bad ones come by chance less than once in 40 times (Clopper and Pearson, 1934)."""
    if counted.n < LEAST or not counted.bad:
        return False
    return float(bdtrc(counted.bad - 1, counted.n, objective.may)) < _RARE


def _burn(objective: Objective, hours: int, counted: Counted) -> Burn:
    bad, may = rate(counted.bad, counted.n), objective.may
    is_enough = bad.value is not None and counted.n >= LEAST
    return Burn(
        hours=hours,
        n=counted.n,
        bad=counted.bad,
        rate=bad.value / may if is_enough and bad.value is not None else None,
        low=bad.low / may,
        high=bad.high / may,
    )


def days_left(found: Budget, burn: Burn) -> float | None:
    """How long what is left of the budget lasts, at this rate: for a whole budget, the window divided by the rate. None where
    nothing is spent, nothing is left or it is not known."""
    if not burn.rate or found.spent is None or found.spent >= 1:
        return None
    return found.objective.days * (1 - found.spent) / burn.rate


def title(objective: Objective) -> str:
    """`99.5 % of requests answered`, as an objective is named."""
    share = percent(objective.target)
    if objective.seconds is None:
        return f"{share} of requests answered"
    return f"{share} of answers within {objective.seconds:g} s"


def sentence(found: Budget) -> str:
    """What was reached and what is left of the budget."""
    reached, wanted = found.reached, found.objective
    if found.spent is None:
        return f"Too few requests to tell: {reached.n:,} in {wanted.days} days, and {wanted.least:,} are needed."
    what = "failed" if wanted.seconds is None else "took longer"
    head = f"Reached {rate_words(reached)} in {wanted.days} days. "
    told = f"{found.bad:,} {what}, and up to {math.floor(found.allowed):,} may"
    if found.verdict == "missed":
        chance = " It may be chance: the 95 % interval reaches up to the objective."
        return f"{head}{told}: the error budget is overspent.{chance * found.may_be_chance}"
    few = " It is not sure yet: the 95 % interval reaches down to the objective."
    return f"{head}{told}: {found.spent * 100:.0f} % of the error budget is spent.{few * found.may_be_chance}"


def burn_sentence(found: Budget, burn: Burn) -> str:
    """How fast the budget was spent in the last hours."""
    of = "hour" if burn.hours == 1 else f"{burn.hours} hours"
    if burn.rate is None:
        return f"Last {of}: too few requests to tell ({burn.n:,})."
    ends = f"{burn.low:.1f} to {burn.high:.1f}"
    words = f"Last {of}: burn rate {burn.rate:.1f} ({ends}), {burn.bad:,} of {burn.n:,}"
    left = days_left(found, burn) if burn.rate > 1 else None
    if left is None:
        return f"{words}."
    lasts = f"{left:.0f} days" if left >= 2 else f"{left * 24:.0f} hours"
    return f"{words}. What is left lasts {lasts} at this rate."
