"""Triton's dialect of the Open Inference Protocol: the binary extension, model configuration, statistics.

https://github.com/triton-inference-server/server/tree/main/docs/protocol
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mds_client.dialect import Conversation, Offer, json_of
from mds_client.errors import UnreadableAnswer
from mds_client.exchange import Request, Response
from mds_client.protocols.open_inference import OpenInference
from mds_client.signature import Field, ModelRef, Signature

_ITS_OWN = {"binary_tensor_data", "model_configuration", "statistics"}


class Triton(OpenInference):
    """NVIDIA Triton Inference Server over REST."""

    NAME = "triton"
    TITLE = "Triton Inference Server"
    ORDER = 10
    READS_CONTENT_TYPES = False
    TAKES_BINARY = True

    def detect(self) -> Conversation[str]:
        said = self.server_metadata((yield Request(method="GET", path="/v2")))
        extensions = said.get("extensions") if said else None
        if not said or not isinstance(extensions, list) or not set(extensions) >= _ITS_OWN:
            return ""
        return f"GET /v2 answered as {said.get('name')!r} with Triton's extensions."

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        """The metadata, and from the configuration which inputs may be left out."""
        signature = yield from super().signature(model)
        config = yield Request(method="GET", path=f"{self.path(model)}/config")
        optional = _optional_inputs(config)
        return replace(
            signature, inputs=tuple(_left_out(f, f.name in optional) for f in signature.inputs)
        )

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        return (
            Offer(kind="binary", route=f"POST {self.path(model)}/infer"),
            Offer(kind="statistics", route=f"GET {self.path(model)}/stats"),
            Offer(kind="load", route=f"POST /v2/repository/models/{model.name}/load and /unload"),
            Offer(kind="versions", route="POST /v2/repository/index"),
            Offer(kind="stream", route=f"POST {self.path(model)}/generate_stream"),
            Offer(kind="metrics", route="GET /metrics on the metrics port, 8002 by default"),
        )


def _optional_inputs(response: Response) -> set[str]:
    """Names of optional inputs; none when the configuration may not be read."""
    if response.status != 200:
        return set()
    try:
        config = json_of(response)
    except UnreadableAnswer:
        return set()
    listed = config.get("input") if isinstance(config, Mapping) else None
    inputs = [i for i in listed if isinstance(i, Mapping)] if isinstance(listed, list) else []
    return {str(i.get("name")) for i in inputs if i.get("optional") is True}


def _left_out(field: Field, is_optional: bool) -> Field:
    if not is_optional:
        return field
    provenance = {**field.provenance, "optional": "declared config"}
    return replace(field, required=False, provenance=provenance)


DIALECT = Triton
