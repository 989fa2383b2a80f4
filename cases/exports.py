"""What left the workbench: the trail notes it before it goes."""

from __future__ import annotations

from audit_log.chain import Record, append
from db.cases import CaseView
from db.engine import Sessions, writing

EXPORT = "export"


def note_export(sessions: Sessions, case: CaseView, person: str) -> None:
    """Note that somebody takes a case away. Raises StorageError: then nothing is to be given out."""
    with writing(sessions) as session:
        append(
            session,
            EXPORT,
            [Record(kind="case", id=case.id)],
            person=person,
            workspace=case.workspace,
        )
