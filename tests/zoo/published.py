"""What each protocol publishes of its requests: the rules in its documents as JSON Schema, one a protocol."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from mds_client.codecs.binary import HEADER_LENGTH
from mds_client.protocols import protocols
from mds_client.protocols.open_inference import OpenInference
from mds_client.transport.exchange import Request
from tests.mds_client.protocols.test_requests_against_openapi import Published
from tests.zoo.animals import Animal

Json = dict[str, Any]
_B64: Json = {
    "type": "object",
    "required": ["b64"],
    "properties": {"b64": {"type": "string", "pattern": "^[A-Za-z0-9+/]*=*$"}},
    "additionalProperties": False,
}


def check(found: Animal, request: Request) -> None:
    """Raises ValidationError or AssertionError where the request is not as published."""
    if issubclass(protocols()[found.protocol], OpenInference):
        Published("dataplane.json").check("InferenceRequest", _open_inference(request))
        return
    body = json.loads(request.body)
    if found.protocol == "openapi":
        _check_openapi(found.metadata, request, body)
        return
    Draft202012Validator(_SCHEMAS[found.protocol](found.metadata)).validate(body)


def _open_inference(request: Request) -> Json:
    """The JSON part; tensors whose data follow it have none in their place."""
    length = request.headers.get(HEADER_LENGTH)
    body: Json = json.loads(request.body[: int(length)] if length else request.body)
    for tensor in body["inputs"]:
        tensor.setdefault("data", [])
        if tensor["datatype"] == "BF16":
            tensor["datatype"] = "FP16"  # which only Triton knows
    return body


def _check_openapi(document: Json, request: Request, body: Any) -> None:
    """Against the document's own schema: 3.0 knows null and excluded limits as draft 4 does."""
    (root,) = {server["url"].rstrip("/") for server in document.get("servers", [{"url": ""}])}
    assert request.path.startswith(root)
    route = request.path.removeprefix(root)
    if document["openapi"].startswith("3.0"):
        operation = document["paths"][route]["post"]
        schema = _with_null(operation["requestBody"]["content"]["application/json"]["schema"])
        Draft4Validator(schema, format_checker=FormatChecker()).validate(body)
        return
    path = route.replace("/", "~1")
    place = f"#/paths/{path}/post/requestBody/content/application~1json/schema"
    registry = Registry().with_resource("urn:zoo", DRAFT202012.create_resource(document))
    found = {"$ref": f"urn:zoo{place}"}
    Draft202012Validator(found, registry=registry, format_checker=FormatChecker()).validate(body)


def _with_null(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    inner = {key: _with_null(value) for key, value in schema.items()}
    inner["properties"] = {k: _with_null(v) for k, v in schema.get("properties", {}).items()}
    return {"anyOf": [{"type": "null"}, inner]} if schema.get("nullable") else inner


def _instances(_: object) -> Json:
    """KServe V1 and TorchServe: any JSON a row."""
    return _only(
        {"instances": {"type": "array", "minItems": 1, "items": {"not": {"type": "null"}}}}
    )


def _features(_: object) -> Json:
    """SageMaker's JSON: the features of each row, or an object of its own."""
    row = {"type": "object", "minProperties": 1}
    return _only({"instances": {"type": "array", "minItems": 1, "items": row}})


def _scoring(_: object) -> Json:
    """MLflow: one of four forms."""
    cell = {"type": ["string", "number", "boolean", "null", "array", "object"]}
    split = _only({"columns": _list({"type": "string"}), "data": _list(_list(cell))})
    tensors = {"type": ["array", "object"], "minItems": 1, "minProperties": 1}
    return {"oneOf": [_only({"dataframe_split": split}), _only({"inputs": tensors})]}


def _seldon(metadata: Mapping[str, Any]) -> Json:
    """Exactly one of the forms of data; an object is as its own schema says."""
    tensor = _only({"shape": _list({"type": "integer"}), "values": _list({"type": "number"})})
    data = {
        "type": "object",
        "properties": {"names": _list({"type": "string"}), "tensor": tensor, "ndarray": _list({})},
        "additionalProperties": False,
        "oneOf": [{"required": ["tensor"]}, {"required": ["ndarray"]}],
    }
    forms: Json = {
        "data": data,
        "strData": {"type": "string"},
        "binData": _B64["properties"]["b64"],
        "jsonData": metadata["inputs"][0].get("schema", {}),
    }
    wanted = metadata["inputs"][0].get("messagetype", "data")
    form = wanted if wanted in forms else "data"
    meta = {"type": "object", "properties": {"puid": {"type": "string"}}}
    return _only({"meta": meta, form: forms[form]})


def _tensorflow(metadata: Mapping[str, Any]) -> Json:
    """Rows of the signature: each input in its rank, with elements of its type."""
    ((name, signature),) = metadata["metadata"]["signature_def"]["signature_def"].items()
    inputs = {n: _tensor(facts) for n, facts in signature["inputs"].items()}
    row = _only(inputs) if len(inputs) > 1 else next(iter(inputs.values()))
    named = {} if name == "serving_default" else {"signature_name": {"const": name}}
    return _only({**named, "instances": _list(row)})


def _tensor(facts: Mapping[str, Any]) -> Json:
    shape = facts["tensor_shape"]
    schema = {} if shape["unknown_rank"] else _element(facts["dtype"])
    for dim in reversed(shape["dim"][1:]):
        size = int(dim["size"])
        fixed = {"minItems": size, "maxItems": size} if size >= 0 else {}
        schema = {"type": "array", "items": schema, **fixed}
    return schema


def _element(dtype: str) -> Json:
    if dtype == "DT_STRING":
        return {"oneOf": [{"type": "string"}, _B64]}
    if dtype == "DT_BOOL":
        return {"type": "boolean"}
    return {"type": "integer" if "INT" in dtype else "number"}


def _list(items: Json) -> Json:
    return {"type": "array", "minItems": 1, "items": items}


def _only(properties: Json) -> Json:
    """An object with these members and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


_SCHEMAS = {
    "kserve-v1": _instances,
    "torchserve": _instances,
    "sagemaker": _features,
    "mlflow-scoring": _scoring,
    "seldon-core-1": _seldon,
    "tensorflow-serving": _tensorflow,
}
