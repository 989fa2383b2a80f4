"""Outputs as parts of an answer: what the name of each says, and what its values look like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mds_client.prediction import JSON_TEXT, Output
from mds_client.prediction.output_names import Meaning, answer_rank, meaning, words_of
from mds_client.prediction.output_parsing import quantile_of
from mds_client.signature import Role

UNKNOWN = 9
_EMPTY = (None, "", "[]", "{}")
_NOT_NUMBERS = ("nan", "null", "inf", "infinity", "nat", "<na>")
# A status in these words is what was decided; in those it says only that the service works.
_DECISIONS = frozenset(["approved", "approve", "accepted", "accept", "rejected", "reject", "declined", "decline", "denied", "deny", "refused", "refuse", "granted", "allowed", "allow", "blocked", "block", "flagged", "review", "refer", "referred", "passed", "qualified", "eligible", "ineligible", "fraud", "fraudulent", "legitimate", "legit", "suspicious", "anomalous", "defective", "healthy", "unhealthy", "genehmigt", "abgelehnt"])  # fmt: skip
_WORKING = frozenset(["ok", "okay", "success", "successful", "succeeded", "done", "completed", "complete", "finished", "processed", "ready", "live", "running", "available", "valid", "cached", "predicted"])  # fmt: skip
_MOST_LETTERS_OF_A_LABEL = 200
_MAY_BE_BOUNDS = ("", "aside", "answer")


@dataclass(frozen=True)
class Part:
    """One output, and what its name says. `rank` is how telling a name for an answer it is, 0 the most."""

    output: Output
    meaning: Meaning
    rank: int

    @property
    def name(self) -> str:
        return self.output.name

    @property
    def first(self) -> object:
        """The first value that is not missing."""
        return next((value for value in self.output.data if value is not None), None)

    @property
    def is_empty(self) -> bool:
        return self.first in _EMPTY or is_nothing(self.first)

    @property
    def is_single(self) -> bool:
        """Whether it holds one plain value in each row."""
        return len(self.output.row(0)) == 1 and not is_json(self.output)

    @property
    def is_worded(self) -> bool:
        return self.is_single and isinstance(self.first, str | bytes)

    @property
    def is_bound(self) -> bool:
        """Whether it is named like a bound or a quantile of a number, and is one."""
        is_number = self.is_single and isinstance(self.first, int | float)
        return is_number and self.meaning in _MAY_BE_BOUNDS and quantile_of(self.name) is not None

    @property
    def may_be_code(self) -> bool:
        """Whether it may be the number of a class, or a share of one."""
        value = self.first
        if isinstance(value, str):
            return value.strip().isdigit()
        if isinstance(value, float):
            return value.is_integer() or 0 <= value <= 1
        return isinstance(value, int)


def part_of(output: Output, *, is_echo: bool) -> Part:
    """The part that an output is by its name; one that only repeats an input is a detail."""
    if is_echo:
        return Part(output, "detail", UNKNOWN)
    if words_of(output.name) == ("status",):
        return _status(Part(output, "detail", UNKNOWN))
    known_meaning = meaning(output.name)
    return Part(
        output, known_meaning, answer_rank(output.name) if known_meaning == "answer" else UNKNOWN
    )


def _status(part: Part) -> Part:
    """A status by its word: what was decided, that the service works, or something that no rule knows."""
    if (
        not isinstance(part.first, str)
        or part.first.strip().casefold() in _WORKING
        or part.first.isdigit()
    ):
        return part
    return (
        replace(part, meaning="answer", rank=2)
        if is_decision(part.first)
        else replace(part, meaning="aside")
    )


def is_decision(text: str) -> bool:
    """Whether the words say what was decided about a case: `rejected`, `approved`."""
    return text.strip().casefold() in _DECISIONS


def is_nothing(value: object) -> bool:
    """Whether a value is null, no number or infinite, also as the text that some servers write for it."""
    if isinstance(value, str):
        return value.strip().lstrip("+-").casefold() in _NOT_NUMBERS
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def place_of(value: object, count: int) -> int | None:
    """The place of a label among so many, if the value is the number of one."""
    if not isinstance(value, int | float) or not 0 <= value < count:
        return None
    return int(value) if value == int(value) else None


def are_numbers(labels: Sequence[object]) -> bool:
    """Whether the labels of classes are numbers themselves, as those that scikit-learn calls `classes_` may be."""
    return bool(labels) and all(str(label).lstrip("-").isdigit() for label in labels)


def by_data(output: Output) -> Role:
    """What an output looks like by its datatype and its values alone."""
    if output.labels:
        return "probabilities"
    if is_json(output):
        return "detail"
    if len(output.row(0)) != 1:
        is_number = output.datatype not in ("BYTES", "BOOL")
        return "probabilities" if is_number and sums_to_one(output) else "detail"
    if output.datatype in ("BYTES", "BOOL"):
        return "text" if output.datatype == "BYTES" else "class"
    return "number" if output.data and output.data[0] is not None else "detail"


def is_label(value: object) -> bool:
    """Whether a text is short enough to name a class."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return len(text) <= _MOST_LETTERS_OF_A_LABEL and "\n" not in text


def is_json(output: Output) -> bool:
    return output.content_type == JSON_TEXT


def are_shares(values: Sequence[object]) -> bool:
    return all(isinstance(v, int | float) and 0 <= v <= 1 for v in values)


def sums_to_one(output: Output) -> bool:
    """Whether the numbers of the first row are two or more parts of one whole."""
    row = output.row(0)
    numbers = [v for v in row if isinstance(v, int | float) and not isinstance(v, bool)]
    is_exact = output.datatype.startswith(("INT", "UINT"))  # several answers, and no shares of one
    is_whole = len(numbers) == len(row) > 1 and are_shares(numbers) and not is_exact
    return is_whole and abs(sum(numbers) - 1) < 1e-3
