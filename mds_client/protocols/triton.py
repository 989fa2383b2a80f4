"""Triton's dialect of the Open Inference Protocol: the binary extension, model configuration, statistics.

https://github.com/triton-inference-server/server/tree/main/docs/protocol
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mds_client.codecs.tensors import NO_BATCH
from mds_client.errors import UnreadableAnswer
from mds_client.protocols.open_inference import OpenInference
from mds_client.protocols.protocol import Conversation, Offer, json_of
from mds_client.signature import Field, ModelRef, Signature
from mds_client.transport.exchange import Request, Response

_ITS_OWN = {"binary_tensor_data", "model_configuration", "statistics"}


class Triton(OpenInference):
    """NVIDIA Triton Inference Server over REST."""

    NAME = "triton"
    TITLE = "Triton Inference Server"
    ORDER = 10
    READS_CONTENT_TYPES = False
    TAKES_BINARY = True

    def detect(self) -> Conversation[str]:
        metadata = self.server_metadata((yield Request(method="GET", path="/v2")))
        extensions = metadata.get("extensions") if metadata else None
        if not metadata or not isinstance(extensions, list) or not set(extensions) >= _ITS_OWN:
            return ""
        return f"GET /v2 answered as {metadata.get('name')!r} with Triton's extensions."

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        """The metadata, and from the configuration what may be left out, what is a picture, and how many rows
        a request may hold."""
        signature = yield from super().signature(model)
        config = _config((yield Request(method="GET", path=f"{self.path(model)}/config")))
        inputs = _inputs(config)
        fields = (_configured(field, inputs.get(field.name, {})) for field in signature.inputs)
        return replace(signature, inputs=tuple(fields), max_rows=_max_rows(config))

    def read_signature(self, model: ModelRef, response: Response) -> Signature:
        """As for the Open Inference Protocol. A shape that begins with a size has no batch dimension: such a
        model takes one row a request."""
        signature = super().read_signature(model, response)
        body = self.json_of(response)
        listed = body.get("inputs") if isinstance(body, Mapping) else None
        without_batch = {
            t.get("name") for t in listed or [] if isinstance(t, Mapping) and _is_alone(t)
        }
        inputs = (_without_batch(f) if f.name in without_batch else f for f in signature.inputs)
        return replace(signature, inputs=tuple(inputs))

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        return (
            Offer(kind="binary", route=f"POST {self.path(model)}/infer"),
            Offer(kind="statistics", route=f"GET {self.path(model)}/stats"),
            Offer(kind="load", route=f"POST /v2/repository/models/{model.name}/load and /unload"),
            Offer(kind="versions", route="POST /v2/repository/index"),
            Offer(kind="stream", route=f"POST {self.path(model)}/generate_stream"),
            Offer(kind="metrics", route="GET /metrics on the metrics port, 8002 by default"),
        )


def _is_alone(tensor: Mapping[str, object]) -> bool:
    shape = tensor.get("shape")
    return isinstance(shape, list) and shape[:1] not in ([], [-1], [1])


def _without_batch(field: Field) -> Field:
    return replace(field, provenance={**field.provenance, "batch": NO_BATCH})


def _config(response: Response) -> Mapping[str, object]:
    """The configuration; nothing when it may not be read."""
    if response.status != 200:
        return {}
    try:
        config = json_of(response)
    except UnreadableAnswer:
        return {}
    return config if isinstance(config, Mapping) else {}


def _max_rows(config: Mapping[str, object]) -> int:
    """Triton's max_batch_size; its 0 is for models without batches, whose shapes say the rest."""
    most = config.get("max_batch_size")
    return most if type(most) is int and most > 0 else 0


def _inputs(config: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """The inputs by name."""
    listed = config.get("input")
    inputs = [i for i in listed if isinstance(i, Mapping)] if isinstance(listed, list) else []
    return {str(i.get("name")): i for i in inputs}


def _configured(field: Field, facts: Mapping[str, object]) -> Field:
    words = _FORMATS.get(str(facts.get("format")), "")
    configured = replace(field, description=field.description or words)
    if facts.get("optional") is not True:
        return configured
    provenance = {**configured.provenance, "optional": "declared config"}
    return replace(configured, required=False, provenance=provenance)


_FORMATS = {
    "FORMAT_NHWC": "The pixels of a picture: height, width, colours.",
    "FORMAT_NCHW": "The pixels of a picture: colours, height, width.",
}


PROTOCOL = Triton
