"""Ask a version of a model about what was entered in a golden case."""

from __future__ import annotations

import db.cases
from cases.errors import NoSuchCase
from cases.recording import Predictor, predict_and_record
from cases.restored import inputs_of, lost
from cases.scenarios import NEVER
from db.cases import CaseView
from db.engine import Sessions, reading
from mds_client.errors import InvalidValues, Problem


def ask_golden(
    model: Predictor,
    *,
    of: CaseView,
    sessions: Sessions,
    key: str,
    person: str = "",
    hash_key: bytes = b"",
    purpose: str = "golden",
) -> CaseView:
    """A case of its own with this purpose, which names the one that it asks again; the same key is asked once.

    Raises NoSuchCase for a case that may not be seen, InvalidValues where something of it is not kept, or does not fit what this version takes; MdsError where the model
    does not say what it takes; and what `predict_and_record` raises.
    """
    with reading(sessions) as session:
        if not db.cases.is_seen(session, of.id):
            raise NoSuchCase(of.id)
    signature = model.signature()
    values = inputs_of(sessions, of, signature)
    if missing := lost(of, signature, values):
        sentence = f"Not kept with this case: {', '.join(missing)}."
        raise InvalidValues([Problem(field="case", sentence=sentence)])
    if problems := signature.check(values):
        raise InvalidValues(problems)
    return predict_and_record(
        model,
        values,
        sessions=sessions,
        key=key,
        person=person,
        audit=NEVER,
        hash_key=hash_key,
        purpose=purpose,
        parent_id=of.id,
        workspace=of.workspace,
    ).case
