"""What the trail says of cases: that a model was asked, with a digest of the whole case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import db.audit_content
import db.audit_log
import db.cases
from audit_log.chain import Record, Sealed, append, append_sealed
from db.cases import NOTHING, CaseView, StoredBody
from db.engine import Session


def note_prediction(
    session: Session, case: CaseView, request: StoredBody, response: StoredBody
) -> None:
    """One entry for a case that has ended."""
    append(
        session,
        "predict",
        [_record(case, request, response)],
        person=case.person,
        workspace=case.workspace,
    )


def note_batch(
    session: Session, cases: Sequence[CaseView], request: StoredBody, response: StoredBody
) -> None:
    """One entry for the cases of one call; the first holds what crossed the wire."""
    first = _record(cases[0], request, response)
    rest = [_record(case, NOTHING, NOTHING, cases[0].id) for case in cases[1:]]
    append(
        session,
        "predict-batch",
        [first, *rest],
        person=cases[0].person,
        workspace=cases[0].workspace,
    )


def records_alike(
    first: Mapping[str, object], common: Mapping[str, object], rows: Sequence[Mapping[str, object]]
) -> list[Record]:
    """The records of cases by their columns: the first, and the others as what they have in common and their own. Made before
    the transaction that notes them, in which others wait."""
    contents = db.audit_content.Contents("case", common)
    rest = [Record(kind="case", id=str(row["id"]), content=contents.of(row)) for row in rows]
    return [Record(kind="case", id=str(first["id"]), values=first), *rest]


def note_sealed(session: Session, records: Sealed, first: Mapping[str, object]) -> None:
    """As `note_batch`, of the records of cases, by the columns of the first."""
    append_sealed(
        session,
        "predict-batch",
        records,
        person=str(first["person"]),
        workspace=cast(str | None, first["workspace"]),
    )


def _record(
    case: CaseView, request: StoredBody, response: StoredBody, wire_of: str | None = None
) -> Record:
    values = db.cases.columns(case, request, response, wire_of)
    return Record(kind="case", id=case.id, values=values)
