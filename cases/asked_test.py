"""Ask a version of a model about a row of a test."""

from __future__ import annotations

from cases.recording import Predictor, predict_and_record
from cases.scenarios import NEVER
from db.cases import CaseView
from db.engine import Sessions
from mds_client.errors import InvalidValues
from mds_client.signature import Values


def ask_test(
    model: Predictor,
    values: Values,
    *,
    sessions: Sessions,
    key: str,
    person: str = "",
    hash_key: bytes = b"",
) -> CaseView:
    """A case with the purpose *test*, which no figure of the model counts; the same key is asked once. What this version
    does not take is left out: the file may be of another.

    Raises InvalidValues for what does not fit the version, MdsError where the model does not say what it takes, and what
    `predict_and_record` raises.
    """
    signature = model.signature()
    values = {f.name: values[f.name] for f in signature.inputs if f.name in values}
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
        purpose="test",
    ).case
