"""Hugging Face's inference toolkit, the default of its Inference Endpoints: inputs in, whatever its task answers out.

https://github.com/huggingface/huggingface-inference-toolkit
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from mds_client.prediction import Output
from mds_client.protocols.kserve_v1 import predicted
from mds_client.protocols.protocol import JSON, Conversation, Protocol, body_of
from mds_client.server import ModelInfo
from mds_client.signature import Field, ModelRef, Signature, Values
from mds_client.signature.checks import is_missing
from mds_client.signature.metadata import GUESSED
from mds_client.transport.exchange import Request, Response

_OK = b"ok"
_FIELDS = (
    Field(
        name="inputs", kind="text", format="long", label="Input", examples=("I love this brick.",),
        description="A text; or JSON, where the task takes more than one, such as a question with its context.",
        provenance={"kind": GUESSED},
    ),
    Field(
        name="parameters", kind="json", format="map", label="Parameters", required=False,
        description="More settings of the task, as a JSON object.", provenance={"kind": GUESSED},
    ),
)  # fmt: skip


class HuggingFaceToolkit(Protocol):
    """One container with one task, which it does not name."""

    NAME = "huggingface-toolkit"
    TITLE = "Hugging Face inference toolkit"
    ORDER = 75

    def detect(self) -> Conversation[str]:
        for path in ("/health", "/"):
            response = yield Request(method="GET", path=path)
            if response.status != 200 or response.body.strip().lower() != _OK:
                return ""
        return "GET /health and GET / answered Ok."

    def ready(self) -> Conversation[bool]:
        response = yield Request(method="GET", path="/health")
        return response.status == 200

    def models(self) -> Conversation[list[ModelInfo]]:
        """The models from the settings, else one called "model"."""
        response = yield Request(method="GET", path="/health")
        self.accepted(response)
        ref = ModelRef(server=self.server.name, name="model")
        named = self.configured_models() or [ModelInfo(ref=ref)]
        return [ModelInfo(ref=info.ref, state="READY") for info in named]

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        yield from ()  # there is nothing to ask
        return Signature(
            model=model, inputs=_FIELDS, layout="columns", platform=self.TITLE, max_rows=1
        )

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        row = rows[0]
        parameters = row.get("parameters")
        options = {} if is_missing(parameters) else {"parameters": parameters}
        body = {"inputs": _read(row.get("inputs")), **options}
        return Request(
            method="POST", path="/predict", body=body_of(body), headers=JSON, request_id=request_id
        )

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        return signature.model, predicted(self.json_of(response), signature, rows, response)


def _read(value: object) -> object:
    """A text as it is; an object or a list that was written as JSON."""
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value
    return parsed if isinstance(parsed, Mapping | list) else value


PROTOCOL = HuggingFaceToolkit
