"""How sure a model is of the class that it answers: its label, what each class is given, or a score beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mds_client.prediction import Output
from mds_client.prediction.answer_parts import are_numbers, is_decision, is_nothing, place_of
from mds_client.prediction.output_names import (
    is_grade,
    probability_rank,
    whose_probability,
    words_of,
)
from mds_client.prediction.shares import NO, YES, share_of
from mds_client.signature import Role, Signature

_MOST_CLASSES = 1_000_000

ByRole = Mapping[Role, Output]


@dataclass(frozen=True, kw_only=True)
class Certainty:
    """`probabilities` by label, highest first; else `score`, a number under the name that the model gives it."""

    label: str = ""
    probabilities: Mapping[str, float] = field(default_factory=dict)
    score: float | None = None
    score_name: str = ""


def certainty(signature: Signature, by_role: ByRole, row: int) -> Certainty:
    """The class of a row and how sure the model is of it."""
    label = _label(signature, by_role, row)
    if "probabilities" in by_role:
        probabilities = _by_label(signature, by_role, row, label)
        return Certainty(label=label or next(iter(probabilities), ""), probabilities=probabilities)
    for role in ("probability", "score"):
        if role in by_role:
            is_said = by_role[role].name in signature.answer_roles
            is_scale = _is_scale(by_role[role], by_role.get("class"), label)
            return _of_one(by_role[role], row, label, is_said=is_said, is_scale=is_scale)
    return Certainty(label=label)


def labels_of(signature: Signature, name: str) -> tuple[str, ...]:
    """The declared labels of that output; of any output when the name is empty."""
    return next((f.labels for f in signature.outputs if f.labels and name in ("", f.name)), ())


def labels_in_answer(by_role: ByRole, row: int) -> tuple[str, ...]:
    """The labels that the answer itself lists."""
    return tuple(map(str, by_role["labels"].row(row))) if "labels" in by_role else ()


def _label(signature: Signature, by_role: ByRole, row: int) -> str:
    """The class in words: a number is looked up among the labels, where there are any."""
    if "class" not in by_role:
        return ""
    output = by_role["class"]
    value = next(iter(output.row(row)), None)
    if is_nothing(value) and not isinstance(value, str):
        return ""
    declared = labels_of(signature, output.name) or labels_of(signature, "")
    labels = declared or labels_in_answer(by_role, row)
    is_named_itself = not declared and are_numbers(labels)  # 2 of 1, 2 and 3 is the second
    place = None if is_named_itself else place_of(value, len(labels))
    return _in_words(value, output.datatype) if place is None else labels[place]


def _in_words(value: object, datatype: str) -> str:
    """A class that has no label: a truth as JSON writes it, a whole number without its point."""
    if isinstance(value, bool) or (datatype == "BOOL" and value in (0, 1)):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _MOST_CLASSES:
        return str(int(value))
    return str(value)


def _by_label(signature: Signature, by_role: ByRole, row: int, label: str) -> dict[str, float]:
    """The probability of each label, highest first."""
    output = by_role["probabilities"]
    values = output.row(row)
    if not output.labels and any(map(is_nothing, values)):
        return {}
    shares = _shares(output, values)
    known = (
        labels_of(signature, output.name), output.labels, labels_in_answer(by_role, row), labels_of(signature, ""),
    )  # fmt: skip
    fitting = next((names for names in known if len(names) == len(shares)), ())
    if not fitting and not label and labels_in_answer(by_role, row):
        return {}  # there are words for them, and nothing says for which
    names = _spelt_as(label, fitting) or _invented_labels(by_role, row, label, shares)
    pairs = [
        (name, share)
        for name, share, value in zip(names, shares, values, strict=True)
        if not is_nothing(value)
    ]
    return dict(sorted(pairs, key=lambda pair: -pair[1]))


def _spelt_as(label: str, names: Sequence[str]) -> list[str]:
    """The names, the one that means the label spelt as it is: `no churn` of `prob_no_churn` as `No churn`."""
    same = [name for name in names if words_of(name) == words_of(label) != ()]
    return [label if len(same) == 1 and name == same[0] else name for name in names]


def _shares(output: Output, values: Sequence[object]) -> list[float]:
    """The numbers as they are; parts of a hundred as parts of one, what is missing as none."""
    numbers = [
        float(v) if isinstance(v, int | float) and not is_nothing(v) else 0.0 for v in values
    ]
    is_hundred = len(numbers) > 1 and max(numbers) > 1 and abs(sum(numbers) - 100) < 1
    return [number / 100 for number in numbers] if is_hundred else numbers


def _invented_labels(by_role: ByRole, row: int, label: str, shares: Sequence[float]) -> list[str]:
    """Names for probabilities that have none. The label that was answered stands where its code says, else at the
    highest of them; a class that is a number, and not the place of the highest, stands nowhere."""
    names = [f"Class {place}" for place in range(len(shares))]
    if not label or not shares:
        return names
    highest = max(range(len(shares)), key=lambda place: shares[place])
    code, number = _code(by_role, row), _whole_number(label)
    if code in range(len(shares)):
        names[code or 0] = label
    elif number not in range(len(shares)):
        is_clear = shares.count(shares[highest]) == 1
        names[highest] = label if is_clear else names[highest]
    elif number == highest:
        return [label if place == number else str(place) for place in range(len(shares))]
    return names


def _code(by_role: ByRole, row: int) -> int | None:
    """The number of the class, where it stands beside its words."""
    code = next(iter(by_role["code"].row(row)), None) if "code" in by_role else None
    return code if isinstance(code, int) else None


def _whole_number(label: str) -> int | None:
    try:
        number = float(label)
    except (ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() else None


def _is_scale(output: Output, answer: Output | None, label: str) -> bool:
    """Whether the class is a step on the scale of a score, or decided by it: that is no probability of the class."""
    is_step = answer is not None and (is_grade(answer.name) or is_decision(label))
    return is_step and probability_rank(output.name) > 1


def _of_one(output: Output, row: int, label: str, *, is_said: bool, is_scale: bool) -> Certainty:
    """One number: the label's own probability where a person said so, or where it can be no other's."""
    value = next(iter(output.row(row)), None)
    share = share_of(output.name, value)
    is_own = is_said or (not is_scale and _is_of_label(output.name, share or 0.0, label))
    if output.role == "probability" and label and share is not None and is_own:
        return Certainty(label=label, probabilities={label: share})
    score = share if isinstance(value, str) else value
    number = (
        float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None
    )
    return Certainty(label=label, score=number, score_name=output.name)


def _is_of_label(name: str, share: float, label: str) -> bool:
    """Whether a probability is that of the answered label, and not of the case that is looked for.

    `{"prediction": 0, "probability": 0.1}` gives the probability of 1. So does `fraud_probability` of
    `legit`: its name says of what.
    """
    words = set(words_of(label))
    whose = set(whose_probability(name))
    if whose and not whose & words:
        return label.casefold() in YES and share >= 0.5
    is_of_two = bool(words & (NO | YES)) or label.casefold() in NO | YES
    return share >= 0.5 or not is_of_two
