"""A request of the Open Inference Protocol as a program for Triton's own client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mds_client.client.python_code import URL, python_bytes, python_headers, with_imports
from mds_client.codecs.binary import HEADER_LENGTH
from mds_client.signature import ModelRef
from mds_client.transport.exchange import Request

_NUMPY = {
    "BOOL": "bool_", "UINT8": "uint8", "UINT16": "uint16", "UINT32": "uint32", "UINT64": "uint64",
    "INT8": "int8", "INT16": "int16", "INT32": "int32", "INT64": "int64", "FP16": "float16",
    "FP32": "float32", "FP64": "float64", "BYTES": "object_",
}  # fmt: skip


def tritonclient_program(model: ModelRef, request: Request, *, binary: bool) -> str:
    """The program with tritonclient; empty where that library cannot say what the request says."""
    try:
        body, rest = _parted(request)
        inputs = [line for tensor in body["inputs"] for line in _tensor(tensor, rest)]
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""
    names = [output["name"] for output in body.get("outputs", [])]
    requested = [f"http.InferRequestedOutput({name!r}, binary_data={binary})" for name in names]
    added_by_library = {HEADER_LENGTH.casefold(), "content-type"}
    headers = {n: v for n, v in request.headers.items() if n.casefold() not in added_by_library}
    arguments = [repr(model.name), "inputs", f"headers={python_headers(headers)}"]
    arguments += [f"model_version={model.version!r}"] if model.version else []
    arguments += [f"outputs=[{', '.join(requested)}]"] if requested else []
    arguments += [f"parameters={body['parameters']!r}"] if body.get("parameters") else []
    code = ["import numpy as np", "import tritonclient.http as http", ""]
    code += [f"url = {URL}", 'scheme, _, address = url.partition("://")']
    code += ['client = http.InferenceServerClient(address, ssl=scheme == "https")', "inputs = []"]
    code += [*inputs, f"result = client.infer({', '.join(arguments)})"]
    code += ['for output in result.get_response()["outputs"]:']
    code += ['    print(output["name"], result.as_numpy(output["name"]).tolist())']
    return with_imports(code)


def _parted(request: Request) -> tuple[dict[str, Any], bytearray]:
    """The JSON of a request, and the bytes behind it."""
    lengths = [
        int(v) for n, v in request.headers.items() if n.casefold() == HEADER_LENGTH.casefold()
    ]
    length = lengths[0] if lengths else len(request.body)
    return json.loads(request.body[:length]), bytearray(request.body[length:])


def _tensor(tensor: Mapping[str, Any], rest: bytearray) -> list[str]:
    """The lines that make one input. Raises ValueError for what the library cannot carry."""
    name, datatype = tensor["name"], str(tensor["datatype"])
    parameters = dict(tensor.get("parameters") or {})
    size = parameters.pop("binary_data_size", None)
    array = f"np.array({_leaves(tensor.get('data'))!r}, dtype=np.{_dtype(datatype)})"
    if size is not None:
        if datatype == "BYTES":
            raise ValueError("strings in binary form")
        array = f"np.frombuffer({python_bytes(bytes(rest[:size]))}, dtype=np.{_dtype(datatype)})"
        del rest[:size]
    lines = [
        f"tensor = http.InferInput({name!r}, {tensor['shape']!r}, {datatype!r})",
        f"tensor.set_data_from_numpy({array}.reshape({tensor['shape']!r}), binary_data={size is not None})",
    ]
    if parameters:
        lines.append("# The library has no public way to say how a tensor is to be read.")
        lines.append(f"tensor._parameters.update({parameters!r})")
    return [*lines, "inputs.append(tensor)"]


def _dtype(datatype: str) -> str:
    return _NUMPY[datatype]


def _leaves(data: object) -> list[object]:
    if data is None:
        return []
    if not isinstance(data, list) or any(item is None for item in data):
        raise ValueError("a missing value has no form in this library")
    return data
