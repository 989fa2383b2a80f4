"""Seldon Core 2: models, pipelines and experiments behind its Envoy mesh.

A mesh finds its target by the header Seldon-Model and lists nothing: names come from the settings or from
Kubernetes. A pipeline is called `name.pipeline`, an experiment `name.experiment`.
https://docs.seldon.ai/seldon-core-2/user-guide/inference
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from mds_client.prediction import Output
from mds_client.protocols.open_inference import OpenInference
from mds_client.protocols.protocol import Conversation, Offer
from mds_client.server import ModelInfo
from mds_client.signature import ModelRef, Signature
from mds_client.signature.metadata import signature_of
from mds_client.transport.exchange import Request, Response

PIPELINE, EXPERIMENT = ".pipeline", ".experiment"
_READY = {200: "READY", 424: "LOADING", 503: "LOADING", 404: "UNAVAILABLE"}
_AS_TEXT = ("str", "datetime")


class SeldonCore2(OpenInference):
    """Seldon Core 2 over REST."""

    NAME = "seldon-core-2"
    TITLE = "Seldon Core 2"
    ORDER = 16
    NEEDS_MODELS = True

    def detect(self) -> Conversation[str]:
        """Envoy answers a request that it has no route for with an empty 404."""
        response = yield Request(method="GET", path="/v2")
        is_envoy = response.headers.get("server", "").lower() == "envoy"
        if response.status != 404 or response.body or not is_envoy:
            return ""
        return "GET /v2 was answered by Envoy with an empty 404, as a mesh does without a Seldon-Model."

    def ready(self) -> Conversation[bool]:
        """A mesh answers, if only to say that it has no such route."""
        response = yield Request(method="GET", path="/v2")
        return response.status < 500

    def models(self) -> Conversation[list[ModelInfo]]:
        """The configured names, each asked whether it is ready."""
        models = []
        for info in self.configured_models():
            path = f"{self.path(info.ref)}/ready"
            response = yield Request(method="GET", path=path, headers=self.headers(info.ref))
            models.append(replace(info, state=_READY.get(response.status, "UNKNOWN")))
        return models

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        """Pipelines have no metadata."""
        if model.name.endswith(PIPELINE):
            return signature_of(model, {})
        return (yield from super().signature(model))

    def output(self, tensor: Mapping[str, object], rows: int) -> Output:
        """A pipeline answers text as base64 unless its content type is text or a date."""
        output = super().output(tensor, rows)
        if output.datatype != "BYTES" or output.content_type in _AS_TEXT:
            return output
        return replace(output, data=tuple(_decoded(value) for value in output.data))

    def answered_by(
        self, model: ModelRef, body: Mapping[str, object], response: Response
    ) -> ModelRef:
        """The route that the mesh took, such as `churn_2`: model and generation, or an experiment's
        candidate. The name in the answer's body is the mesh's own."""
        routes = [
            part for part in response.headers.get("x-seldon-route", "").split(":") if part.strip()
        ]
        return replace(model, version=routes[-1].strip() if routes else model.version)

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        return (Offer(kind="metrics", route="GET /metrics of the server pods' agents"),)

    def path(self, model: ModelRef) -> str:
        return f"/v2/models/{quote(model.name, safe='')}"

    def headers(self, model: ModelRef) -> dict[str, str]:
        return {"Seldon-Model": model.name}


def _decoded(value: object) -> object:
    try:
        return base64.b64decode(str(value), validate=True).decode()
    except (binascii.Error, ValueError):
        return value


PROTOCOL = SeldonCore2
