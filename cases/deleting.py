"""Delete cases, or their bodies, a few at a time: counts stay for the figures, and tombstones for the trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import db.audit_log
import db.deleted_counts
import db.deletion
from audit_log.chain import Record, erase_all, unchanged
from db.audit_log import BODIES_DELETED
from db.deletion import Place, Wanted
from db.engine import Session, Sessions, writing

AT_ONCE = 100


def delete_cases(sessions: Sessions, wanted: Wanted, *, person: str) -> Iterator[list[str]]:
    """Delete the cases that may go, with what belongs to them; answers the ids of each part when it is gone.

    `person` is who deletes, for the trail.
    """
    while True:
        with writing(sessions) as session:
            ids = [each[1] for each in db.deletion.page(session, wanted, limit=AT_ONCE)]
            if ids:
                delete_part(session, ids, person=person)
        if not ids:
            return
        yield ids


def delete_part(session: Session, ids: Sequence[str], *, person: str) -> None:
    """Delete these cases, which may go; the counts of them stay. The end of a transaction, for it appends to the trail."""
    db.deleted_counts.keep(session, ids)
    gone = db.deletion.delete_cases(session, ids)
    records = [Record(kind=kind, id=record_id) for kind, record_id in gone]
    erase_all(session, records, person=person)


def remove_part(
    session: Session, ids: Sequence[str], *, person: str, workspace: str | None
) -> None:
    """Delete cases of a workspace, whatever they are; nothing of them counts any more. The end of a transaction."""
    gone = db.deletion.delete_cases(session, ids)
    records = [Record(kind=kind, id=record_id) for kind, record_id in gone]
    erase_all(session, records, person=person, workspace=workspace)


def delete_bodies(sessions: Sessions, wanted: Wanted, *, person: str) -> Iterator[tuple[int, int]]:
    """Delete the bodies that may go; answers of each part how many cases were reduced, and how many were left.

    A case that is not as it was trailed is left: its new digest would hide that somebody changed it.
    """
    after: Place | None = None
    while True:
        with writing(sessions) as session:
            part = db.deletion.page(session, wanted, after=after, limit=AT_ONCE, with_bodies=True)
            done = _delete_bodies(session, [each[1] for each in part], person)
        if not part:
            return
        after = part[-1]
        yield done, len(part) - done


def _delete_bodies(session: Session, ids: Sequence[str], person: str) -> int:
    intact = unchanged(session, "case", ids)
    whole = [each for each in ids if intact.get(each, True)]
    if whole:
        db.deletion.delete_bodies(session, whole)
        contents = db.audit_log.contents(session, "case", whole)
        # What is older than the trail stays so.
        left = [
            Record(kind="case", id=each, values=contents[each] if each in intact else None)
            for each in whole
        ]
        erase_all(session, left, person=person, action=BODIES_DELETED)
    return len(whole)
