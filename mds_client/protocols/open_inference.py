"""The Open Inference Protocol, version 2 (also "V2"), as MLServer speaks it.

https://github.com/open-inference/open-inference-protocol
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from mds_client.codecs import codec_for
from mds_client.declared import signature_of
from mds_client.errors import MdsError, UnreadableAnswer
from mds_client.exchange import Request, Response
from mds_client.prediction import Output
from mds_client.refusals import error_of
from mds_client.server import ModelInfo
from mds_client.signature import Field, ModelRef, Signature, Values

NAME = "open-inference"
STATES = ("READY", "LOADING", "UNLOADING", "UNAVAILABLE", "UNKNOWN")
_JSON = {"Content-Type": "application/json"}


def ready_request() -> Request:
    """Judged by its status alone: MLServer and Triton answer with an empty body."""
    return Request(method="GET", path="/v2/health/ready")


def models_request() -> Request:
    """The repository extension's index. It is a POST, and MLServer insists on a body."""
    return Request(method="POST", path="/v2/repository/index", body=b"{}", headers=_JSON)


def read_models(server: str, response: Response) -> list[ModelInfo]:
    """One entry for each name and version. Raises UnreadableAnswer."""
    listed = _json(response)
    if not isinstance(listed, list):
        raise _unreadable("a list of models", response)
    return [_model_info(server, entry) for entry in listed if _has_name(entry)]


def signature_request(model: ModelRef) -> Request:
    return Request(method="GET", path=_path(model))


def read_signature(model: ModelRef, response: Response) -> Signature:
    """The declared signature. Raises UnreadableAnswer."""
    metadata = _json(response)
    if not isinstance(metadata, Mapping):
        raise _unreadable("a description of the model", response)
    return signature_of(model, metadata)


def predict_request(signature: Signature, rows: Sequence[Values], request_id: str) -> Request:
    """An inference request for rows that have been checked.

    Data are flat with explicit shapes: the form that every server of this protocol takes.
    """
    body: dict[str, object] = {"id": request_id, "inputs": _tensors(signature, rows)}
    if signature.layout == "columns":
        body["parameters"] = {"content_type": "pd"}
    if signature.outputs:
        body["outputs"] = [{"name": output.name} for output in signature.outputs]
    content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    return Request(
        method="POST",
        path=f"{_path(signature.model)}/infer",
        body=content,
        headers=_JSON,
        request_id=request_id,
    )


def read_prediction(
    signature: Signature, response: Response, rows: int
) -> tuple[ModelRef, tuple[Output, ...]]:
    """The model with the version that answered, and its outputs. Raises UnreadableAnswer."""
    body = _json(response)
    listed = body.get("outputs") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(listed, list):
        raise _unreadable("an answer with outputs", response)
    try:
        outputs = tuple(_output(tensor, rows) for tensor in listed)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unreadable(f"outputs that fit together ({error})", response) from error
    asked = signature.model
    version = str(body.get("model_version") or asked.version)
    return ModelRef(server=asked.server, name=asked.name, version=version), outputs


def problem(response: Response) -> MdsError:
    return error_of(response)


def _path(model: ModelRef) -> str:
    version = f"/versions/{quote(model.version, safe='')}" if model.version else ""
    return f"/v2/models/{quote(model.name, safe='')}{version}"


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


def _tensors(signature: Signature, rows: Sequence[Values]) -> list[dict[str, object]]:
    if signature.layout == "matrix" and signature.tensor:
        return [_matrix(signature.tensor, signature.inputs, rows)]
    return [_tensor(field, [row.get(field.name) for row in rows]) for field in signature.inputs]


def _matrix(tensor: Field, fields: Sequence[Field], rows: Sequence[Values]) -> dict[str, object]:
    codec = codec_for("np", tensor.datatype)
    by_row = [codec.encode(field, [row.get(field.name)])[0] for row in rows for field in fields]
    return _wire(tensor, (len(rows), len(fields)), by_row)


def _tensor(field: Field, values: Sequence[object]) -> dict[str, object]:
    data = codec_for(_content_type(field), field.datatype).encode(field, values)
    if field.kind != "tensor":
        return _wire(field, (len(values), 1), data)
    return _wire(field, (len(values), *_sizes(field, len(data) // len(values))), data)


def _sizes(field: Field, width: int) -> tuple[int, ...]:
    """The sizes of one row; a single free dimension is what is left of the row's length."""
    sizes = field.shape[1:] or (width,)
    fixed = 1
    for size in sizes:
        fixed *= size if size > 0 else 1
    return tuple(width // fixed if size == -1 else size for size in sizes)


def _wire(field: Field, shape: tuple[int, ...], data: list[object]) -> dict[str, object]:
    tensor: dict[str, object] = {
        "name": field.name,
        "shape": list(shape),
        "datatype": field.datatype,
        "data": data,
    }
    content_type = _content_type(field)
    return tensor | ({"parameters": {"content_type": content_type}} if content_type else {})


def _content_type(field: Field) -> str:
    """What the model declares, else what MLServer needs to read text and files rightly."""
    if field.content_type:
        return field.content_type
    if field.kind in ("image", "audio"):
        return "base64"
    return "str" if field.datatype == "BYTES" else ""


def _output(tensor: Mapping[str, object], rows: int) -> Output:
    data, shape = _flat(tensor["data"]), tensor.get("shape")
    sizes = tuple(int(size) for size in shape) if isinstance(shape, list) else (len(data),)
    if min(sizes, default=0) < 0 or _count(sizes) != len(data):
        raise ValueError(f"{tensor['name']} has {len(data)} elements for the shape {list(sizes)}")
    if sizes and sizes[0] not in (rows, 1):
        # More or fewer rows than asked: one answer for the request as a whole.
        sizes = (1, *sizes)
    datatype = str(tensor.get("datatype") or "")
    parameters = tensor.get("parameters")
    facts = parameters if isinstance(parameters, Mapping) else {}
    content_type = str(facts.get("content_type") or "")
    return Output(
        name=str(tensor["name"]),
        datatype=datatype,
        shape=sizes,
        data=codec_for(content_type, datatype).decode(data),
        content_type=content_type,
    )


def _count(sizes: tuple[int, ...]) -> int:
    count = 1
    for size in sizes:
        count *= size
    return count


def _flat(data: object) -> list[object]:
    """Row-major leaves: custom models may answer with nested lists where the protocol is flat."""
    if not isinstance(data, list):
        raise TypeError("data is not a list")
    if not any(isinstance(item, list) for item in data):
        return data
    return [leaf for item in data for leaf in (_flat(item) if isinstance(item, list) else [item])]


def _json(response: Response) -> object:
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError) as error:
        raise _unreadable("JSON", response) from error


def _unreadable(expected: str, response: Response) -> UnreadableAnswer:
    return UnreadableAnswer(
        "The server answered, but not in the form that was agreed.",
        advice="Tell whoever runs the server; your entries are kept.",
        detail=f"expected {expected}, got {response.body[:500].decode('utf-8', 'replace')!r}",
    )
