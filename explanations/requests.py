"""What is asked when a case is explained, put together from what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from db.engine import Sessions
from explanations.background import store
from explanations.contract import Budget
from explanations.explaining import ExplanationRequest
from explanations.methods import methods
from mds_client.prediction import Answer
from mds_client.server import Server
from mds_client.signature import Signature, Values

_NO_OPTIONS: Mapping[str, object] = {}


def request_of(
    sessions: Sessions,
    *,
    method: str,
    server: Server,
    signature: Signature,
    values: Values,
    answer: Answer,
    case_id: str,
    most_seconds: float,
    options: Mapping[str, object] = _NO_OPTIONS,
) -> ExplanationRequest:
    """The request to explain a case in this way. `options` are in the method's own words."""
    compared = store.current(sessions, signature) if signature.is_tabular else None
    return ExplanationRequest(
        method=method,
        server=server,
        signature=signature,
        values=values,
        answer=answer,
        budget=budget(method, signature, most_seconds),
        background=compared.rows if compared else (),
        compared_with=compared.words if compared else "",
        options=options,
        case=case_id,
    )


def budget(method: str, signature: Signature, most_seconds: float) -> Budget:
    """What the method asks for, but never longer than `most_seconds`."""
    cost = methods()[method].cost(signature)
    seconds = most_seconds if cost.seconds is None else min(cost.seconds, most_seconds)
    return replace(cost, seconds=seconds)
