"""How an alarm does in simulated lives, beside one that always fires and one that never does: made by
`python -m benchmarks.health_alarms --write`, which draws them by a seed, and kept in simulated.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from health.status import Baseline

FILE = Path(__file__).with_name("simulated.json")
# Of how many labels a baseline is in the simulations.
LABELS = (50, 100, 200, 500)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One alarm: in how many of `times` lives of 90 days without a change it fired, after how many days it notices one in the median,
    and within how many in nine of ten; None where it never does, 0 where it has fired before. `missed` is the share of lives in which
    it has not noticed it after 60 days."""

    name: str
    times: int
    false: int
    median: int | None
    slow: int | None
    missed: float = 0.0

    @property
    def false_words(self) -> str:
        """`64 of 2,000 (3 %)`."""
        share = self.false / self.times * 100
        exact = f"{share:.1f}" if 0 < share < 1 else f"{share:.0f}"
        return f"{self.false:,} of {self.times:,} ({exact} %)"

    @property
    def noticed_words(self) -> str:
        """`after 9 days, in 9 of 10 within 15`."""
        if self.median is None:
            return "never"
        if not self.median:
            return "at once, as it always has"
        if self.missed > 0.1:
            return f"after {self.median} days; in {self.missed * 100:.0f} of 100 not within 60"
        return f"after {self.median} days, in 9 of 10 within {self.slow}"


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """The three, and what was simulated, in a sentence."""

    lines: tuple[Line, Line, Line]
    sentence: str


def simulated(kind: str, baseline: Baseline | None = None) -> Simulated:
    """Of an alarm of a kind of db.health_alarms.ALARM_KINDS; that of wrong answers depends on how many labels its baseline has."""
    facts = _of_kind(kind, baseline)
    times = int(facts["times"])
    known = {name: facts[name] for name in ("times", "false", "median", "slow")}
    own = Line(name="This alarm", **known, missed=facts["missed"] / facts["changed"])
    return Simulated(
        lines=(
            own,
            Line(name="One that always fires", times=times, false=times, median=0, slow=0),
            Line(name="One that never fires", times=times, false=0, median=None, slow=None),
        ),
        sentence=_sentence(kind, facts),
    )


def _of_kind(kind: str, baseline: Baseline | None) -> dict[str, Any]:
    found: Any = _file()[kind]
    if kind != "accuracy":
        return dict(found)
    known = baseline.n if baseline else LABELS[0]
    fewer = [each for each in found if each["labels"] <= known]
    return dict(fewer[-1] if fewer else found[0])


def _sentence(kind: str, facts: dict[str, Any]) -> str:
    per_day, times = facts["per_day"], facts["times"]
    what = {
        "accuracy": f"{per_day} checked answers a day, 90 of 100 right, and then 80 of 100; the baseline is of {facts.get('labels')} checked answers",
        "errors": f"{per_day} requests a day, 1 of 100 fails, and then 3 of 100",
        "inputs": f"{per_day} cases a day with {facts.get('fields')} inputs, and then one of these moves by a standard deviation",
    }[kind]
    return f"{times:,} simulated times 90 days without a change, and as many with one: {what}."


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
