"""What was found of a model's behaviour, kept: each study under a permanent link."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import db.behaviour_studies
from db.behaviour_studies import StudyLine, StudyView
from db.engine import Session, Sessions, reading, writing
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.person import known
from explanations.behaviour.cohorts import Cohort
from explanations.contract import Explanation
from mds_client.signature import ModelRef

__all__ = ["StudyLine", "StudyView", "add", "explanation_of", "keep", "newest", "study"]

MOST_LISTED = 20
MAX_RESULT_BYTES = 1024 * 1024


def keep(
    sessions: Sessions,
    model: ModelRef,
    cohort: Cohort,
    explanation: Explanation,
    *,
    person: str = "",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> StudyView:
    """Record what was found; a result that is too large is left out. Raises StorageError."""
    view = _view(
        model, cohort.to_keep(), cohort.caution, explanation, person=person, at=clock(), id=new_id()
    )
    with writing(sessions) as session:
        db.behaviour_studies.add(session, view)
    return view


def add(
    session: Session,
    model: ModelRef,
    cohort: Mapping[str, object],
    caution: str,
    explanation: Explanation,
    *,
    person: str,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> str:
    """Record what was found within a transaction; returns the study's id. `cohort` is the result of
    Cohort.to_keep."""
    view = _view(model, dict(cohort), caution, explanation, person=person, at=clock(), id=new_id())
    db.behaviour_studies.add(session, view)
    return view.id


def _view(
    model: ModelRef,
    cohort: dict[str, object],
    caution: str,
    explanation: Explanation,
    *,
    person: str,
    at: datetime,
    id: str,
) -> StudyView:
    is_judged = explanation.kind == "importance" and explanation.base is not None
    if is_judged and caution:
        explanation = replace(explanation, note=f"{explanation.note} {caution}")
    text = explanation.to_json()
    return StudyView(
        id=id,
        server=model.server,
        model=model.name,
        version=model.version,
        method=explanation.method,
        cohort=cohort,
        person=known(person),
        created_at=at,
        status="complete" if explanation.is_complete else "partial",
        rows=explanation.rows,
        calls=explanation.calls,
        seconds=explanation.seconds,
        seed=explanation.seed,
        result=json.loads(text) if len(text) <= MAX_RESULT_BYTES else None,
        sentence=explanation.sentence,
    )


def study(sessions: Sessions, study_id: str) -> StudyView | None:
    """The study behind a link; None when there is none. Raises StorageError."""
    if not is_id(study_id):
        return None
    with reading(sessions) as session:
        return db.behaviour_studies.by_id(session, study_id)


def newest(sessions: Sessions, model: ModelRef) -> list[StudyLine]:
    """The studies of a model, the newest first. Raises StorageError."""
    with reading(sessions) as session:
        return list(
            db.behaviour_studies.newest(
                session, server=model.server, model=model.name, limit=MOST_LISTED
            )
        )


def explanation_of(view: StudyView) -> Explanation | None:
    """What the study found; None where it was too large to keep."""
    return None if view.result is None else Explanation.from_json(json.dumps(view.result))
