"""A model without a network: it answers or fails as the test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mds_client.errors import MdsError
from mds_client.prediction import Answer, Prediction
from mds_client.signature import Field, ModelRef, Signature, Values
from mds_client.transport.exchange import Exchange

PENGUINS = ModelRef(server="shelf", name="penguins")
ADELIE = Answer(kind="class", label="Adelie", probabilities={"Adelie": 0.9, "Gentoo": 0.1})


def exchange(request_id: str = "r", **changes: object) -> Exchange:
    facts: dict[str, object] = {
        "method": "POST",
        "url": "http://user:pw@mds:8080/v2/models/penguins/infer",
        "request_id": request_id,
        "trace_id": "trace-1",
        "request_headers": {"Content-Type": "application/json"},
        "request_body": b'{"inputs": []}',
        "status": 200,
        "response_headers": {"Set-Cookie": "session=1", "Server": "mds"},
        "response_body": b'{"outputs": []}',
        "seconds": 0.25,
    }
    return Exchange(**{**facts, **changes})


@dataclass
class StubPredictor:
    """Counts its calls. `answer` may be an answer, an error to raise, or a function of the values."""

    answer: Answer | Exception | Callable[[Values], Answer] = ADELIE
    ref: ModelRef = PENGUINS
    answered_by: str = "v7"
    calls: list[Values] = field(default_factory=list)

    def signature(self) -> Signature:
        inputs = (Field(name="bill", kind="number"),)
        return Signature(model=self.ref, inputs=inputs, question="Which species is it?")

    def predict(self, values: Values, *, request_id: str = "", trace_id: str = "") -> Prediction:
        self.calls.append(values)
        if isinstance(self.answer, Exception):
            raise self.answer
        answer = self.answer(values) if callable(self.answer) else self.answer
        version = ModelRef(server=self.ref.server, name=self.ref.name, version=self.answered_by)
        return Prediction(
            model=version,
            outputs=(),
            answers=(answer,),
            exchange=exchange(request_id),
            signature_fingerprint="f1",
        )


def failure(error: MdsError, **changes: object) -> MdsError:
    """The error with an exchange, as if something had crossed the wire."""
    error.exchange = exchange(**changes)
    return error
