"""Version 1 of KServe's protocol: instances in, predictions out, and not a word about what a model takes.

https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol
How its JSON holds values is also read here for the other protocols that speak in rows.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, cast
from urllib.parse import quote

import numpy as np

from mds_client.codecs.json_answers import outputs_of, rows_in
from mds_client.errors import MdsError
from mds_client.prediction import Output
from mds_client.prediction.output_names import meaning
from mds_client.protocols.protocol import (
    JSON,
    Conversation,
    Offer,
    Protocol,
    body_of,
    refuse_failure,
    unreadable,
)
from mds_client.server import ModelInfo
from mds_client.signature import File, ModelRef, Signature, Values
from mds_client.signature.metadata import unknown_input
from mds_client.transport.exchange import Request, Response

_MOST_ASKED = 100


class KServeV1(Protocol):
    """Version 1 of the protocol, as KServe's Python servers speak it."""

    NAME = "kserve-v1"
    TITLE = "KServe V1"
    ORDER = 40

    def detect(self) -> Conversation[str]:
        response = yield Request(method="GET", path="/v1/models")
        names = _names(self.json_of(response))
        if names is None:
            return ""
        return f"GET /v1/models answered with the names of {len(names)} models."

    def ready(self) -> Conversation[bool]:
        response = yield Request(method="GET", path="/v1/models")
        return response.status == 200

    def models(self) -> Conversation[list[ModelInfo]]:
        response = yield Request(method="GET", path="/v1/models")
        names = _names(self.json_of(response))
        if names is None:
            raise unreadable("a list of model names", response)
        models = []
        for place, name in enumerate(names):
            ref = ModelRef(server=self.server.name, name=name)
            # A state costs one request: a very long list stays without.
            state = "UNKNOWN"
            if place < _MOST_ASKED:
                state = self._state((yield Request(method="GET", path=path(ref))))
            models.append(ModelInfo(ref=ref, state=state))
        return models

    def _state(self, response: Response) -> str:
        if response.status == 503:
            return "UNAVAILABLE"
        try:
            body = self.json_of(response)
        except MdsError:
            return "UNKNOWN"
        # Older releases wrote the truth as a string.
        is_ready = isinstance(body, Mapping) and str(body.get("ready")).lower() == "true"
        return "READY" if is_ready else "UNAVAILABLE"

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        """Nothing is declared; the model is only asked whether it is there."""
        self.accepted((yield Request(method="GET", path=path(model))))
        return Signature(model=model, inputs=(unknown_input(),), layout="unknown")

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        return request(signature, rows, request_id, "predict")

    def explain_route(self, model: ModelRef, explainer: ModelRef) -> str:
        return f"POST {path(explainer)}:explain"

    def explain_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request | None:
        return request(signature, rows, request_id, "explain")

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        answer = self.answer_of(response)
        if not isinstance(answer, Mapping) or not any(map(_is_answer, answer)):
            raise unreadable("predictions", response)
        return signature.model, predicted(answer, signature, rows, response)

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        return (
            Offer(kind="explain", route=f"POST {path(model)}:explain"),
            Offer(kind="metrics", route="GET /metrics"),
        )

    def own_client(self, signature: Signature, request: Request) -> str:
        sent, own = repr(json.loads(request.body)), {"content-type", "ce-id"}
        extra = {n: v for n, v in request.headers.items() if n.casefold() not in own}
        headers = f", headers={extra!r}" if extra else ""
        return _PROGRAM.format(sent=sent, name=signature.model.name, headers=headers)


_PROGRAM = """\
import asyncio
import os

from kserve import InferenceRESTClient, RESTConfig


async def main():
    client = InferenceRESTClient(RESTConfig(protocol="v1"))
    answer = await client.infer(os.environ["MDS_URL"], {sent}, model_name={name!r}{headers})
    print(answer)


asyncio.run(main())
"""


def path(model: ModelRef) -> str:
    """The route of a model in version 1 of the protocol."""
    return f"/v1/models/{quote(model.name, safe='')}"


def request(
    signature: Signature,
    rows: Sequence[Values],
    request_id: str,
    verb: Literal["predict", "explain"],
) -> Request:
    """A request of version 1: its `explain` goes to the model's explainer."""
    is_asked = verb == "explain"
    explainer = signature.explainer.model if is_asked and signature.explainer else signature.model
    return Request(
        method="POST",
        path=f"{path(explainer)}:{verb}",
        body=body_of({"instances": instances(signature, rows)}),
        # KServe's logger takes the id of its events from this header.
        headers=JSON | {"Ce-Id": request_id},
        request_id=request_id,
        to_explainer=is_asked,
    )


def _is_answer(name: object) -> bool:
    """Whether this member of a body holds the answer: `predictions` as agreed, or a name that people's own
    predictors use."""
    return meaning(str(name)) in ("answer", "probability")


def _names(body: object) -> list[str] | None:
    listed = body.get("models") if isinstance(body, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(n, str) and n for n in listed):
        return None
    return cast(list[str], listed)


def instances(signature: Signature, rows: Sequence[Values]) -> list[object]:
    """One instance a row: a list of numbers, the bare value of a single input, else an object."""
    fields = signature.inputs
    if signature.layout == "matrix":
        return [[plain(row.get(field.name)) for field in fields] for row in rows]
    if signature.layout == "unknown":
        return [numbers(row.get(fields[0].name)) for row in rows]
    if len(fields) == 1:
        return [plain(row.get(fields[0].name)) for row in rows]
    return [{field.name: plain(row.get(field.name)) for field in fields} for row in rows]


def numbers(value: object) -> object:
    """One row of numbers; it may be given with its batch dimension."""
    array = np.asarray(value)
    return (array[0] if array.ndim == 2 and len(array) == 1 else array).tolist()


def plain(value: object) -> object:
    """A value as JSON holds it: bytes are an object with their base64."""
    if isinstance(value, File):
        value = value.data
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def predicted(
    answer: object, signature: Signature, rows: int, response: Response
) -> tuple[Output, ...]:
    """The outputs of an answer in any envelope, or in none. Raises UnreadableAnswer."""
    return outputs("predictions", answer, signature, rows, response)


def outputs(
    name: str, answer: object, signature: Signature, rows: int, response: Response
) -> tuple[Output, ...]:
    """The outputs in an answer of any form, under this name where it says none. Raises UnreadableAnswer."""
    inner = answer.get("predictions", True) if isinstance(answer, Mapping) else answer
    if (not answer and answer not in (0, False, "")) or inner in (None, [], {}):
        raise unreadable("an answer", response)
    listed = rows_in(answer, rows)
    if rows == 1:
        refuse_failure(*listed)
    try:
        columns = outputs_of(listed, signature.outputs, name)
        return tuple(_of_all(output, rows) for output in columns)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise unreadable(f"values that fit together ({error})", response) from error


def _of_all(output: Output, rows: int) -> Output:
    """An output with one answer for the whole request, shaped as a single row."""
    if output.shape[0] == rows:
        return output
    return replace(output, shape=(1, *output.shape))


PROTOCOL = KServeV1
