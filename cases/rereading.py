"""The last answers of a model as they came: to be read again when people say what of them is the answer."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import db.cases
from cases.payloads import unpack
from db.cases import CaseView
from db.engine import Sessions, reading
from db.errors import StorageError
from mds_client.transport.exchange import Response

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Received:
    """A case, and what the server answered in it."""

    case: CaseView
    response: Response


def last_received(sessions: Sessions, *, server: str, model: str, limit: int) -> list[Received]:
    """The newest answers to requests of one row, those that could not be read included.

    One that was too large to keep whole is left out. None while the database does not answer.
    """
    try:
        with reading(sessions) as session:
            newest = db.cases.answered_alone(session, server=server, model=model, limit=limit)
    except StorageError as error:
        _log.warning("the last answers of %s/%s cannot be read: %s", server, model, error)
        return []
    return [
        Received(case=case, response=_response(case, unpack(stored)))
        for case, stored in newest
        if not stored.is_truncated
    ]


def _response(case: CaseView, body: bytes) -> Response:
    headers = {name.lower(): str(value) for name, value in case.response_headers.items()}
    return Response(status=case.http_status or 200, body=body, headers=headers)
