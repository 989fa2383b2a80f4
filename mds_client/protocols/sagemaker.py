"""The contract of SageMaker's containers: `GET /ping` and `POST /invocations`, and nothing else is agreed.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mds_client.prediction import Output
from mds_client.protocols.kserve_v1 import instances, predicted
from mds_client.protocols.protocol import JSON, Conversation, Protocol, body_of
from mds_client.server import ModelInfo
from mds_client.signature import ModelRef, Signature, Values
from mds_client.signature.metadata import unknown_input
from mds_client.transport.exchange import Request, Response


class SageMaker(Protocol):
    """One container with one model. Asked last: other servers answer /ping too."""

    NAME = "sagemaker"
    TITLE = "SageMaker container"
    ORDER = 90
    NEEDS_MODELS = True

    def detect(self) -> Conversation[str]:
        response = yield Request(method="GET", path="/ping")
        if response.status != 200 or response.body.strip():
            return ""
        return "GET /ping answered with 200 and an empty body."

    def ready(self) -> Conversation[bool]:
        response = yield Request(method="GET", path="/ping")
        return response.status == 200

    def models(self) -> Conversation[list[ModelInfo]]:
        """The models from the settings, else one called "model", in the state that the ping says."""
        response = yield Request(method="GET", path="/ping")
        state = {200: "READY", 404: "UNAVAILABLE", 503: "UNAVAILABLE"}.get(
            response.status, "UNKNOWN"
        )
        only = ModelInfo(ref=ModelRef(server=self.server.name, name="model"))
        named = self.configured_models() or [only]
        return [ModelInfo(ref=info.ref, state=state) for info in named]

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        yield from ()  # there is nothing to ask
        return Signature(model=model, inputs=(unknown_input(),), layout="unknown")

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        """The JSON of the built-in algorithms: each instance has its features."""
        return Request(
            method="POST",
            path="/invocations",
            body=body_of({"instances": [_instance(i) for i in instances(signature, rows)]}),
            headers=JSON | {"Accept": "application/json"},
            request_id=request_id,
        )

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        """Containers with code of their own answer without the envelope."""
        return signature.model, predicted(self.answer_of(response), signature, rows, response)


def _instance(values: object) -> object:
    return values if isinstance(values, Mapping) else {"features": values}


PROTOCOL = SageMaker
