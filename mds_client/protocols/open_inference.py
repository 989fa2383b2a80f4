"""The Open Inference Protocol, version 2 (also "V2"): MLServer, and every server without a dialect of its own.

https://github.com/open-inference/open-inference-protocol
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote

from mds_client.codecs import codec_for
from mds_client.declared import signature_of
from mds_client.dialect import JSON, Conversation, Dialect, Offer, body_of, flat, unreadable
from mds_client.exchange import Request, Response
from mds_client.prediction import Output
from mds_client.server import ModelInfo
from mds_client.signature import Field, ModelRef, Signature, Values

STATES = ("READY", "LOADING", "UNLOADING", "UNAVAILABLE", "UNKNOWN")


class OpenInference(Dialect):
    """Version 2 of the protocol over REST, as MLServer speaks it."""

    NAME = "open-inference"
    TITLE = "Open Inference Protocol (MLServer and others)"
    ORDER = 20
    READS_CONTENT_TYPES: ClassVar[bool] = True

    def detect(self) -> Conversation[str]:
        said = self.server_metadata((yield Request(method="GET", path="/v2")))
        if said is None:
            return ""
        return f"GET /v2 answered as the server {said.get('name', 'without a name')!r}."

    def server_metadata(self, response: Response) -> Mapping[str, object] | None:
        """The answer of GET /v2 if it is the metadata of such a server (TorchServe misspells the key)."""
        if response.status != 200:
            return None
        said = self.json_of(response)
        keys = {"extensions", "extenstion"}
        return said if isinstance(said, Mapping) and keys & said.keys() else None

    def ready(self) -> Conversation[bool]:
        """Judged by its status alone: MLServer and Triton answer with an empty body."""
        response = yield Request(method="GET", path="/v2/health/ready")
        return response.status == 200

    def models(self) -> Conversation[list[ModelInfo]]:
        """The repository extension's index. It is a POST, and MLServer insists on a body."""
        response = yield Request(
            method="POST", path="/v2/repository/index", body=b"{}", headers=JSON, is_repeatable=True
        )
        if response.status in (404, 405, 501) and self.server.models:
            return self.configured_models()
        listed = self.json_of(response)
        if not isinstance(listed, list):
            raise unreadable("a list of models", response)
        return [_model_info(self.server.name, entry) for entry in listed if _has_name(entry)]

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        response = yield Request(method="GET", path=self.path(model), headers=self.headers(model))
        return self.read_signature(model, response)

    def read_signature(self, model: ModelRef, response: Response) -> Signature:
        """The signature that the metadata declare. Raises MdsError."""
        metadata = self.json_of(response)
        if not isinstance(metadata, Mapping):
            raise unreadable("a description of the model", response)
        return signature_of(model, metadata)

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        """Data are flat with explicit shapes: the form that every server of this protocol takes."""
        body: dict[str, object] = {"id": request_id, "inputs": tensors(signature, rows)}
        if signature.layout == "columns" and self.READS_CONTENT_TYPES:
            body["parameters"] = {"content_type": "pd"}
        if signature.outputs:
            body["outputs"] = [{"name": output.name} for output in signature.outputs]
        return Request(
            method="POST",
            path=f"{self.path(signature.model)}/infer",
            body=body_of(body),
            headers=JSON | self.headers(signature.model),
            request_id=request_id,
        )

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        body = self.json_of(response)
        listed = body.get("outputs") if isinstance(body, Mapping) else None
        if not isinstance(body, Mapping) or not isinstance(listed, list):
            raise unreadable("an answer with outputs", response)
        try:
            outputs = tuple(_output(tensor, rows) for tensor in listed)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise unreadable(f"outputs that fit together ({error})", response) from error
        return self.answered_by(signature.model, body), outputs

    def answered_by(self, asked: ModelRef, body: Mapping[str, object]) -> ModelRef:
        """The model that was asked, with the version that answered."""
        version = str(body.get("model_version") or asked.version)
        return ModelRef(server=asked.server, name=asked.name, version=version)

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        return (
            Offer(kind="load", route=f"POST /v2/repository/models/{model.name}/load and /unload"),
            Offer(kind="versions", route="POST /v2/repository/index"),
            Offer(kind="stream", route=f"POST {self.path(model)}/infer_stream"),
        )

    def own_client(self, signature: Signature, request: Request) -> str:
        from mds_client.snippets import tritonclient_program

        return tritonclient_program(signature.model, request, binary=False)

    def path(self, model: ModelRef) -> str:
        """The route of a model, with its version where one is asked for."""
        version = f"/versions/{quote(model.version, safe='')}" if model.version else ""
        return f"/v2/models/{quote(model.name, safe='')}{version}"

    def headers(self, model: ModelRef) -> dict[str, str]:
        """Headers by which a mesh finds the model; none for a plain server."""
        return {}


DIALECT = OpenInference


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


def tensors(signature: Signature, rows: Sequence[Values]) -> list[dict[str, object]]:
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
    data, shape = flat(tensor["data"]), tensor.get("shape")
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
