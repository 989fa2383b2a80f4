"""TensorFlow Serving over REST. It describes its models, but does not list them.

https://github.com/tensorflow/serving/blob/master/tensorflow_serving/g3doc/api_rest.md
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast
from urllib.parse import quote

import numpy as np

from mds_client.prediction import Output
from mds_client.protocols.kserve_v1 import outputs, plain
from mds_client.protocols.protocol import JSON, Conversation, Offer, Protocol, unreadable
from mds_client.server import ModelInfo
from mds_client.signature import Field, ModelRef, Signature, Values
from mds_client.signature.metadata import signature_of
from mds_client.transport.exchange import Request, Response

_STATES = {
    "START": "LOADING",
    "LOADING": "LOADING",
    "AVAILABLE": "READY",
    "UNLOADING": "UNLOADING",
    "END": "UNAVAILABLE",
}
_DATATYPES = {
    "DT_FLOAT": "FP32",
    "DT_DOUBLE": "FP64",
    "DT_HALF": "FP16",
    "DT_BFLOAT16": "BF16",
    "DT_STRING": "BYTES",
    "DT_BOOL": "BOOL",
} | {f"DT_{sign}INT{bits}": f"{sign}INT{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)}
_DEFAULT = "serving_default"
_NAMED = "signature_name"
_INTERNAL = "__saved_model_init_op"


class TFServing(Protocol):
    """TensorFlow Serving 2, its predict call in rows."""

    NAME = "tensorflow-serving"
    TITLE = "TensorFlow Serving"
    ORDER = 42
    NEEDS_MODELS = True

    def detect(self) -> Conversation[str]:
        response = yield Request(method="GET", path="/v1/models")
        if response.status == 400 and b"Missing model name" in response.body:
            return "GET /v1/models answered that a model name is missing."
        for info in self.configured_models()[:1]:
            path = _path(info.ref)
            response = yield Request(method="GET", path=path)
            if response.status == 200 and self._versions(response):
                return f"GET {path} answered with model_version_status."
        return ""

    def ready(self) -> Conversation[bool]:
        """There is no route for the whole server: its first model is asked, else whether it answers."""
        for info in self.configured_models()[:1]:
            response = yield Request(method="GET", path=_path(info.ref))
            return any(entry.is_ready for entry in self._entries(info.ref, response))
        response = yield Request(method="GET", path="/v1/models")
        return response.status in (200, 400)

    def models(self) -> Conversation[list[ModelInfo]]:
        """The models from the settings, each with the versions that the server has of it."""
        models: list[ModelInfo] = []
        for info in self.configured_models():
            response = yield Request(method="GET", path=_path(info.ref))
            models += self._entries(info.ref, response) or [info]
        return models

    def _entries(self, model: ModelRef, response: Response) -> list[ModelInfo]:
        if response.status != 200:
            reason = self.problem(response).sentence if response.status < 500 else ""
            return [ModelInfo(ref=model, state="UNAVAILABLE", reason=reason)]
        return [_entry(model, status) for status in self._versions(response)]

    def _versions(self, response: Response) -> list[Mapping[str, object]]:
        body = self.json_of(response)
        listed = body.get("model_version_status") if isinstance(body, Mapping) else None
        return [status for status in _list(listed) if isinstance(status, Mapping)]

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        response = yield Request(method="GET", path=f"{_path(model)}/metadata")
        name, definition = self._definition(response)
        return _signature(model, name, definition)

    def _definition(self, response: Response) -> tuple[str, Mapping[str, object]]:
        """The name and content of the signature to use: the default, else the first. Raises MdsError."""
        definitions = self.json_of(response)
        for key in ("metadata", "signature_def", "signature_def"):
            definitions = definitions.get(key) if isinstance(definitions, Mapping) else None
        named = definitions if isinstance(definitions, Mapping) else {}
        public = {k: v for k, v in named.items() if k != _INTERNAL and isinstance(v, Mapping)}
        if not public:
            raise unreadable("signatures", response)
        name = _DEFAULT if _DEFAULT in public else next(iter(public))
        return name, public[name]

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        # The platform holds a signature that is not the default one.
        content = _signature_name(signature) | {
            "instances": [_instance(signature.inputs, row) for row in rows]
        }
        return Request(
            method="POST",
            path=f"{_path(signature.model)}:predict",
            # TensorFlow Serving reads NaN as a bare token and refuses null.
            body=json.dumps(content).encode(),
            headers=JSON,
            request_id=request_id,
        )

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        answer = self.answer_of(response)
        if not isinstance(answer, Mapping) or "predictions" not in answer:
            raise unreadable("predictions", response)
        listed = answer["predictions"]
        if not isinstance(listed, list) or len(listed) != rows:
            raise unreadable(f"{rows} predictions", response)
        names = [field.name for field in signature.outputs]
        if len(names) > 1 and all(isinstance(row, Mapping) for row in listed):
            return signature.model, _by_name(signature, listed, rows, response)
        name = names[0] if len(names) == 1 else "predictions"
        return signature.model, outputs(name, listed, signature, rows, response)

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        return (
            Offer(kind="versions", route=f"GET {_path(model)}"),
            Offer(
                kind="metrics", route="GET /monitoring/prometheus/metrics, where it is turned on"
            ),
        )


def _path(model: ModelRef) -> str:
    version = f"/versions/{quote(model.version, safe='')}" if model.version else ""
    return f"/v1/models/{quote(model.name, safe='')}{version}"


def _entry(model: ModelRef, status: Mapping[str, object]) -> ModelInfo:
    declared = status.get("status")
    facts = declared if isinstance(declared, Mapping) else {}
    is_failed = facts.get("error_code", "OK") not in ("OK", 0)
    state = "UNAVAILABLE" if is_failed else _STATES.get(str(status.get("state")), "UNKNOWN")
    version = str(status.get("version") or "")
    return ModelInfo(
        ref=ModelRef(server=model.server, name=model.name, version=version),
        state=state,
        reason=str(facts.get("error_message") or "")[:500],
    )


def _signature(model: ModelRef, name: str, definition: Mapping[str, object]) -> Signature:
    """Read as if it were the metadata of the Open Inference Protocol."""
    metadata = {key: _tensors(definition.get(key)) for key in ("inputs", "outputs")}
    signature = signature_of(model, metadata)
    if name == _DEFAULT:
        return signature
    noted = tuple(replace(f, provenance={**f.provenance, _NAMED: name}) for f in signature.inputs)
    return replace(signature, inputs=noted)


def _signature_name(signature: Signature) -> dict[str, object]:
    """The name of a signature that is not the default one, which each request must give."""
    names = {field.provenance.get(_NAMED, "") for field in signature.inputs} - {""}
    return {"signature_name": names.pop()} if names else {}


def _tensors(named: object) -> list[dict[str, object]]:
    if not isinstance(named, Mapping):
        return []
    return [_tensor(str(n), t) for n, t in named.items() if isinstance(t, Mapping)]


def _tensor(name: str, facts: Mapping[str, object]) -> dict[str, object]:
    datatype = _DATATYPES.get(str(facts.get("dtype")), "BYTES")
    tensor = {"name": name, "datatype": datatype, "shape": _sizes(facts.get("tensor_shape"))}
    # By TensorFlow's convention for names: what ends so is the content of a file.
    is_file = datatype == "BYTES" and name.endswith("_bytes")
    return tensor | ({"parameters": {"content_type": "base64"}} if is_file else {})


def _sizes(shape: object) -> list[int]:
    """The sizes are strings. An unknown rank is one free dimension beside the batch."""
    facts = shape if isinstance(shape, Mapping) else {}
    if facts.get("unknown_rank") is True:
        return [-1, -1]
    return [_size(dim.get("size")) for dim in _list(facts.get("dim")) if isinstance(dim, Mapping)]


def _size(text: object) -> int:
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else -1


def _instance(fields: Sequence[Field], row: Values) -> object:
    """The bare value of a single input, else an object."""
    if len(fields) == 1:
        return _value(fields[0], row.get(fields[0].name))
    return {field.name: _value(field, row.get(field.name)) for field in fields}


def _value(field: Field, value: object) -> object:
    """The value in the rank and with the kind of number that the tensor has."""
    if field.kind == "tensor":
        array = np.asarray(value)
        is_batch = array.ndim == len(field.shape) and len(array) == 1
        return (array[0] if is_batch else array).tolist()
    if field.kind == "json":
        return json.loads(value) if isinstance(value, str) else value
    wanted = _number(field, plain(value))
    for _ in field.shape[1:]:
        wanted = [wanted]
    return wanted


def _number(field: Field, value: object) -> object:
    if value is None and field.datatype.startswith(("FP", "BF")):
        return float("nan")
    is_whole = isinstance(value, float) and value.is_integer()
    if is_whole and field.datatype.startswith(("INT", "UINT")):
        return int(cast(float, value))
    return value


def _by_name(
    signature: Signature, listed: list[Mapping[str, object]], rows: int, response: Response
) -> tuple[Output, ...]:
    """The outputs that the signature promises, each with its values of all rows."""
    names = [field.name for field in signature.outputs]
    if any(name not in row for name in names for row in listed):
        raise unreadable(f"the outputs {', '.join(names)}", response)
    columns = [(name, [row[name] for row in listed]) for name in names]
    return tuple(
        o for name, column in columns for o in outputs(name, column, signature, rows, response)
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


PROTOCOL = TFServing
