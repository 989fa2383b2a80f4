"""Past cases of the same model that are most like a case, with what people said of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import db.cases
import db.feedback
from db.cases import CaseView
from db.engine import Sessions, reading
from db.feedback import FeedbackView
from mds_client.signature import Field, Signature

# The newest cases are looked through; older ones are likely of another version or time.
MOST_LOOKED_AT = 2000
MOST_FOUND = 5
Spreads = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Similar:
    """A past case: how far it is (0 the same, 1 different in everything), the fields that differ, the most
    different first, and what people say of it now."""

    case: CaseView
    distance: float
    differing: tuple[str, ...]
    feedback: tuple[FeedbackView, ...]


def similar(
    sessions: Sessions, case: CaseView, signature: Signature, *, most: int = MOST_FOUND
) -> list[Similar]:
    """The answered cases of this model nearest to a case, whatever their version.

    The distance is Gower's (1971, "A General Coefficient of Similarity"): the mean over the fields of the
    difference of numbers, as a share of their spread among the cases, and of 0 or 1 for all else.
    """
    with reading(sessions) as session:
        past = db.cases.recent(
            session, server=case.server, model=case.model, outcome="answered", limit=MOST_LOOKED_AT
        )
    others = [other for other in past if other.id != case.id]
    fields = [field for field in signature.inputs if field.name in case.inputs]
    spreads = {field.name: _spread(field, [*others, case]) for field in fields}
    nearest = sorted((_apart(case, other, fields, spreads) for other in others), key=_distance)
    with reading(sessions) as session:
        statements = db.feedback.current_of(session, [each.case.id for each in nearest])
    with_feedback = [
        replace(each, feedback=tuple(statements.get(each.case.id, ()))) for each in nearest
    ]
    return _different(with_feedback)[:most]


def _distance(found: Similar) -> float:
    return found.distance


def _apart(case: CaseView, other: CaseView, fields: Sequence[Field], spreads: Spreads) -> Similar:
    gaps = {
        f.name: _gap(case.inputs.get(f.name), other.inputs.get(f.name), spreads[f.name])
        for f in fields
    }
    differing = sorted((name for name, gap in gaps.items() if gap > 0), key=lambda n: -gaps[n])
    return Similar(
        case=other,
        distance=sum(gaps.values()) / max(len(gaps), 1),
        differing=tuple(differing),
        feedback=(),
    )


def _different(found: Sequence[Similar]) -> list[Similar]:
    """One of those with the same values and the same answer: the newest that was judged, or else the newest."""
    kept: dict[object, Similar] = {}
    for each in found:  # of the same values, the newest comes first
        alike = (repr(each.case.inputs), _answer(each.case))
        if alike not in kept or (each.feedback and not kept[alike].feedback):
            kept[alike] = each
    return list(kept.values())


def _answer(case: CaseView) -> tuple[str | None, float | None]:
    return case.answer_label, case.answer_number


def _gap(one: object, other: object, spread: float) -> float:
    """From 0 to 1."""
    if _is_number(one) and _is_number(other):
        return min(abs(float(str(one)) - float(str(other))) / spread, 1.0) if spread else 0.0
    return float(one != other)


def _spread(field: Field, cases: Sequence[CaseView]) -> float:
    known = [float(str(v)) for c in cases if _is_number(v := c.inputs.get(field.name))]
    return max(known) - min(known) if known else 0.0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
