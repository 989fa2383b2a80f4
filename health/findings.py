"""What is found of a model, and the word for it: values alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from health.alarms.e_process import Alarm
from health.baselines import Baseline
from health.estimates import Rate

Word = Literal["Healthy", "Watch", "Act", "Not enough evidence"]
WORDS: tuple[Word, ...] = ("Act", "Watch", "Not enough evidence", "Healthy")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is found: what kind, since when, and whether it goes on. `sentence` is for a person; `checked` is, of answers that are
    right less often, (right, wrong) of each version since then."""

    kind: Literal["accuracy", "errors", "inputs", "quiet", "unchecked"]
    sentence: str
    since: date | None = None
    is_over: bool = False
    checked: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Status:
    """The word, a sentence that says what is known, and the next thing to do. `checks` are how many more drawn cases must
    be checked for plus or minus five points, and `to_check` how many are drawn and wait for it, 0 where the next thing is another."""

    word: Word
    sentence: str
    action: str
    findings: tuple[Finding, ...]
    checks: int
    baseline: Baseline | None
    failed: Rate
    alarm: Alarm | None = None
    to_check: int = 0
