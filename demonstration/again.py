"""What a version answered is asked again of the other, so that both can be compared on the same cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from cases.attempt import Predictor
from cases.repeats import ask_again
from db.cases import CaseView
from db.engine import Sessions
from db.ids import id_at
from demonstration.plan import MISTAKE

# Cases of the second version from these days are asked again of the first, the day before that is taken back.
MODEL, OF, ASKED, DAYS = "penguins", "v2", "v1", (40, MISTAKE[0])
DAY, HOUR = MISTAKE[1] - 1, 16.0
PERSON = "reviewer-1"
MOST = 30


def wanted(cases: Sequence[CaseView], start: datetime) -> Sequence[CaseView]:
    """Those of the cases that are asked again: the newest that were drawn for audit."""
    first, last = (start + timedelta(days=day) for day in DAYS)
    found = [c for c in cases if c.is_audited and c.is_answered and first <= c.created_at < last]
    return [case for case in found if (case.model, case.version) == (MODEL, OF)][-MOST:]


def ask(sessions: Sessions, model: Predictor, cases: Sequence[CaseView], start: datetime) -> None:
    """Ask them again of this version, a minute after each other."""
    for number, case in enumerate(cases):
        at = start + timedelta(days=DAY, hours=HOUR, minutes=number)
        _ask(sessions, model, case, at)


def _ask(sessions: Sessions, model: Predictor, case: CaseView, at: datetime) -> None:
    of_ids = Random(f"{case.id}-again")  # noqa: S311
    ask_again(
        model,
        {field.name: case.entered.get(field.name) for field in model.signature().inputs},
        of=case,
        sessions=sessions,
        key=f"{case.idempotency_key}-asked-again",
        person=PERSON,
        clock=lambda: at,
        new_id=lambda: id_at(at, of_ids),
    )
