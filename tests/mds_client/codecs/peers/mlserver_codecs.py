"""MLServer's own codecs as a peer: run by MLServer's environment, one JSON document a line each way.

`decode` reads a request's input as MLServer would and gives back the values; `encode` makes an output.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
from mlserver.codecs import Base64Codec, DatetimeCodec, NumpyCodec, StringCodec
from mlserver.types import RequestInput

CODECS: dict[str, Any] = {
    "np": NumpyCodec,
    "str": StringCodec,
    "base64": Base64Codec,
    "datetime": DatetimeCodec,
}


def answer(asked: dict[str, Any]) -> object:
    codec = CODECS[asked["content_type"]]
    if asked["do"] == "decode":
        return shown(codec.decode_input(RequestInput.model_validate(asked["tensor"])))
    payload = asked["values"]
    if asked["content_type"] == "np":
        payload = np.array(payload, dtype=asked["dtype"]).reshape(asked["shape"])
    return json.loads(codec.encode_output("y", payload).model_dump_json(exclude_none=True))


def shown(values: Any) -> object:
    """Values as JSON; floats by their hexadecimal form, which keeps NaN and every bit."""
    if isinstance(values, np.ndarray):
        if values.dtype.kind == "f":
            return [float(v).hex() for v in values.ravel()]
        return values.ravel().tolist()
    return [v.decode() if isinstance(v, bytes) else str(v) for v in values]


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
