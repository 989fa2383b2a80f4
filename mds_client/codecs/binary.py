"""The binary tensor data extension of the Open Inference Protocol, both ways.

The body is a JSON part followed by the raw tensors, in order and without padding; a header gives the length
of the JSON part. Triton and KServe's Python server speak it; MLServer does not.
https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from mds_client.codecs.tensors import Tensor
from mds_client.protocols.protocol import body_of
from mds_client.signature.datatypes import from_bytes
from mds_client.transport.exchange import Response

HEADER_LENGTH = "Inference-Header-Content-Length"


def with_binary(
    envelope: Mapping[str, object], inputs: Sequence[Tensor]
) -> tuple[bytes, dict[str, str]]:
    """The body that carries the tensors as bytes and asks for bytes back, with its headers."""
    described, raw = zip(*[tensor.as_binary() for tensor in inputs], strict=True)
    head = body_of({**_asking_for_bytes(envelope), "inputs": described})
    headers = {"Content-Type": "application/octet-stream", HEADER_LENGTH: str(len(head))}
    return b"".join([head, *raw]), headers


def _asking_for_bytes(envelope: Mapping[str, object]) -> dict[str, object]:
    """The request that asks for outputs as bytes; outputs that are requested by name must say so one by one."""
    parameters, outputs = envelope.get("parameters"), envelope.get("outputs")
    known = parameters if isinstance(parameters, dict) else {}
    request = {**envelope, "parameters": {**known, "binary_data_output": True}}
    if isinstance(outputs, list):
        request["outputs"] = [{**output, "parameters": {"binary_data": True}} for output in outputs]
    return request


def without_binary(response: Response) -> dict[str, object]:
    """The answer as if all its tensors had come as JSON.

    Raises KeyError, TypeError or ValueError when the parts do not fit together.
    """
    length = int(response.headers[HEADER_LENGTH.lower()])
    if not 0 <= length <= len(response.body):
        raise ValueError(f"a JSON part of {length} bytes in {len(response.body)}")
    body = orjson.loads(response.body[:length])
    start = length
    for tensor in body["outputs"]:
        size = (tensor.get("parameters") or {}).get("binary_data_size")
        if size is None:
            continue
        if not isinstance(size, int) or size < 0 or start + size > len(response.body):
            raise ValueError(f"{tensor['name']} is cut off")
        tensor["data"] = from_bytes(tensor["datatype"], response.body[start : start + size])
        start += size
    return dict(body)
