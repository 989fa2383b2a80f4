"""What was found of a model's behaviour, kept: each study under a permanent link."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import db.behaviour_studies
from db.behaviour_studies import StudyLine, StudyView
from db.engine import Sessions, reading, writing
from db.errors import StorageError
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.person import known
from explanations.behaviour.cohorts import Cohort
from explanations.contract import Explanation
from explanations.errors import ExplanationFailed
from mds_client.signature import ModelRef

__all__ = ["StudyLine", "StudyView", "explanation_of", "keep", "newest", "study"]

MOST_LISTED = 20
MAX_RESULT_BYTES = 1024 * 1024


def keep(
    sessions: Sessions,
    model: ModelRef,
    cohort: Cohort,
    found: Explanation,
    *,
    person: str = "",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> StudyView:
    """Record what was found; a result that is too large is left out. Raises ExplanationFailed, with what was
    found in its sentence, when the database does not take it."""
    is_judged = found.kind == "importance" and found.base is not None
    if is_judged and cohort.caution:
        found = replace(found, note=f"{found.note} {cohort.caution}")
    text = found.to_json()
    view = StudyView(
        id=new_id(),
        server=model.server,
        model=model.name,
        version=model.version,
        method=found.method,
        cohort=cohort.to_keep(),
        person=known(person),
        created_at=clock(),
        status="complete" if found.is_complete else "partial",
        rows=found.rows,
        calls=found.calls,
        seconds=found.seconds,
        seed=found.seed,
        result=json.loads(text) if len(text) <= MAX_RESULT_BYTES else None,
        sentence=found.sentence,
    )
    try:
        with writing(sessions) as session:
            db.behaviour_studies.add(session, view)
    except StorageError as error:
        raise ExplanationFailed(
            f"The study is ready but could not be kept. {found.sentence}",
            advice="Start it again in a minute: the same rows give the same result.",
            detail=str(error),
        ) from error
    return view


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
