"""What if: a changed copy of a case is asked as a case of its own, and remembered as a scenario of the first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import db.cases
import db.scenarios
from cases.audit_sample import AuditPolicy
from cases.errors import CaseNotRecorded, NoSuchCase, check_length
from cases.recording import Predictor, Recorded, predict_and_record
from db.cases import CaseView
from db.engine import Sessions, reading, writing
from db.errors import Conflict, StorageError
from db.ids import new_id as make_id
from db.ids import utc_now
from db.person import known
from db.scenarios import ScenarioView
from db.tables import SHORT
from mds_client.signature import Values

# Nobody can say what is right about a case that nobody has: it takes no part in the lottery, nor in accuracy.
NEVER = AuditPolicy(probability=0)
MOST_LISTED = 20


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A named case beside the one that it starts from."""

    name: str
    case: CaseView


def ask_scenario(
    model: Predictor,
    values: Values,
    *,
    of: str,
    sessions: Sessions,
    key: str,
    name: str = "",
    person: str = "",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
    keep_bytes: int = 0,
    hash_key: bytes = b"",
) -> Recorded:
    """Ask about a changed copy of the case `of`, and record both the case and the scenario.

    Without a name it is "Scenario 2", counted within the case. The same key twice is one case and one
    scenario. Raises what `ask` raises, `NoSuchCase` and `TooLong`.
    """
    check_length("The name of a scenario", name.strip(), SHORT)
    with reading(sessions) as session:
        start = db.cases.by_id(session, of)
    if start is None:
        raise NoSuchCase(of)
    asked = predict_and_record(
        model,
        values,
        sessions=sessions,
        key=key,
        person=person,
        audit=NEVER,
        clock=clock,
        new_id=new_id,
        keep_bytes=keep_bytes,
        hash_key=hash_key,
        purpose="scenario",
        workspace=start.workspace,
    )
    _record(sessions, asked.case, of, name, clock(), new_id())
    return asked


def scenarios(sessions: Sessions, case_id: str) -> list[Scenario]:
    """The newest scenarios of a case, in the order in which they were asked."""
    with reading(sessions) as session:
        views = db.scenarios.of_case(session, case_id, MOST_LISTED)
        cases = [db.cases.by_id(session, each.asked_id) for each in views]
    return [
        Scenario(name=each.name, case=case)
        for each, case in zip(views, cases, strict=True)
        if case is not None
    ]


def origin(sessions: Sessions, case_id: str) -> tuple[str, str] | None:
    """What this case is called as a scenario, and the case that it starts from; None when it is none."""
    with reading(sessions) as session:
        scenario = db.scenarios.by_asked(session, case_id)
    return (scenario.name, scenario.case_id) if scenario else None


def _record(
    sessions: Sessions, asked: CaseView, of: str, name: str, now: datetime, new_id: str
) -> None:
    try:
        with writing(sessions) as session:
            if db.scenarios.by_key(session, asked.idempotency_key) is None:
                number = db.scenarios.count(session, of) + 1
                view = ScenarioView(
                    id=new_id,
                    case_id=of,
                    asked_id=asked.id,
                    name=" ".join(name.split()) or f"Scenario {number}",
                    person=known(asked.person),
                    created_at=now,
                    idempotency_key=asked.idempotency_key,
                )
                db.scenarios.add(session, view)
    except Conflict:
        return  # somebody recorded it while we looked: the same key is the same scenario
    except StorageError as error:
        raise CaseNotRecorded(str(error)) from error
