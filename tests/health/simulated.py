"""A model's life drawn by a seed: answers, a lottery, reports that depend on the answer, and labels that come late.

It shares no code with `health/`, so that it can say whether what is computed there holds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

Random = np.random.Generator


@dataclass(frozen=True, kw_only=True)
class Life:
    """How a model does, and how people speak of it.

    `accuracy` is the chance that an answer is right; `audit_share` the chance that a case is drawn; `ratio` how many
    times more often a wrong answer is reported than a right one; `reply` the share of drawn cases that reviewers get to;
    `late` the share of labels that have not come yet.
    """

    accuracy: float
    audit_share: float
    ratio: float = 6.0
    cases: int = 20_000
    reported: float = 0.03
    reply: float = 0.8
    late: float = 0.05


Cell = tuple[bool, bool, bool | None]


def drawn(life: Life, random: Random) -> dict[Cell, int]:
    """Cases by (drawn for audit, spoken of unasked, judged right or wrong or not at all)."""
    n = life.cases
    right = random.random(n) < life.accuracy
    is_drawn = random.random(n) < life.audit_share
    chance = np.where(right, life.reported, min(1.0, life.reported * life.ratio))
    spoken = random.random(n) < chance
    judged = spoken | (is_drawn & (random.random(n) < life.reply))
    judged &= random.random(n) >= life.late
    code = is_drawn * 6 + (spoken & judged) * 3 + np.where(judged, np.where(right, 1, 0), 2)
    verdicts = {0: False, 1: True, 2: None}
    counts = np.bincount(code, minlength=12)
    return {
        (place >= 6, place % 6 >= 3, verdicts[place % 3]): int(count)
        for place, count in enumerate(counts)
        if count
    }


Lives = dict[tuple[str, bool], Life]
# Versions and rows of files, (version, is a row of a file), that do differently well and are looked at differently often.
MIXES: dict[str, Lives] = {
    "a worse version that few look at": {
        ("1", False): Life(accuracy=0.97, audit_share=0.1, cases=1_200),
        ("2", False): Life(accuracy=0.8, audit_share=0.1, cases=6_000, reply=0.2),
    },
    "a worse version that many look at": {
        ("1", False): Life(accuracy=0.97, audit_share=0.1, cases=6_000, reply=0.3),
        ("2", False): Life(accuracy=0.7, audit_share=0.1, cases=1_200),
    },
    "a file of a version that nobody has checked": {
        ("1", False): Life(accuracy=0.97, audit_share=0.1, cases=1_200),
        ("1", True): Life(accuracy=0.9, audit_share=0.1, cases=2_000, reply=0.3, reported=0.0),
        ("2", True): Life(accuracy=0.7, audit_share=0.1, cases=6_000, reply=0.0, reported=0.0),
    },
    "ten versions with ten accuracies": {
        (str(n), False): Life(
            accuracy=0.6 + 0.04 * n, audit_share=0.1, cases=200, reply=0.2 + 0.08 * n
        )
        for n in range(10)
    },
    "small versions beside a large one": {
        ("1", False): Life(accuracy=0.95, audit_share=0.1, cases=4_000, reply=0.6),
        ("2", False): Life(accuracy=0.7, audit_share=0.1, cases=60),
        ("3", False): Life(accuracy=0.9, audit_share=0.1, cases=50),
        ("3", True): Life(accuracy=0.9, audit_share=0.02, cases=300, reply=0.5, reported=0.0),
    },
    "a large version of which one or two are checked": {
        ("1", False): Life(accuracy=0.97, audit_share=0.1, cases=1_200),
        ("2", False): Life(accuracy=0.8, audit_share=0.05, cases=6_000, reply=0.02),
    },
}


def labels_by_day(accuracies: list[float], per_day: int, random: Random) -> list[tuple[int, int]]:
    """(right, wrong) of each day, as many labels a day."""
    rights = random.binomial(per_day, accuracies)
    return [(int(right), per_day - int(right)) for right in rights]


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Two versions, half of the checks each; from a day on the share `then` of them is of the worse one, and both of them are right
    less often by `fall`."""

    name: str
    better: float = 0.95
    worse: float = 0.85
    then: float = 0.5
    fall: float = 0.0


def mixed_labels(
    shift: Shift, at: int, days: int, per_day: int, random: Random
) -> list[dict[str, tuple[int, int]]]:
    """(right, wrong) of each day by version, as many labels a day."""
    found = []
    for day in range(days):
        then, fall = (shift.then, shift.fall) if day >= at else (0.5, 0.0)
        of_worse = int(random.binomial(per_day, then))
        counts = {"better": per_day - of_worse, "worse": of_worse}
        rights = {v: int(random.binomial(n, getattr(shift, v) - fall)) for v, n in counts.items()}
        found.append({v: (rights[v], n - rights[v]) for v, n in counts.items() if n})
    return found


def counted(cells: dict[Cell, int]) -> Counter[bool | None]:
    """How many were judged right and wrong, whoever judged them."""
    counts: Counter[bool | None] = Counter()
    for (_drawn, _spoken, verdict), count in cells.items():
        counts[verdict] += count
    return counts


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Answers of a model: how far each was from what is right, the chance with which it was drawn, and whether it was drawn and
    judged. `is_spoken`: somebody spoke of it unasked, which they do of wrong answers above all."""

    scores: np.ndarray
    chances: np.ndarray
    is_judged: np.ndarray
    is_spoken: np.ndarray


REPLY = 0.7


def class_answers(count: int, random: Random) -> Answers:
    """Four classes; one case in five is hard: the model is too sure of it, and it is seldom drawn."""
    is_hard = random.random(count) < 0.2
    logits = random.normal(scale=3.0, size=(count, 4))
    true_logits = np.where(is_hard[:, None], 0.3, 1.0) * logits
    said, true = (_shares(each) for each in (logits, true_logits))
    truth = (random.random(count)[:, None] > true.cumsum(axis=1)).sum(axis=1).clip(max=3)
    right = said[np.arange(count), truth]
    return _judged(1.0 - right, truth == said.argmax(axis=1), is_hard, random)


def number_answers(count: int, random: Random) -> Answers:
    """Numbers whose errors are five times as large in the hard cases, with a long tail."""
    is_hard = random.random(count) < 0.2
    errors = np.abs(random.standard_t(4, count)) * np.where(is_hard, 5.0, 1.0)
    return _judged(errors, errors < 2.0, is_hard, random)


def _judged(
    scores: np.ndarray, is_right: np.ndarray, is_hard: np.ndarray, random: Random
) -> Answers:
    count = len(scores)
    chances = np.where(is_hard, 0.03, 0.3)
    is_drawn = random.random(count) < chances
    is_spoken = random.random(count) < np.where(is_right, 0.02, 0.12)
    heard = is_spoken | (random.random(count) < REPLY)
    return Answers(scores=scores, chances=chances, is_judged=is_drawn & heard, is_spoken=is_spoken)


def _shares(logits: np.ndarray) -> np.ndarray:
    high = np.exp(logits - logits.max(axis=1, keepdims=True))
    return high / high.sum(axis=1, keepdims=True)
