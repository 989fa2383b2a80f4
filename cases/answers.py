"""A model's answer as plain data, and back: a reopened case is drawn like a fresh one."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import cast

from cases.entries import entered
from db.cases import CaseView
from mds_client.prediction import Answer

MAX_PROBABILITIES = 20
MAX_SEGMENTS = 2_000
MAX_TEXT = 100_000
MAX_DETAIL_BYTES = 64 * 1024


def as_facts(answer: Answer) -> dict[str, object]:
    """The answer as plain data, bounded."""
    return {
        "kind": answer.kind,
        "label": answer.label,
        "number": answer.number,
        "unit": answer.unit,
        "text": answer.text[:MAX_TEXT],
        "segments": [list(segment) for segment in answer.segments[:MAX_SEGMENTS]],
        "probabilities": _likeliest(answer),
        "score": answer.score,
        "details": _small_enough(entered(answer.details)),
    }


def answer_of(case: CaseView) -> Answer | None:
    """The answer that a case holds; None when the model gave none."""
    facts = case.answer
    if facts is None:
        return None
    segments = cast(Sequence[Sequence[float]], facts.get("segments") or ())
    return Answer(
        kind=str(facts["kind"]),
        label=str(facts.get("label") or ""),
        number=cast(float | None, facts.get("number")),
        unit=str(facts.get("unit") or ""),
        text=str(facts.get("text") or ""),
        segments=tuple((start, end) for start, end in segments),
        probabilities=cast(Mapping[str, float], facts.get("probabilities") or {}),
        score=cast(float | None, facts.get("score")),
        details=cast(Mapping[str, object], facts.get("details") or {}),
    )


def label_of(answer: Answer) -> str | None:
    """The class that was answered, to count by."""
    return answer.label if answer.kind == "class" else None


def number_of(answer: Answer) -> float | None:
    """The number that was answered, to average over."""
    if answer.kind != "number" or answer.number is None or not math.isfinite(answer.number):
        return None
    return float(answer.number)


def _likeliest(answer: Answer) -> dict[str, float]:
    """The first probabilities, and that of the label wherever it stands."""
    first = dict(list(answer.probabilities.items())[:MAX_PROBABILITIES])
    own = {answer.label: answer.probability} if answer.probability is not None else {}
    return {name: float(value) for name, value in {**first, **own}.items() if value is not None}


def _small_enough(details: dict[str, object]) -> dict[str, object]:
    return details if len(json.dumps(details)) <= MAX_DETAIL_BYTES else {}
