"""Seldon Core 1, protocol `seldon`: one deployment behind a prefix, or its Python wrapper alone.

https://docs.seldon.io/projects/seldon-core/en/latest/reference/apis/external-prediction.html
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote, urlsplit

import numpy as np

from mds_client.checks import is_missing
from mds_client.declared import DECLARED, GUESSED, described, signature_of, unknown_input
from mds_client.dialect import (
    JSON,
    Conversation,
    Dialect,
    Offer,
    body_of,
    flat,
    json_of,
    shape_of,
    unreadable,
)
from mds_client.errors import EndpointRefused, InvalidValues, MdsError, Problem, UnreadableAnswer
from mds_client.exchange import Request, Response
from mds_client.json_schema import MAX_FIELDS, Schema, object_of, outputs_of, value_of
from mds_client.prediction import Output
from mds_client.prediction_schema import columns, labels, schema_in
from mds_client.refusals import error_of
from mds_client.server import ModelInfo
from mds_client.signature import Field, ModelRef, Signature, Values

_METADATA = ("/api/v1.0/metadata", "/metadata")
_HEALTH = ("/api/v1.0/health/status", "/health/status")
_FAILURE = ("FAILURE", 1, "1")
_WRONG = 0.001  # a reward of 0 is not counted, a negative one breaks the counter
_MANY = 64
_ALONE = {"strData": ("Text", ""), "binData": ("File", "base64")}
_TENSORFLOW = {"DT_FLOAT": "floatVal", "DT_DOUBLE": "doubleVal", "DT_INT32": "intVal"}

Facts = Mapping[str, object]


class SeldonCore1(Dialect):
    """One deployment is one model. A signature's `tensor` says which form of data it takes."""

    NAME = "seldon-core-1"
    TITLE = "Seldon Core 1"
    ORDER = 50

    def detect(self) -> Conversation[str]:
        for path in (*_METADATA, *_HEALTH):
            response = yield Request(method="GET", path=path)
            if _is_seldon(response):
                return f"GET {path} answered in the form of Seldon Core 1."
        return ""

    def ready(self) -> Conversation[bool]:
        """A deployment's gateway has no readiness of its own: its metadata stand in for it."""
        for path in (*_HEALTH, *_METADATA):
            response = yield Request(method="GET", path=path)
            if response.status == 200:
                return not _failure(response)
        return False

    def models(self) -> Conversation[list[ModelInfo]]:
        metadata = yield from self._metadata()
        is_ready = yield from self.ready()
        state = "READY" if is_ready else "UNAVAILABLE"
        if self.server.models:
            return [replace(info, state=state) for info in self.configured_models()]
        ref = ModelRef(server=self.server.name, name=self._name(metadata))
        return [ModelInfo(ref=ref, state=state)]

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        metadata = yield from self._metadata()
        try:
            return _signature(model, metadata)
        except (TypeError, ValueError, OverflowError, RecursionError, AttributeError) as error:
            raise UnreadableAnswer(
                "The server answered, but not in the form that was agreed.",
                advice="Tell whoever runs the server; your entries are kept.",
                detail=f"metadata that fit together ({error})",
            ) from error

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        message = _message(signature, rows)
        return Request(
            method="POST",
            path="/api/v1.0/predictions",
            body=body_of({"meta": {"puid": request_id}} | message),
            headers=JSON | ({"Seldon-Puid": request_id} if request_id else {}),
            request_id=request_id,
        )

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        body = self.json_of(response)
        if not isinstance(body, Mapping):
            raise unreadable("a message", response)
        if _failure(response):
            raise self.problem(replace(response, status=500))
        try:
            return signature.model, _outputs(signature, body, rows)
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise unreadable(f"a message that fits together ({error})", response) from error

    def explain_route(self, model: ModelRef, explainer: ModelRef) -> str:
        """The explainer is a deployment beside this one, at an address of its own."""
        return "POST /api/v1.0/explain" if self.server.explainer_url else ""

    def explain_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request | None:
        """None where the settings have no address of an explainer."""
        if not self.server.explainer_url:
            return None
        request = self.predict_request(signature, rows, request_id)
        return replace(request, path="/api/v1.0/explain", to_explainer=True)

    def read_explanation(self, signature: Signature, response: Response) -> object:
        if _failure(response):
            raise self.problem(replace(response, status=500))
        return self.json_of(response)

    def feedback_request(
        self, sent: bytes, answered: bytes, *, is_right: bool, request_id: str
    ) -> Request | None:
        """Right is a reward of 1, wrong a very small one: Seldon counts nothing for 0."""
        try:
            request, response = json.loads(sent), json.loads(answered)
        except (ValueError, RecursionError):
            return None
        reward = 1.0 if is_right else _WRONG
        return Request(
            method="POST",
            path="/api/v1.0/feedback",
            body=body_of(
                {"request": request, "response": _bare(response, request_id), "reward": reward}
            ),
            headers=JSON | ({"Seldon-Puid": request_id} if request_id else {}),
            request_id=request_id,
        )

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        offered: tuple[Offer, ...] = (
            Offer(kind="feedback", route="POST /api/v1.0/feedback"),
            Offer(kind="metrics", route="GET /prometheus"),
        )
        parts = _prefix(self.server.url)
        if len(parts) > 1 and parts[0] == "seldon":
            beside = "/".join(["", *(quote(part, safe="") for part in parts)])
            route = f"POST {beside}-explainer/<predictor>/api/v1.0/explain"
            offered = (*offered, Offer(kind="explain", route=route))
        return offered

    def problem(self, response: Response) -> MdsError:
        """Its status says more than the HTTP status: an unknown URL is HTTP 500, and so is a bad shape."""
        status = _status(response)
        if status is None:
            return error_of(response)
        info, reason = str(status.get("info") or ""), str(status.get("reason") or "")
        body, meant = body_of({"error": info[:4000]}), response.status
        if info.startswith("404 Not Found"):
            meant = 404
        elif reason == "MICROSERVICE_BAD_DATA" or info.startswith("405 Method Not Allowed"):
            meant = meant if 400 <= meant < 500 else 400
        error = error_of(replace(response, status=max(meant, 400), body=body))
        error.detail = response.body[:4000].decode("utf-8", "replace")
        if isinstance(error, EndpointRefused):
            error.field = ""
        return error

    def _metadata(self) -> Conversation[Facts]:
        """What the deployment says of itself; nothing where it cannot be reached behind its gateway."""
        found: Facts = {}
        for path in _METADATA:
            response = yield Request(method="GET", path=path)
            if response.status in (401, 403):
                raise self.problem(response)
            if response.status != 200:
                continue
            body = json_of(response)
            if not isinstance(body, Mapping):
                raise unreadable("metadata", response)
            found = body
            break
        return found

    def _name(self, metadata: Facts) -> str:
        parts = _prefix(self.server.url)
        return parts[-1] if parts else _plain_name(metadata.get("name")) or "model"


def _prefix(url: str) -> list[str]:
    return [part for part in urlsplit(url).path.split("/") if part]


def _plain_name(name: object) -> str:
    """The default name is that of a container image: its own part, without registry and tag."""
    text = name if isinstance(name, str) else ""
    return text.rpartition("/")[2].partition(":")[0].partition("@")[0][:200]


def _is_seldon(response: Response) -> bool:
    try:
        body = json_of(response)
    except UnreadableAnswer:
        return False
    if response.status != 200 or not isinstance(body, Mapping):
        return False
    is_graph = "graphinputs" in body or "graphoutputs" in body
    is_node = {"name", "platform", "inputs", "outputs"} <= body.keys() and "versions" in body
    kinds = {"data", "jsonData", "strData", "binData"} & body.keys()
    return is_graph or is_node or (bool(kinds) and isinstance(body.get("meta"), Mapping))


def _status(response: Response) -> Facts | None:
    try:
        body = json_of(response)
    except UnreadableAnswer:
        return None
    status = body.get("status") if isinstance(body, Mapping) else None
    return status if isinstance(status, Mapping) else None


def _failure(response: Response) -> bool:
    status = _status(response)
    return status is not None and status.get("status") in _FAILURE


def _bare(answer: object, request_id: str) -> object:
    """The answer with the id under which the server knows the request."""
    if not isinstance(answer, Mapping):
        return answer
    meta = answer.get("meta")
    return {**answer, "meta": {**(meta if isinstance(meta, Mapping) else {}), "puid": request_id}}


def _signature(model: ModelRef, metadata: Facts) -> Signature:
    inputs = _listed(metadata, "graphinputs") or _listed(metadata, "inputs")
    outputs = _listed(metadata, "graphoutputs") or _listed(metadata, "outputs")
    custom = metadata.get("custom")
    facts = custom if isinstance(custom, Mapping) else {}
    title, question = (str(facts.get(key) or "")[:2000] for key in ("title", "question"))
    platform = str(metadata.get("platform") or "")[:200]
    schema = schema_in(facts) or schema_in(metadata)
    signature = _taken(model, inputs[0] if inputs else {}, inputs)
    signature = _explained(signature, columns(schema))
    answered = tuple(field for o in outputs[:1] for field in _answered(o)) or _classes(schema)
    return replace(signature, outputs=answered, title=title, question=question, platform=platform)


def _taken(model: ModelRef, first: Facts, inputs: Sequence[Facts]) -> Signature:
    """What the first input says: Seldon sends one form of data, whatever a graph lists."""
    form, said = str(first.get("messagetype") or ""), first.get("schema")
    schema = said if isinstance(said, Mapping) else {}
    if form == "jsonData":
        return _of_json(model, schema)
    if form in _ALONE:
        words, content_type = _ALONE[form]
        field = Field(
            name=form,
            kind="text",
            label=words,
            content_type=content_type,
            provenance={"kind": DECLARED},
        )
        return _formed(model, form, (field,), field)
    if "datatype" in first:
        return _of_tensors(model, inputs)
    names, sizes = _names(schema), _sizes(schema)
    width = math.prod(sizes) if sizes and min(sizes) > 0 else 0
    if names and (not width or width == len(names)):
        return _formed(model, form, _columns(names), _whole(form, (len(names),)))
    if 0 < width <= _MANY and len(sizes) == 1:
        return _formed(model, form, _numbered(width), _whole(form, sizes))
    if width or sizes:
        field = replace(_whole(form, sizes), label="Numbers of one row")
        return replace(_formed(model, form, (field,), field), layout="tensors")
    return Signature(
        model=model, inputs=(unknown_input(),), layout="unknown", tensor=_whole(form, (-1,))
    )


def _explained(signature: Signature, known: Sequence[Facts]) -> Signature:
    """The columns as the prediction schema has them, where there are as many, or none are declared."""
    form = signature.tensor.content_type if signature.tensor else "ndarray"
    names = [field.name for field in signature.inputs]
    if not known or signature.layout not in ("matrix", "unknown"):
        return signature
    if signature.layout == "matrix" and len(known) != len(names):
        return signature
    are_named = signature.layout == "matrix" and not _are_guessed(signature.inputs)
    fields = tuple(
        _described(names[i] if are_named else str(column["name"]), column)
        for i, column in enumerate(known)
    )
    if any(field.datatype == "BYTES" for field in fields):
        form = "ndarray"
    return _formed(signature.model, form, fields, _whole(form, (len(fields),)))


def _are_guessed(fields: Sequence[Field]) -> bool:
    return any(field.provenance.get("name") == GUESSED for field in fields)


def _described(name: str, column: Facts) -> Field:
    choices = column.get("choices")
    is_text = isinstance(choices[0], str) if isinstance(choices, list) else False
    is_text = is_text or column.get("kind") == "text"
    return described(name, "BYTES" if is_text else "FP64", (-1, 1), column)


def _classes(schema: Facts) -> tuple[Field, ...]:
    names = labels(schema)
    return _answered({"schema": {"names": names}})


def _formed(model: ModelRef, form: str, fields: tuple[Field, ...], whole: Field) -> Signature:
    layout = "tensors" if form in ("jsonData", "strData", "binData") else "matrix"
    return Signature(
        model=model,
        inputs=fields,
        layout=layout,  # type: ignore[arg-type]
        tensor=replace(whole, content_type=form or "ndarray"),
    )


def _of_json(model: ModelRef, schema: Facts) -> Signature:
    read = Schema(schema)
    fields = read.fields()
    if fields:
        whole = Field(name="object", kind="json")
        return _formed(model, "jsonData", fields, whole)
    field = replace(read.field("jsonData"), required=True)
    return _formed(model, "jsonData", (field,), replace(field, name="value"))


def _of_tensors(model: ModelRef, inputs: Sequence[Facts]) -> Signature:
    """The form of the Open Inference Protocol: each input is one column, or the one input the whole."""
    declared = signature_of(model, {"inputs": list(inputs[:MAX_FIELDS])})
    if len(declared.inputs) > 1:
        return replace(declared, layout="matrix", tensor=_whole("ndarray", (len(declared.inputs),)))
    return replace(declared, tensor=declared.tensor or _whole("ndarray", (-1,)))


def _columns(names: Sequence[str]) -> tuple[Field, ...]:
    """Seldon says names and no types: numbers is the weak guess."""
    return tuple(
        Field(
            name=name,
            kind="number",
            datatype="FP64",
            provenance={"name": DECLARED, "kind": GUESSED},
        )
        for name in dict.fromkeys(names)
    )


def _numbered(width: int) -> tuple[Field, ...]:
    """Columns without a name of their own; these names are not sent."""
    columns = _columns([f"column {i + 1}" for i in range(width)])
    return tuple(replace(c, provenance={"name": GUESSED, "kind": GUESSED}) for c in columns)


def _whole(form: str, sizes: Sequence[int]) -> Field:
    return Field(
        name="data",
        kind="tensor",
        datatype="FP64",
        shape=(-1, *sizes),
        content_type=form or "ndarray",
        provenance={"shape": DECLARED},
    )


def _answered(output: Facts) -> tuple[Field, ...]:
    said = output.get("schema")
    names = _names(said if isinstance(said, Mapping) else {})
    if len(names) < 2:
        return ()
    shape = (-1, len(names))
    return (Field(name="output", kind="tensor", datatype="FP64", shape=shape, labels=tuple(names)),)


def _listed(metadata: Facts, key: str) -> list[Facts]:
    found = metadata.get(key)
    listed = found if isinstance(found, list) else [found]
    return [item for item in listed[:MAX_FIELDS] if isinstance(item, Mapping)]


def _names(schema: Facts) -> list[str]:
    found = schema.get("names")
    listed = found[:MAX_FIELDS] if isinstance(found, list) else []
    return [
        str(name)[:500] for name in listed if isinstance(name, str | int | float) and name != ""
    ]


def _sizes(schema: Facts) -> list[int]:
    found = schema.get("shape")
    listed = found[:8] if isinstance(found, list) else []
    return [s if 0 < s < 10**9 else -1 for s in listed if type(s) is int]


def _message(signature: Signature, rows: Sequence[Values]) -> dict[str, object]:
    form = signature.tensor.content_type if signature.tensor else "ndarray"
    if form in ("jsonData", "strData", "binData"):
        if len(rows) != 1:
            raise InvalidValues([Problem(field="", sentence="This model takes one row at a time.")])
        return {form: _single(signature, form, rows[0])}
    if signature.layout == "matrix":
        names = [f.name for f in signature.inputs if f.provenance.get("name") != GUESSED]
        table = [[_cell(field, row.get(field.name)) for field in signature.inputs] for row in rows]
        return {"data": ({"names": names} if names else {}) | _data(form, table)}
    field = signature.inputs[0]
    return {"data": _data(form, [_row(field, row.get(field.name)) for row in rows])}


def _single(signature: Signature, form: str, row: Values) -> object:
    first = signature.inputs[0]
    if form == "jsonData":
        if signature.tensor and signature.tensor.name == "object":
            return object_of(signature.inputs, row)
        return value_of(first, row.get(first.name))
    value = value_of(first, row.get(first.name))
    return value if isinstance(value, str) else str(value)


def _cell(field: Field, value: object) -> object:
    return None if is_missing(value) else value_of(field, value)


def _row(field: Field, value: object) -> object:
    if field.kind != "tensor":
        return [_cell(field, value)]
    array = np.asarray(value)
    row = array[0] if array.ndim == len(field.shape) and len(array) == 1 else array
    return row.tolist()


def _data(form: str, table: list[object] | list[list[object]]) -> dict[str, object]:
    """`tensor` holds doubles only: words and gaps go as `ndarray` whatever is declared."""
    if form == "tensor":
        leaves, shape = flat(table), list(shape_of(table))
        numbers = [float(leaf) for leaf in leaves if isinstance(leaf, int | float)]
        if len(numbers) == len(leaves):
            return {"tensor": {"shape": shape, "values": numbers}}
    return {"ndarray": table}


def _outputs(signature: Signature, body: Facts, rows: int) -> tuple[Output, ...]:
    """Whichever form the answer has. Raises KeyError, TypeError, ValueError or RecursionError."""
    data = body.get("data")
    if isinstance(data, Mapping):
        shape, leaves = _numbers(data)
        return _tabular(signature, _names(data), shape, leaves, rows)
    if "jsonData" in body:
        answer = body["jsonData"]
        listed = answer if isinstance(answer, list) and len(answer) == rows > 1 else [answer]
        return outputs_of(listed, signature.outputs)
    for form in ("strData", "binData"):
        if isinstance(body.get(form), str):
            return (Output(name=form, datatype="BYTES", shape=(1,), data=(body[form],)),)
    raise ValueError("no data")


def _numbers(data: Facts) -> tuple[tuple[int, ...], list[object]]:
    if "ndarray" in data:
        return shape_of(data["ndarray"]), flat(data["ndarray"])
    tensor = data.get("tensor")
    if isinstance(tensor, Mapping):
        leaves = flat(tensor["values"])
        return _checked(tensor.get("shape"), leaves), leaves
    tensor = data["tftensor"]
    if not isinstance(tensor, Mapping):
        raise TypeError("tftensor is not an object")
    return _tensorflow(tensor)


def _tensorflow(tensor: Facts) -> tuple[tuple[int, ...], list[object]]:
    """A TensorProto as JSON: values in a list by type, or as little-endian bytes."""
    said, dtype = tensor.get("tensorShape"), str(tensor.get("dtype"))
    dims = said.get("dim") if isinstance(said, Mapping) else []
    sizes = [int(dim["size"]) for dim in dims] if isinstance(dims, list) else []
    if isinstance(tensor.get("tensorContent"), str):
        raw = base64.b64decode(str(tensor["tensorContent"]), validate=True)
        kind = {"DT_FLOAT": "<f4", "DT_DOUBLE": "<f8", "DT_INT32": "<i4", "DT_INT64": "<i8"}[dtype]
        leaves = np.frombuffer(raw, kind).tolist()
    elif dtype == "DT_INT64":
        leaves = [int(str(v)) for v in flat(tensor["int64Val"])]
    else:
        leaves = flat(tensor[_TENSORFLOW[dtype]])
    return _checked(sizes, leaves), leaves


def _checked(shape: object, leaves: Sequence[object]) -> tuple[int, ...]:
    sizes = tuple(int(size) for size in shape) if isinstance(shape, list) else (len(leaves),)
    if min(sizes, default=0) < 0 or math.prod(sizes) != len(leaves):
        raise ValueError(f"{len(leaves)} values for the shape {list(sizes)}")
    return sizes


def _tabular(
    signature: Signature,
    names: Sequence[str],
    shape: tuple[int, ...],
    leaves: Sequence[object],
    rows: int,
) -> tuple[Output, ...]:
    """Probabilities where a row sums to one, else one output for each name; without names the whole."""
    if any(isinstance(leaf, Mapping) for leaf in leaves):
        leaves = [json.dumps(leaf) for leaf in leaves]
    if not shape or shape[0] != rows:
        shape = (1, *shape)
    whole = Output(name="output", datatype=_datatype(leaves), shape=shape, data=tuple(leaves))
    width = len(leaves) // max(shape[0], 1)
    declared = next((f.labels for f in signature.outputs if f.labels), ())
    if width < 2 or len(shape) > 2 or len(names) != width:
        return (whole,)
    if _is_distribution(whole, shape[0]):
        is_known = len(declared) == width
        return (whole,) if is_known else (*_named_classes(whole, names, shape[0]),)
    return tuple(
        Output(
            name=name,
            datatype=_datatype(leaves[i::width]),
            shape=(shape[0],),
            data=tuple(leaves[i::width]),
        )
        for i, name in enumerate(names)
    )


def _is_distribution(whole: Output, rows: int) -> bool:
    return rows > 0 and all(_sums_to_one(whole.row(row)) for row in range(rows))


def _sums_to_one(values: Sequence[object]) -> bool:
    numbers = [v for v in values if isinstance(v, int | float) and 0 <= v <= 1]
    return len(numbers) == len(values) and abs(sum(numbers) - 1) < 1e-3


def _named_classes(whole: Output, names: Sequence[str], rows: int) -> tuple[Output, ...]:
    """Names that only the answer has (the defaults are `t:0`, `t:1`, …): the likeliest in words."""
    if all(name.startswith("t:") for name in names):
        return (whole,)
    pairs = [dict(zip(names, whole.row(row), strict=True)) for row in range(rows)]
    likeliest = [max(row, key=lambda name: float(str(row[name]))) for row in pairs]
    words = [json.dumps(row, ensure_ascii=False) for row in pairs]
    return (
        Output(name="class", datatype="BYTES", shape=(rows,), data=tuple(likeliest)),
        Output(name="probabilities", datatype="BYTES", shape=(rows,), data=tuple(words)),
    )


def _datatype(leaves: Sequence[object]) -> str:
    return "FP64" if all(v is None or isinstance(v, int | float) for v in leaves) else "BYTES"


DIALECT = SeldonCore1
