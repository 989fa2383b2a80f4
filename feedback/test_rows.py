"""Which rows of a file can be tested: those that fit the model, with a right answer that it can give."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from feedback.ground_truth import as_class, as_number, no_class
from feedback.test_runs import TestRow, as_left_out
from mds_client.signature import Signature

_NUMBER = re.compile(r"[0-9]+$")
Why = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """The rows that can be tested, how many others the file has, and of the first of those where they stand and why."""

    rows: list[TestRow]
    left_out: int
    why: tuple[Why, ...]

    @property
    def words(self) -> str:
        """What is left out, in a sentence; empty where nothing is."""
        return as_left_out(self.left_out, self.why)


def sort_rows(
    rows: Sequence[TestRow],
    signatures: Sequence[Signature],
    *,
    unread: int = 0,
    unread_why: Sequence[Why] = (),
) -> Sorted:
    """The rows that the versions with these `signatures` can be tested on.

    The others have a value that cannot be sent, no right answer, or one that is no class of any version, or no number
    where all answer numbers. `unread` rows of the file were left out before, the first of them for these reasons.
    """
    classes, is_number = classes_of(signatures), _are_numbers(signatures)
    good: list[TestRow] = []
    why = list(unread_why)
    for row in rows:
        problem = _problem(row, signatures, classes, is_number)
        if problem:
            why.append((row.place, problem))
        else:
            good.append(row)
    why.sort(key=lambda each: _number(each[0]))
    return Sorted(rows=good, left_out=unread + len(rows) - len(good), why=tuple(why))


def classes_of(signatures: Sequence[Signature]) -> tuple[str, ...]:
    """The classes that any of the versions can answer; none where one of them does not say which it can."""
    each = [_classes(signature) for signature in signatures]
    return tuple(sorted(set().union(*each))) if all(each) else ()


def _classes(signature: Signature) -> Sequence[str]:
    outputs = (signature.output(role) for role in ("class", "probabilities"))
    return next((field.labels for field in outputs if field and field.labels), ())


def _are_numbers(signatures: Sequence[Signature]) -> bool:
    return all(s.output("number") is not None and s.output("class") is None for s in signatures)


def _problem(
    row: TestRow, signatures: Sequence[Signature], classes: Sequence[str], is_number: bool
) -> str:
    """Why a row cannot be tested; empty where it can."""
    truth = as_class(row.truth)
    if truth is None or not str(truth).strip():
        return "It has no right answer."
    for signature in signatures:
        known = {f.name: row.values[f.name] for f in signature.inputs if f.name in row.values}
        if problems := signature.check(known):
            return problems[0].sentence
    if classes and (label := str(truth).strip()) not in classes:
        return no_class(label, classes)
    number = as_number(row.truth) if is_number and not classes else 0.0
    return number if isinstance(number, str) else ""


def _number(place: str) -> float:
    found = _NUMBER.search(place)
    return int(found[0]) if found else math.inf
