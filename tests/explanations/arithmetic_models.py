"""Models whose answers, and so whose explanations, can be worked out in the head."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from explanations.contract import Budget
from explanations.explaining import ExplanationRequest
from mds_client import Server
from mds_client.errors import EndpointFailed, EndpointRefused
from mds_client.prediction import Answer, Prediction
from mds_client.signature import Field, ModelRef, Signature, Values
from mds_client.transport.exchange import Exchange

REF = ModelRef(server="here", name="sums", version="v1")
SERVER = Server(name="here", url="http://127.0.0.1:9")
NOTHING_SENT = Exchange(
    method="POST", url="", request_id="", trace_id="", request_headers={}, request_body=b""
)


@dataclass
class ArithmeticModel:
    """Answers by a formula; counts rows and requests."""

    formula: Callable[[Values], Answer]
    rows: int = 0
    calls: int = 0
    largest: int = 0
    asked: list[Values] = field(default_factory=list)
    most_rows: int | None = None

    def predict(self, signature: Signature, values: Sequence[Values]) -> Prediction:
        self.calls += 1
        self.largest = max(self.largest, len(values))
        if self.most_rows and len(values) > self.most_rows:
            raise EndpointRefused("One row at a time, please.")
        self.rows += len(values)
        self.asked += values
        answers = tuple(self.formula(row) for row in values)
        return Prediction(model=REF, outputs=(), answers=answers, exchange=NOTHING_SENT)


def number(value: float, unit: str = "") -> Answer:
    return Answer(kind="number", number=value, unit=unit)


def yes(probability: float) -> Answer:
    return Answer(
        kind="class",
        label="yes" if probability > 0.5 else "no",
        probabilities={"yes": probability, "no": 1 - probability},
    )


def table(columns: dict[str, Sequence[object]], **kinds: str) -> Signature:
    """A signature with these examples; a field is a number unless said otherwise."""
    inputs = tuple(
        Field(
            name=name,
            kind=kinds.get(name, "number"),
            examples=tuple(values),
            choices=tuple(dict.fromkeys(values)) if kinds.get(name) == "category" else (),
        )
        for name, values in columns.items()
    )
    return Signature(model=REF, inputs=inputs, layout="columns")


def request(
    method: str, signature: Signature, values: Values, answer: Answer, budget: Budget | None = None
) -> ExplanationRequest:
    return ExplanationRequest(
        method=method,
        server=SERVER,
        signature=signature,
        values=values,
        answer=answer,
        budget=budget or Budget(),
    )


def weighted(row: Values) -> Answer:
    """2a + 3b - c, in mm."""
    return number(2 * row["a"] + 3 * row["b"] - row["c"], "mm")


def _slow(row: Values) -> Answer:
    time.sleep(float(os.environ.get("SECONDS_A_ROW", 0.05)))
    return weighted(row)


def _stuck(row: Values) -> Answer:
    while True:
        time.sleep(0.1)


def _dying(row: Values) -> Answer:
    os._exit(9)


def _refusing(row: Values) -> Answer:
    raise EndpointFailed("The server broke.", advice="Tell its people.")


MODELS = {
    "sums": weighted,
    "slow": _slow,
    "stuck": _stuck,
    "dying": _dying,
    "refusing": _refusing,
}


@dataclass
class ModelsByName:
    """Stands in for a server: the model's name picks the formula."""

    def predict(self, signature: Signature, values: Sequence[Values]) -> Prediction:
        return ArithmeticModel(MODELS[signature.model.name]).predict(signature, values)


@contextmanager
def connect(server: Server) -> Iterator[ModelsByName]:
    yield ModelsByName()
