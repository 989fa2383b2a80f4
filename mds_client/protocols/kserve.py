"""The Open Inference Protocol as KServe's Python server speaks it.

https://github.com/kserve/kserve/tree/master/python/kserve/kserve/protocol/rest
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from mds_client.protocols.kserve_v1 import path as v1_path
from mds_client.protocols.kserve_v1 import request as v1_request
from mds_client.protocols.open_inference import OpenInference
from mds_client.protocols.protocol import Conversation, Offer, unreadable
from mds_client.server import ModelInfo
from mds_client.signature import ModelRef, Signature, Values
from mds_client.transport.exchange import Request, Response

_ITS_OWN = "model_repository_extension"


class KServe(OpenInference):
    """KServe over REST, version 2 of the protocol. It knows no versions of a model."""

    NAME = "kserve"
    TITLE = "KServe (Open Inference Protocol)"
    ORDER = 12
    TAKES_BINARY = True

    def detect(self) -> Conversation[str]:
        metadata = self.server_metadata((yield Request(method="GET", path="/v2")))
        extensions = metadata.get("extensions") if metadata else None
        if not metadata or not isinstance(extensions, list) or _ITS_OWN not in extensions:
            return ""
        return f"GET /v2 answered as {metadata.get('name')!r} with KServe's extension."

    def models(self) -> Conversation[list[ModelInfo]]:
        """KServe's own listing. It leaves out models that are not ready."""
        response = yield Request(method="GET", path="/v2/models")
        body = self.json_of(response)
        names = body.get("models") if isinstance(body, Mapping) else None
        if not isinstance(names, list):
            raise unreadable("a list of models", response)
        refs = [ModelRef(server=self.server.name, name=str(name)) for name in names if name]
        return [ModelInfo(ref=ref, state="READY") for ref in refs]

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        """KServe's logger takes the id of its events from a header of its own."""
        request = super().predict_request(signature, rows, request_id)
        return replace(request, headers={**request.headers, "Ce-Id": request_id})

    def explain_route(self, model: ModelRef, explainer: ModelRef) -> str:
        """Its own explainers speak version 1 of the protocol."""
        if explainer == model:
            return f"POST {v1_path(model)}:explain"
        return super().explain_route(model, explainer)

    def explain_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request | None:
        if signature.explainer and signature.explainer.model == signature.model:
            return v1_request(signature, rows, request_id, "explain")
        return super().explain_request(signature, rows, request_id)

    def read_explanation(self, signature: Signature, response: Response) -> object:
        if signature.explainer and signature.explainer.model == signature.model:
            return self.json_of(response)
        return super().read_explanation(signature, response)

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        name = quote(model.name, safe="")
        return (
            Offer(kind="binary", route=f"POST /v2/models/{name}/infer"),
            Offer(kind="explain", route=f"POST /v1/models/{name}:explain"),
            Offer(kind="load", route=f"POST /v2/repository/models/{name}/load and /unload"),
            Offer(kind="metrics", route="GET /metrics"),
        )

    def path(self, model: ModelRef) -> str:
        return f"/v2/models/{quote(model.name, safe='')}"


PROTOCOL = KServe
