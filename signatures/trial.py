"""What an edited signature would do to requests that people really made: the last cases, asked again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import db.cases
from db.cases import CaseView
from db.engine import Sessions, reading
from db.errors import StorageError
from mds_client.errors import MdsError
from mds_client.prediction import Answer, Prediction
from mds_client.sensitive_values import SensitiveValues, withheld
from mds_client.signature import Field, File, ModelRef, Signature, Values
from signatures.errors import OverlayNotRecorded

MOST_CASES = 20
MOST_SECONDS = 60.0
_FILE = {"file", "media_type", "size", "sha256"}
_OMITTED = {"omitted", "size", "sha256"}


class AskedModel(Protocol):
    """What is needed of a model."""

    def predict(self, values: Values) -> Prediction:
        """The answer to one row. Raises MdsError."""
        ...


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One case, asked again. `outcome` is a sentence; `is_well` where nothing stands in the way."""

    case: CaseView
    outcome: str
    is_well: bool


def last_cases(sessions: Sessions, ref: ModelRef, *, limit: int = MOST_CASES) -> list[CaseView]:
    """The newest cases of a model, whatever its version. Raises OverlayNotRecorded."""
    try:
        with reading(sessions) as session:
            return db.cases.recent(session, server=ref.server, model=ref.name, limit=limit)
    except StorageError as error:
        raise OverlayNotRecorded(str(error)) from error


def tried(
    cases: list[CaseView],
    signature: Signature,
    model: AskedModel,
    *,
    seconds: float = MOST_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    kept: Callable[[object], object] = lambda _entered: None,
) -> list[Trial]:
    """Each case's values through the signature's check, then to the model, one after the other; none of it
    becomes a case.

    After so many seconds the rest is only checked. `kept` finds a file that a case only names.
    """
    until = clock() + seconds
    return [_trial(case, signature, model if clock() < until else None, kept) for case in cases]


def _trial(
    case: CaseView,
    signature: Signature,
    model: AskedModel | None,
    kept: Callable[[object], object],
) -> Trial:
    values, lost = _values(case, signature, kept)
    trial = Trial(case=case, outcome="", is_well=True)
    if lost:
        return replace(trial, outcome=f"Cannot be sent again: {lost} was not stored.")
    hidden = SensitiveValues.of(signature, [values], all_sensitive=True)
    hidden.hold()
    problems = signature.check(values)
    if problems:
        sentence = hidden.text(" ".join(problem.sentence for problem in problems[:3]))
        return replace(trial, outcome=f"Can no longer be sent: {sentence}", is_well=False)
    if model is None:
        return replace(trial, outcome="Can be sent. Not asked: the time limit was reached.")
    try:
        answer = model.predict(values).answer
    except MdsError as error:
        hidden.error(error)
        sentence = f"Can be sent, but the model gave no answer: {error.sentence}"
        return replace(trial, outcome=sentence, is_well=False)
    return replace(trial, outcome=f"OK: {_compared(case, answer)}")


def _values(
    case: CaseView, signature: Signature, kept: Callable[[object], object]
) -> tuple[Values, str]:
    """What was entered, and the name of what is not kept of it."""
    fields = {field.name: field for field in signature.inputs}
    values: dict[str, object] = {}
    for name, entered in case.inputs.items():
        field = fields.get(name)
        if withheld(entered):
            return {}, field.title if field else name
        values[name] = _restored(entered, field, kept)
        if values[name] is None and isinstance(entered, Mapping):
            return {}, field.title if field else name
    return values, ""


def _restored(entered: object, field: Field | None, kept: Callable[[object], object]) -> object:
    """A file comes back where it is one of the examples, or was kept."""
    if not isinstance(entered, Mapping) or set(entered) not in (_FILE, _OMITTED):
        return entered
    files = [e for e in (field.examples if field else ()) if isinstance(e, File)]
    example = next((file for file in files if file.sha256 == entered["sha256"]), None)
    return example or kept(entered)


def _compared(case: CaseView, answer: Answer) -> str:
    now = answer.headline[:200] or "an answer without a headline"
    before = _before(case)
    if before is None:
        return f"{now}."
    is_same = _is_same(before, answer)
    was = f"{before:g}" if isinstance(before, float) else str(before)[:200]
    return f"still {now}." if is_same else f"now {now}, before {was}."


def _is_same(before: str | float, answer: Answer) -> bool:
    if isinstance(before, str):
        return before in (answer.label, answer.text)
    return answer.number is not None and math.isclose(before, answer.number, rel_tol=1e-6)


def _before(case: CaseView) -> str | float | None:
    """The answer of then, as far as it can be compared."""
    if case.answer_label is not None or case.answer_number is not None:
        return case.answer_label if case.answer_label is not None else case.answer_number
    text = (case.answer or {}).get("text")
    return text if isinstance(text, str) and text else None
