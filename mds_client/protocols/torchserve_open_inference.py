"""TorchServe in its Open Inference Protocol mode (`ts_open_inference_protocol=oip`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from mds_client.protocols.open_inference import OpenInference
from mds_client.protocols.protocol import Conversation, Offer
from mds_client.server import ModelInfo
from mds_client.signature import ModelRef, Signature, Values
from mds_client.transport.exchange import Request, Response


class TorchServeOpenInference(OpenInference):
    """TorchServe, version 2 of the protocol. Models are listed on the management address."""

    NAME = "torchserve-open-inference"
    TITLE = "TorchServe (Open Inference Protocol)"
    ORDER = 14

    def detect(self) -> Conversation[str]:
        metadata = self.server_metadata((yield Request(method="GET", path="/v2")))
        if not metadata or "torchserve" not in str(metadata.get("name", "")).lower():
            return ""
        return f"GET /v2 answered as {metadata.get('name')!r}."

    def models(self) -> Conversation[list[ModelInfo]]:
        """The configured names, else the listing of the management address."""
        if self.server.models or not self.server.management_url:
            return self.configured_models()
        response = yield Request(method="GET", path="/models?limit=1000", to_management=True)
        body = self.json_of(response)
        listed = body.get("models") if isinstance(body, Mapping) else None
        names = [m.get("modelName") for m in listed or [] if isinstance(m, Mapping)]
        refs = [ModelRef(server=self.server.name, name=str(name)) for name in names if name]
        return [ModelInfo(ref=ref, state="READY") for ref in refs]

    def explain_route(self, model: ModelRef, explainer: ModelRef) -> str:
        """Its explanations keep the route of TorchServe's own protocol, and its JSON."""
        return f"POST {_explanations(explainer)}"

    def explain_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request | None:
        model = signature.explainer.model if signature.explainer else signature.model
        request = self.predict_request(signature, rows, request_id)
        return replace(request, path=_explanations(model), to_explainer=True)

    def read_explanation(self, signature: Signature, response: Response) -> object:
        return self.json_of(response)

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        return (
            Offer(kind="explain", route=f"POST {_explanations(model)}"),
            Offer(kind="metrics", route="GET /metrics on the metrics port, 8082 by default"),
        )

    def path(self, model: ModelRef) -> str:
        return f"/v2/models/{quote(model.name, safe='')}"


def _explanations(model: ModelRef) -> str:
    return f"/explanations/{quote(model.name, safe='')}"


PROTOCOL = TorchServeOpenInference
