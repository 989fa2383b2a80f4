"""A model for MLServer that reads what it is sent as its metadata say, and tells what it read."""

import base64
import json

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse, Parameters, ResponseOutput


class Tame(MLModel):
    """Answers each input under its own name as JSON: the values that a codec of MLServer made of it."""

    async def load(self):
        return True

    async def predict(self, payload):
        if payload.parameters and payload.parameters.content_type:
            frame = self.decode_request(payload)
            read = {name: list(frame[name]) for name in frame.columns}
        else:
            read = {i.name: self.decode(i, default_codec=NumpyCodec) for i in payload.inputs}
        outputs = [told(name, values) for name, values in read.items()]
        return InferenceResponse(model_name=self.name, model_version=None, outputs=outputs)


def told(name, values):
    text = json.dumps(values, default=plain)
    return ResponseOutput(
        name=name,
        datatype="BYTES",
        shape=[1],
        data=[text],
        parameters=Parameters(content_type="str"),
    )


def plain(value):
    """What JSON does not know: arrays, bytes, pictures, moments."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return {"size": value.size} if hasattr(value, "size") else str(value)
