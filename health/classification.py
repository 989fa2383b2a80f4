"""What a classifier confuses: counts of truth against answer, and precision, recall and F1 of each class.

The weights make judged cases stand for all; precision is asked of the answers of a class, recall of the cases that truly are
of it, each a share with its interval. F1 = 2 TP / (2 TP + FP + FN) is 2 J / (1 + J) of the Jaccard index
J = TP / (TP + FP + FN), itself a share: its interval is that of J, mapped by this rising function.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from health.weighted import Share, share

OTHERS = "others"
OF_WHAT = (
    "Each n is of other cases: precision of the answers of a class, wrong ones in no cell among them; recall of the cases that truly are of "
    "it; F1 of both together."
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One judged case: what was answered, what is true (None: wrong, and nobody said what is right), for how many it stands."""

    answer: str
    truth: str | None
    weight: float = 1.0

    @property
    def is_right(self) -> bool:
        return self.truth == self.answer


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """Counts of cases by truth (rows) and answer (columns), in the order of `labels`. `unknown` are wrong answers of which
    nobody said what is right; they are in no cell."""

    labels: tuple[str, ...]
    counts: NDArray[np.int64]
    unknown: int


@dataclass(frozen=True, kw_only=True)
class ClassFigures:
    """What is known of one class; `n` in each share says of how many cases."""

    label: str
    precision: Share
    recall: Share
    f1: Share


def confusion(verdicts: Sequence[Verdict], most: int = 12) -> Confusion:
    """The table of judged cases. Of more than `most` classes the rarer ones are one, `others`."""
    known = [(v.truth, v.answer) for v in verdicts if v.truth is not None]
    shown = _shown(verdicts, most)
    labels = tuple(sorted(shown)) + ((OTHERS,) if _are_more(verdicts, shown) else ())
    place = {label: number for number, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for truth, answer in known:
        counts[place.get(truth, len(labels) - 1), place.get(answer, len(labels) - 1)] += 1
    return Confusion(labels=labels, counts=counts, unknown=len(verdicts) - len(known))


def unknown_words(count: int) -> str:
    """`1 wrong answer is in no cell: nobody said what is right.`; empty for none."""
    if not count:
        return ""
    are = "wrong answer is" if count == 1 else "wrong answers are"
    return f"{count:,} {are} in no cell: nobody said what is right."


def by_class(verdicts: Sequence[Verdict], most: int = 12) -> list[ClassFigures]:
    """Precision, recall and F1 of each class, the most frequent `most` of them, in alphabetical order."""
    return [_figures(label, verdicts) for label in sorted(_shown(verdicts, most))]


def known_of(
    classes: Sequence[ClassFigures], answer: str | None, truth: str | None
) -> list[ClassFigures]:
    """What is known of them where only cases with one answer, or one truth, are looked at: cases of other answers are missing in the
    recall then, those of other truths in the precision, and either in F1."""
    found = list(classes)
    if answer is not None:
        found = [replace(each, recall=share([]), f1=share([])) for each in found]
    if truth is not None:
        found = [replace(each, precision=share([]), f1=share([])) for each in found]
    return found


def _figures(label: str, verdicts: Sequence[Verdict]) -> ClassFigures:
    answered = [v for v in verdicts if v.answer == label]
    truly = [v for v in verdicts if v.truth == label]
    either = [v for v in verdicts if label in (v.answer, v.truth)]
    jaccard = _right(either)
    return ClassFigures(
        label=label,
        precision=_right(answered),
        recall=_right(truly),
        f1=replace(
            jaccard,
            value=None if jaccard.value is None else _f1(jaccard.value),
            low=_f1(jaccard.low),
            high=_f1(jaccard.high),
        ),
    )


def _right(verdicts: Sequence[Verdict]) -> Share:
    return share([v.is_right for v in verdicts], [v.weight for v in verdicts])


def _f1(jaccard: float) -> float:
    return 2 * jaccard / (1 + jaccard)


def _shown(verdicts: Sequence[Verdict], most: int) -> set[str]:
    counts = Counter(label for v in verdicts for label in (v.answer, v.truth) if label is not None)
    return {label for label, _ in counts.most_common(most)}


def _are_more(verdicts: Sequence[Verdict], shown: set[str]) -> bool:
    return any({v.answer, v.truth} - {None} - shown for v in verdicts)
