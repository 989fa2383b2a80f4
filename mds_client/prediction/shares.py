"""Numbers that are probabilities, in whichever form JSON has them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mds_client.prediction.output_names import (
    answer_rank,
    is_attribution,
    is_envelope,
    is_event,
    is_measured,
    is_percentage,
    label_in,
    meaning,
    words_of,
)
from mds_client.prediction.output_parsing import quantile_of

_ROUNDED = 1e-3
_SURELY_PERCENT = 10
_PERCENT_TEXT = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,12})?)\s?%\s*")
_NUMBER_TEXT = re.compile(r"\s*[01]?[.,]\d{1,18}(?:[eE]-?\d{1,3})?\s*|\s*[01]\s*")
# Names that labels of a class do not have.
_NOT_LABELS = ("answer", "code", "probability", "labels", "detail")
_MOST_LABELS = 5_000
_NEARLY_CERTAIN = 0.9
_NOT = {"not", "no", "non"}
_BETWEEN_ENDS = {"medium", "mid", "middle", "moderate", "normal"}
_GRADES = _BETWEEN_ENDS | {"low", "high", "very", "none", "severe", "critical", "extreme"}
NO = frozenset(
    ("no", "n", "false", "f", "0", "0.0", "negative", "neg", "none", "normal", "absent", "not")
)
YES = frozenset(("yes", "y", "true", "t", "1", "1.0", "positive", "pos", "present"))


class Shares(dict[str, float]):
    """Probabilities by label, told apart from any other mapping.

    `beside` is what else was said of each label, as its number in the training: by its name, then by label.
    """

    beside: Mapping[str, Mapping[str, object]] = MappingProxyType({})


def share_of(name: str, value: object) -> float | None:
    """A probability under this name, from 0 to 1; None for what is none.

    Percent are read as such where a sign or the name says so, or where a probability is above ten.
    """
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value) if abs(value) <= 100 else math.inf
    if is_percentage(name) and 0 < number <= 1:
        return None  # a part of one or of a hundred: it does not say
    is_percent = is_percentage(name) or (number > _SURELY_PERCENT and "score" not in name.lower())
    number = round(number / 100, 12) if is_percent else number
    return number if 0 <= number <= 1 else None


def shares_by_label(name: str, value: object) -> Shares | None:
    """The probabilities of a mapping of labels; None for any other mapping.

    Under the name of a probability one label is enough, and the whole may be more than one. Under the name of an
    answer, and of nothing, two or more must sum to one, and none may be called like another part of an answer. Two
    parts of one whole that nothing names are classes only where their labels or a large part say so. Under any other
    name they are shares of something else.
    """
    if not isinstance(value, Mapping) or not 0 < len(value) <= _MOST_LABELS:
        return None
    shares = _shares(value) if may_hold_shares(name) else None
    if shares is None:
        return None
    if meaning(name) == "probability":
        return shares if len(shares) > 1 or not _is_no_label(next(iter(shares))) else None
    is_told = _is_whole(shares) and (_is_named_answer(name) or _are_classes(shares))
    return shares if is_told and _are_labels(shares) else None


def may_hold_shares(name: str) -> bool:
    """Whether probabilities by label may stand under such a name, or under none."""
    is_named = meaning(name) in ("probability", "answer", "labels") or is_event(name)
    return not name or ((is_named or is_envelope(name)) and not is_attribution(name))


def _is_whole(shares: Shares) -> bool:
    return len(shares) > 1 and abs(sum(shares.values()) - 1) < _ROUNDED


def _is_named_answer(name: str) -> bool:
    return bool(name) and not (is_envelope(name) and answer_rank(name) > 1)


def _are_labels(shares: Shares) -> bool:
    return _are_grades(shares) or not any(map(_is_no_label, shares))


def _are_grades(shares: Shares) -> bool:
    """Whether all labels are steps of a scale, with one between the ends: `low`, `medium`, `high` are no bounds."""
    words = {word for label in shares for word in words_of(label)}
    return bool(words & _BETWEEN_ENDS) and words <= _GRADES


def _are_classes(shares: Shares) -> bool:
    """Whether these are surely classes: three or more, one nearly certain, or words for the two sides of a question."""
    labels = {label.strip().casefold() for label in shares}
    is_question = labels <= NO | YES or any(
        set(words_of(one)) - set(words_of(other)) <= _NOT != set()
        and set(words_of(other)) < set(words_of(one))
        for one in labels
        for other in labels
    )
    return len(shares) > 2 or max(shares.values()) >= _NEARLY_CERTAIN or is_question


def shares_by_names(members: Mapping[str, object]) -> Shares | None:
    """One probability a class, each a member named after it: `prob_yes` and `prob_no`; they sum to one."""
    if len(members) < 2 or any(meaning(name) != "probability" for name in members):
        return None
    labels = [label_in(name) for name in members]
    shares = [share_of(name, value) for name, value in members.items()]
    known = [share for share in shares if share is not None]
    if len(set(labels)) < len(labels) or "" in labels or len(known) < len(shares):
        return None
    is_whole = abs(sum(known) - 1) < _ROUNDED * len(known)
    return Shares(zip(labels, known, strict=True)) if is_whole else None


def shares_by_number(members: Mapping[str, object]) -> Shares | None:
    """One probability a class, each a member with its number from 0 on: `p0` and `p1`; they sum to one."""
    numbers = {int(name.lower().removeprefix("p").removeprefix("_")): name for name in members}
    if len(numbers) < 2 or sorted(numbers) != list(range(len(members))):
        return None
    shares = _shares(members)
    if shares is None or not _is_whole(shares):
        return None
    return Shares({str(number): shares[numbers[number]] for number in sorted(numbers)})


def alone(name: str, value: object) -> bool:
    """Whether it may be one label with its probability, and no number by its name: `{"setosa": 0.98}`."""
    is_share = isinstance(value, float) and 0 < value <= 1
    is_open = meaning(name) == "" and quantile_of(name) is None
    return is_share and is_open and not is_measured(name)


def _shares(value: Mapping[Any, object]) -> Shares | None:
    """All members as shares: as they are, all written in percent, or all parts of a hundred."""
    kinds = {type(member) for member in value.values()}
    if kinds == {str}:
        known = [share for v in value.values() if (share := _of_text(str(v))) is not None]
        return _labelled(value, known) if len(known) == len(value) else None
    numbers = [v for v in value.values() if isinstance(v, int | float)]
    if not kinds <= {int, float}:
        return None
    return _of_numbers(value, [float(v) if abs(v) <= 100 else math.inf for v in numbers])


def _of_numbers(value: Mapping[object, object], numbers: Sequence[float]) -> Shares | None:
    if not all(0 <= number <= 100 for number in numbers):
        return None
    if max(numbers) <= 1:
        return _labelled(value, numbers)
    is_hundred = len(numbers) > 1 and abs(sum(numbers) - 100) < 1
    return _labelled(value, [round(number / 100, 12) for number in numbers]) if is_hundred else None


def _labelled(value: Mapping[object, object], shares: Sequence[float]) -> Shares:
    return Shares({str(label): float(share) for label, share in zip(value, shares, strict=True)})


def _is_no_label(name: str) -> bool:
    return meaning(name) in _NOT_LABELS or quantile_of(name) is not None


def _of_text(text: str) -> float | None:
    if percent := _PERCENT_TEXT.fullmatch(text):
        number = round(float(percent[1].replace(",", ".")) / 100, 12)
        return number if number <= 1 else None
    if _NUMBER_TEXT.fullmatch(text):
        number = float(text.strip().replace(",", "."))
        return number if 0 <= number <= 1 else None
    return None
