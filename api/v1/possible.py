"""What else is possible besides the answers of cases, as the API tells it."""

from __future__ import annotations

from collections.abc import Sequence

from api.v1.shapes import Held, Possible
from cases.queries import CaseView
from health.conformal import CONFIDENCE
from health.prediction_sets import PredictionSet, fitting, of_cases
from health.weighted import Share
from mds_client.signature import ModelRef, Signature
from services import Services


def possible_of(services: Services, cases: Sequence[CaseView]) -> list[Possible | None]:
    """Of each case; None where that cannot be said."""
    known = {ref: _signature(services, ref) for ref in {_ref(case) for case in cases}}
    found = of_cases(services.sessions, cases)
    return [
        _possible(each, known[_ref(case)]) if each else None
        for case, each in zip(cases, found, strict=True)
    ]


def _ref(case: CaseView) -> ModelRef:
    return ModelRef(server=case.server, name=case.model, version=case.version)


def _signature(services: Services, ref: ModelRef) -> Signature | None:
    """As the servers said last; nobody waits for them here."""
    entry = services.catalogue.find(ref)
    return entry.known if entry else None


def _possible(found: PredictionSet, signature: Signature | None) -> Possible:
    found = fitting(found, signature) if signature else found
    low, high = found.bounds or (None, None)
    return Possible(
        labels=list(found.labels),
        low=low,
        high=high,
        confidence=CONFIDENCE,
        n=found.n,
        demonstration=found.demonstration,
        held=found.held and _held(found.held),
    )


def _held(found: Share) -> Held:
    return Held(value=found.value, low=found.low, high=found.high, n=found.n)
