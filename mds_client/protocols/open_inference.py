"""The Open Inference Protocol, version 2 (also "V2"): MLServer, and every server without a protocol of its own.

https://github.com/open-inference/open-inference-protocol
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import ClassVar
from urllib.parse import quote

from mds_client.codecs.binary import HEADER_LENGTH, with_binary, without_binary
from mds_client.codecs.tensors import Tensor, output_of, tensors
from mds_client.prediction import Output
from mds_client.protocols.explainers import explained
from mds_client.protocols.protocol import JSON, Conversation, Offer, Protocol, body_of, unreadable
from mds_client.server import ModelInfo
from mds_client.signature import ModelRef, Signature, Values
from mds_client.signature.datatypes import BINARY_ONLY
from mds_client.signature.metadata import signature_of
from mds_client.transport.exchange import Request, Response

_MANY_VALUES = 1000
STATES = ("READY", "LOADING", "UNLOADING", "UNAVAILABLE", "UNKNOWN")


class OpenInference(Protocol):
    """Version 2 of the protocol over REST, as MLServer speaks it."""

    NAME = "open-inference"
    TITLE = "Open Inference Protocol (MLServer and others)"
    ORDER = 20
    TAKES_MATRIX = True
    READS_CONTENT_TYPES: ClassVar[bool] = True
    TAKES_BINARY: ClassVar[bool] = False

    def detect(self) -> Conversation[str]:
        metadata = self.server_metadata((yield Request(method="GET", path="/v2")))
        if metadata is None:
            return ""
        return f"GET /v2 answered as the server {metadata.get('name', 'without a name')!r}."

    def server_metadata(self, response: Response) -> Mapping[str, object] | None:
        """The answer of GET /v2 if it is the metadata of such a server (TorchServe misspells the key)."""
        if response.status != 200:
            return None
        body = self.json_of(response)
        keys = {"extensions", "extenstion"}
        return body if isinstance(body, Mapping) and keys & body.keys() else None

    def ready(self) -> Conversation[bool]:
        """Judged by its status alone: MLServer and Triton answer with an empty body."""
        response = yield Request(method="GET", path="/v2/health/ready")
        return response.status == 200

    def models(self) -> Conversation[list[ModelInfo]]:
        """The repository extension's index. It is a POST, and MLServer insists on a body."""
        response = yield Request(
            method="POST", path="/v2/repository/index", body=b"{}", headers=JSON, is_repeatable=True
        )
        if response.status in (404, 405, 501) and self.server.models:
            return self.configured_models()
        listed = self.json_of(response)
        if not isinstance(listed, list):
            raise unreadable("a list of models", response)
        return [_model_info(self.server.name, entry) for entry in listed if _has_name(entry)]

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        response = yield Request(method="GET", path=self.path(model), headers=self.headers(model))
        return self.read_signature(model, response)

    def read_signature(self, model: ModelRef, response: Response) -> Signature:
        """The signature that the metadata declare. Raises MdsError."""
        metadata = self.json_of(response)
        if not isinstance(metadata, Mapping):
            raise unreadable("a description of the model", response)
        return signature_of(model, metadata)

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        """Data are flat with explicit shapes: the form that every server of this protocol takes."""
        inputs = tensors(signature, rows)
        envelope = self.envelope(signature, request_id)
        headers = self.headers(signature.model)
        if self.is_sent_binary(inputs):
            body, own = with_binary(envelope, inputs)
            headers |= own
        else:
            typed = self.READS_CONTENT_TYPES
            body = body_of(
                envelope | {"inputs": [t.as_json(with_content_type=typed) for t in inputs]}
            )
            headers |= JSON
        return Request(
            method="POST",
            path=f"{self.path(signature.model)}/infer",
            body=body,
            headers=headers,
            request_id=request_id,
        )

    def explain_route(self, model: ModelRef, explainer: ModelRef) -> str:
        """Only another model explains: the protocol has no route of its own."""
        return f"POST {self.path(explainer)}/infer" if explainer != model else ""

    def explain_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request | None:
        """The explainer takes what the model takes, and answers one text of JSON: alibi-explain's way."""
        explainer = signature.explainer
        if explainer is None or not self.explain_route(signature.model, explainer.model):
            return None
        for_explainer = replace(signature, model=explainer.model, outputs=())
        return replace(self.predict_request(for_explainer, rows, request_id), to_explainer=True)

    def read_explanation(self, signature: Signature, response: Response) -> object:
        """The text that the explainer answers, as JSON; tensors of numbers by their names."""
        _, outputs = self.read_prediction(signature, response, 1)
        return explained(outputs, response)

    def envelope(self, signature: Signature, request_id: str) -> dict[str, object]:
        """Everything in an inference request but its inputs."""
        body: dict[str, object] = {"id": request_id}
        if self.READS_CONTENT_TYPES and _is_table(signature):
            body["parameters"] = {"content_type": "pd"}
        if signature.outputs:
            body["outputs"] = [{"name": output.name} for output in signature.outputs]
        return body

    def is_sent_binary(self, inputs: Sequence[Tensor]) -> bool:
        """Whether the binary tensor extension is used: for what JSON cannot carry, and for much data.

        One case stays JSON, which a person can read in the record.
        """
        if not self.TAKES_BINARY or not all(tensor.can_be_binary for tensor in inputs):
            return False
        is_needed = any(tensor.datatype in BINARY_ONLY for tensor in inputs)
        return is_needed or sum(len(tensor.data) for tensor in inputs) >= _MANY_VALUES

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        body = self.body(response)
        listed = body.get("outputs") if isinstance(body, dict) else None
        if not isinstance(body, dict) or not isinstance(listed, list):
            raise unreadable("an answer with outputs", response)
        try:
            outputs = tuple(self.output(tensor, rows) for tensor in listed)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise unreadable(f"outputs that fit together ({error})", response) from error
        return self.answered_by(signature.model, body, response), outputs

    def body(self, response: Response) -> object:
        """The answer's JSON; data that came as bytes are put back into their tensors."""
        if not response.headers.get(HEADER_LENGTH.lower()):
            return self.answer_of(response)
        try:
            return without_binary(response)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise unreadable(f"binary tensors that fit together ({error})", response) from error

    def output(self, tensor: Mapping[str, object], rows: int) -> Output:
        """One output of an answer. Raises KeyError, TypeError or ValueError."""
        return output_of(tensor, rows)

    def answered_by(
        self, model: ModelRef, body: Mapping[str, object], response: Response
    ) -> ModelRef:
        """The model that was asked, with the version that answered."""
        version = str(body.get("model_version") or model.version)
        return ModelRef(server=model.server, name=model.name, version=version)

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        return (
            Offer(kind="load", route=f"POST /v2/repository/models/{model.name}/load and /unload"),
            Offer(kind="versions", route="POST /v2/repository/index"),
            Offer(kind="stream", route=f"POST {self.path(model)}/infer_stream"),
            Offer(kind="metrics", route="GET /metrics on the metrics port, 8082 by default"),
        )

    def own_client(self, signature: Signature, request: Request) -> str:
        from mds_client.client.tritonclient_program import tritonclient_program

        return tritonclient_program(signature.model, request, binary=self.TAKES_BINARY)

    def path(self, model: ModelRef) -> str:
        """The route of a model, with its version where one is asked for."""
        return _path(model.name, model.version)

    def headers(self, model: ModelRef) -> dict[str, str]:
        """Headers by which a mesh finds the model; none for a plain server."""
        return {}


@lru_cache(maxsize=1024)
def _path(name: str, version: str) -> str:
    of_version = f"/versions/{quote(version, safe='')}" if version else ""
    return f"/v2/models/{quote(name, safe='')}{of_version}"


def _is_table(signature: Signature) -> bool:
    """Whether each input is one column: MLServer's tables hold no tensors in a cell."""
    sizes = [size for field in signature.inputs for size in field.shape[1:]]
    return signature.layout == "columns" and all(size == 1 for size in sizes)


def _has_name(entry: object) -> bool:
    return isinstance(entry, Mapping) and isinstance(entry.get("name"), str) and bool(entry["name"])


def _model_info(server: str, entry: Mapping[str, object]) -> ModelInfo:
    state = str(entry.get("state") or "UNKNOWN").upper()
    return ModelInfo(
        ref=ModelRef(
            server=server, name=str(entry["name"]), version=str(entry.get("version") or "")
        ),
        state=state if state in STATES else "UNKNOWN",
        reason=str(entry.get("reason") or "")[:500],
    )


PROTOCOL = OpenInference
