"""What the stored explanations of a model say together: no model is asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import ValidationError

import db.cohorts
from db.cases import GENUINE
from db.cohorts import ExplainedRow, Wanted
from db.engine import Sessions, reading
from explanations import formatting
from explanations.contract import Attribution, Explanation
from explanations.encoder import is_missing
from explanations.target import Target
from mds_client.signature import NUMERIC_KINDS, ModelRef, Signature

METHOD = "shapley"
MOST_CASES = 500


@dataclass(frozen=True, kw_only=True)
class ExplainedCase:
    """One case with its attributions, and the value that each field had."""

    case_id: str
    version: str
    explanation: Explanation
    entered: Mapping[str, object]

    @property
    def number(self) -> str:
        """Which number was explained: amounts of different numbers cannot be put together."""
        target = self.explanation.target
        return target.answer if target.kind in ("probability", "agreement") else ""


@dataclass(frozen=True, kw_only=True)
class FieldEffect:
    """How one field moved the answers of many cases. `heights` are the ranks of its values, 0 to 1, None where
    unknown, for numbers; `choices` its values in words otherwise."""

    field: str
    title: str
    amounts: Sequence[float]
    heights: Sequence[float | None] = ()
    choices: Sequence[str] = ()

    @property
    def mean(self) -> float:
        """How far the field moves the answer on average."""
        return float(np.mean(np.abs(self.amounts))) if self.amounts else 0.0


def explained_cases(sessions: Sessions, model: ModelRef, version: str) -> list[ExplainedCase]:
    """The newest explanation of each case that a version answered, at most 500. Raises StorageError."""
    wanted = Wanted(
        server=model.server,
        model=model.name,
        purposes=GENUINE,
        version=version,
        limit=MOST_CASES,
    )
    with reading(sessions) as session:
        rows = db.cohorts.explained(session, wanted, METHOD)
    first: dict[str, ExplainedCase] = {}
    for row in rows:
        explained = _read(row)
        if explained and row.case_id not in first:
            first[row.case_id] = explained
    return list(first.values())


def numbers(some: Sequence[ExplainedCase]) -> list[str]:
    """The numbers that were explained, the most frequent first."""
    return [number for number, _ in Counter(each.number for each in some).most_common()]


def by_field(some: Sequence[ExplainedCase], signature: Signature) -> list[FieldEffect]:
    """Field by field, the strongest first. All of `some` must be about one number."""
    by_field: dict[str, list[tuple[Attribution, object]]] = {}
    for each in some:
        for attribution in each.explanation.attributions:
            value = each.entered.get(attribution.field)
            by_field.setdefault(attribution.field, []).append((attribution, value))
    effects = [_moved(name, pairs, signature) for name, pairs in by_field.items()]
    return sorted(effects, key=lambda each: -each.mean)


def sentence(target: Target, some: Sequence[FieldEffect], cases: int) -> str:
    """Which fields moved the answers most, in the words of the chart."""
    named = [f"{formatting.inside(each.title)} ({mean_text(target, each)})" for each in some[:3]]
    count = "1 explained case" if cases == 1 else f"{cases:,} explained cases"
    return f"In {count}, what moved the answer most on average was {formatting.listed(named)}."


def mean_text(target: Target, each: FieldEffect) -> str:
    """How far a field moves the answer on average: "12 pp"."""
    return target.amount_text(each.mean).removeprefix("+")


def _read(row: ExplainedRow) -> ExplainedCase | None:
    try:
        explanation = Explanation.from_json(json.dumps(row.result))
    except ValidationError:
        return None
    if explanation.kind != "attribution" or not explanation.attributions:
        return None
    return ExplainedCase(
        case_id=row.case_id, version=row.version, explanation=explanation, entered=row.entered
    )


def _moved(
    name: str, pairs: Sequence[tuple[Attribution, object]], signature: Signature
) -> FieldEffect:
    field = next((one for one in signature.inputs if one.name == name), None)
    values = [value for _, value in pairs]
    amounts = [attribution.amount for attribution, _ in pairs]
    title = field.title if field else pairs[0][0].title
    if field and field.sensitive:
        return FieldEffect(field=name, title=title, amounts=amounts)
    if field is None or field.kind in NUMERIC_KINDS:
        return FieldEffect(field=name, title=title, amounts=amounts, heights=_ranks(values))
    words = [formatting.value(field, value) for value in values]
    return FieldEffect(field=name, title=title, amounts=amounts, choices=words)


def _ranks(values: Sequence[object]) -> list[float | None]:
    """Where each number stands among the others, from 0 (lowest) to 1 (highest)."""
    known = sorted({float(v) for v in values if isinstance(v, int | float) and not is_missing(v)})
    places = {value: place / max(len(known) - 1, 1) for place, value in enumerate(known)}
    return [
        places[float(v)] if isinstance(v, int | float) and not is_missing(v) else None
        for v in values
    ]
