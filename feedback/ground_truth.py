"""The right answer as a person gives it, read in the kind of the model's answer."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

from db.cases import CaseView
from db.tables import SHORT
from db.types import clip
from feedback import regions
from feedback.lengths import too_long
from feedback.regions import EVERYWHERE, Within
from mds_client.errors import Problem

FIELD = "truth"
# Characters of a class that is none which a sentence repeats, and how alike one that is meant is to it, from 0 to 1.
_MOST_NAMED = 80
_AS_ALIKE = 0.8
# With fewer classes than this in its answer, a case holds all that its model knows.
_ALL_CLASSES = 20


@dataclass(frozen=True, kw_only=True)
class Truth:
    """A right answer: a label, a number or a text, which boxes and segments are too; or nothing when it is not known."""

    label: str | None = None
    number: float | None = None
    text: str | None = None

    @property
    def is_known(self) -> bool:
        return self != UNKNOWN


UNKNOWN = Truth()


def answered(case: CaseView) -> Truth:
    """The model's own answer, as the truth that a person confirms."""
    if case.answer_label is not None:
        return Truth(label=case.answer_label)
    if case.answer_number is not None:
        return Truth(number=case.answer_number)
    if (found := regions.of_answer(case.answer or {})) is not None:
        return Truth(text=regions.text_of(found))
    text = (case.answer or {}).get("text")
    return Truth(text=str(text)) if text else UNKNOWN


def classes_of(case: CaseView) -> list[str]:
    """The classes of the model, where the case knows all of them; else none, and any is taken."""
    shares = (case.answer or {}).get("probabilities")
    found = sorted(shares) if isinstance(shares, dict) else []
    return found if 1 < len(found) < _ALL_CLASSES else []


def is_near(case: CaseView, truth: Truth, near: float | None) -> bool:
    """Whether the number that a case answers is within `near` of the truth, as a share of it."""
    answer = answered(case).number
    if near is None or answer is None or truth.number is None:
        return False
    return abs(answer - truth.number) <= near * abs(truth.number)


def is_right(case: CaseView, truth: Truth, near: float | None) -> bool:
    """Whether a case answers this truth: the same, a number within `near`, or boxes and segments that mark the same."""
    answer = answered(case)
    return (
        answer == truth or is_near(case, truth, near) or regions.are_alike(answer.text, truth.text)
    )


def read(
    case: CaseView,
    given: object,
    labels: Sequence[str] = (),
    within: Within = EVERYWHERE,
) -> Truth | Problem:
    """The truth in the kind of the case's answer, or what is wrong with it. Boxes and segments lie `within` what was
    asked about."""
    kind = (case.answer or {}).get("kind")
    if isinstance(kind, str) and kind in regions.KINDS and not _is_empty(given):
        return _regions(case, kind, given, labels, within)
    return read_as(kind, given, labels)


def read_as(kind: object, given: object, labels: Sequence[str] = ()) -> Truth | Problem:
    """A right answer of this kind: a class, a number, or the text of any other; or what is wrong with it."""
    if _is_empty(given):
        return UNKNOWN
    match kind:
        case "class":
            return _label(given, labels)
        case "number":
            return _number(given)
    text = str(given).strip()
    return too_long(FIELD, "A right answer", text) or Truth(text=text)


def _is_empty(given: object) -> bool:
    return given is None or (isinstance(given, str) and not given.strip())


def _label(given: object, labels: Sequence[str]) -> Truth | Problem:
    if not isinstance(given, str):
        return _problem(f"The right answer must be one of the model's classes, not {given!r}.")
    label = given.strip()
    if labels and label not in labels:
        return _problem(no_class(label, labels))
    return too_long(FIELD, "A class", label, SHORT) or Truth(label=clip(label, SHORT))


def no_class(label: str, labels: Sequence[str]) -> str:
    """That the model has no such class, in a sentence: which there are, and which is meant where spelling alone differs."""
    named = clip(label, _MOST_NAMED)
    by_plain = {each.casefold(): each for each in labels}
    meant = difflib.get_close_matches(named.casefold(), list(by_plain), n=1, cutoff=_AS_ALIKE)
    hint = f" Did you mean {by_plain[meant[0]]!r}?" if meant else ""
    return f"{named!r} is not one of the model's classes: {_listed(labels)}.{hint}"


def as_class(given: object) -> object:
    """A cell of a table as the class that it names: 1 and 1.0 are one. What is empty stays so."""
    if given is None or isinstance(given, str):
        return given
    is_whole = isinstance(given, float) and given.is_integer()
    return str(int(given) if is_whole else given)  # type: ignore[call-overload]


def _number(given: object) -> Truth | Problem:
    number = as_number(given)
    return _problem(number) if isinstance(number, str) else Truth(number=number)


def as_number(given: object) -> float | str:
    """A finite number, or a sentence on why it is none."""
    number = _parsed(given)
    if number is None:
        return f"{clip(str(given), SHORT)!r} is not a number. Write it like 1234.5."
    return number if math.isfinite(number) else "It must be a finite number."


def _regions(
    case: CaseView, kind: str, given: object, labels: Sequence[str], within: Within
) -> Truth | Problem:
    """A list of boxes or segments; what is none stays a text. A label that the model answered is one that it knows."""
    answered_labels = [region.label for region in regions.of_answer(case.answer or {}) or ()]
    known = [*labels, *answered_labels] if labels else ()
    try:
        found = regions.read(kind, given, known, within)
    except regions.Unfit as error:
        return _problem(str(error))
    return Truth(text=str(given).strip() if found is None else regions.text_of(found))


def _parsed(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, str | Real):
        return None
    try:
        return float(given)
    except (ValueError, OverflowError):
        return None


def _listed(labels: Sequence[str], most: int = 10) -> str:
    return ", ".join(labels[:most]) + (", …" if len(labels) > most else "")


def _problem(sentence: str) -> Problem:
    return Problem(field=FIELD, sentence=sentence)
