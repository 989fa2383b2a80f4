"""What a case keeps of whether its inputs are unlike those that were asked before."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from db.cases import GENUINE, CaseView
from mds_client.signature import ModelRef, Signature

_log = logging.getLogger(__name__)
Rows = Sequence[Mapping[str, object]]


class Outliers(Protocol):
    """What compares inputs with earlier ones; health/outliers has it."""

    def unlike(self, ref: ModelRef, rows: Rows, titles: Mapping[str, str]) -> list[str] | None: ...


def compared(
    cases: Sequence[CaseView], outliers: Outliers | None, signature: Signature | None
) -> list[CaseView]:
    """The cases of one model with what is unlike earlier ones, as far as they are about something that there is."""
    if outliers is None or not cases or cases[0].purpose not in GENUINE:
        return list(cases)
    ref = ModelRef(server=cases[0].server, name=cases[0].model)
    found = unlike_words(outliers, ref, [case.entered for case in cases], signature)
    return [replace(case, unlike=words) for case, words in zip(cases, found, strict=True)]


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
