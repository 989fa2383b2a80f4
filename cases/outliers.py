"""What a case keeps of whether its inputs are unlike those that were asked before."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from db.cases import GENUINE, CaseView
from mds_client.sensitive_values import withheld
from mds_client.signature import ModelRef, Signature, Values

_log = logging.getLogger(__name__)
Rows = Sequence[Mapping[str, object]]
# What the detectors deployed beside a model say of a case: a part for each.
Detected = list[dict[str, object]]


class Outliers(Protocol):
    """What compares inputs with earlier ones; health/outliers has it."""

    def features(self, values: Values) -> dict[str, object]: ...

    def unlike(self, ref: ModelRef, rows: Rows, titles: Mapping[str, str]) -> list[str] | None: ...

    def detected(self, signature: Signature, rows: Sequence[Values]) -> list[Detected] | None: ...


def compared(
    cases: Sequence[CaseView],
    values: Sequence[Values],
    outliers: Outliers | None,
    signature: Signature | None,
) -> list[CaseView]:
    """The cases of one model, of which these are the values, with what is unlike earlier ones, as far as they are about something that there is."""
    if outliers is None or not cases or cases[0].purpose not in GENUINE:
        return list(cases)
    ref = ModelRef(server=cases[0].server, name=cases[0].model)
    features = [_features(*each, outliers) for each in zip(cases, values, strict=True)]
    rows = [{**case.entered, **f} for case, f in zip(cases, features, strict=True)]
    found = unlike_words(outliers, ref, rows, signature)
    said = _detected(outliers, signature, values)
    return [
        replace(case, unlike=words, features=f or None, detected=d)
        for case, words, f, d in zip(cases, found, features, said, strict=True)
    ]


def _detected(
    outliers: Outliers, signature: Signature | None, values: Sequence[Values]
) -> Sequence[Detected | None]:
    """What the deployed detectors say of each; None where there are none. Never raises."""
    try:
        found = outliers.detected(signature, values) if signature else None
    except Exception:
        _log.exception("the detectors cannot be asked")
        found = None
    return found or [None] * len(values)


def _features(case: CaseView, values: Values, outliers: Outliers) -> dict[str, object]:
    """Of the values that are not sensitive; nothing where they cannot be made."""
    try:
        known = {n: v for n, v in values.items() if not withheld(case.entered.get(n))}
        return outliers.features(known)
    except Exception:
        _log.exception("the pictures and sounds of case %s cannot be compared", case.id)
        return {}


def unlike_words(
    outliers: Outliers | None, ref: ModelRef, rows: Rows, signature: Signature | None
) -> Sequence[str | None]:
    """What about each row is unlike earlier ones: a sentence, empty where nothing is, None where it was not compared. Never raises:
    nobody goes without an answer for this."""
    unknown = [None] * len(rows)
    if outliers is None:
        return unknown
    titles = {field.name: field.title for field in signature.inputs} if signature else {}
    try:
        return outliers.unlike(ref, rows, titles) or unknown
    except Exception:
        _log.exception("whether cases of %s are unlike earlier ones cannot be said", ref)
        return unknown
