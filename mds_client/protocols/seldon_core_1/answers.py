"""A message as outputs, whichever form its data have."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence

import numpy as np

from mds_client.codecs.json_answers import outputs_of
from mds_client.prediction import Output
from mds_client.protocols.protocol import flat, shape_of
from mds_client.protocols.seldon_core_1.described import Facts, names_in
from mds_client.signature import Signature

_TENSORFLOW = {"DT_FLOAT": "floatVal", "DT_DOUBLE": "doubleVal", "DT_INT32": "intVal"}


def outputs_in(signature: Signature, body: Facts, rows: int) -> tuple[Output, ...]:
    """The outputs in an answer of any of Seldon's forms. Raises KeyError, TypeError, ValueError or
    RecursionError."""
    data = body.get("data")
    if isinstance(data, Mapping):
        shape, leaves = _numbers(data)
        return _tabular(signature, names_in(data), shape, leaves, rows)
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
    shape, dtype = tensor.get("tensorShape"), str(tensor.get("dtype"))
    dims = shape.get("dim") if isinstance(shape, Mapping) else []
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
    if width < 2 or len(shape) > 2 or len(names) != width:
        return (whole,)
    if not _is_distribution(whole, shape[0]):
        return _one_output_a_name(names, whole)
    has_labels = len(_declared_labels(signature)) == width
    return (whole,) if has_labels else _named_classes(whole, names, shape[0])


def _declared_labels(signature: Signature) -> Sequence[str]:
    return next((field.labels for field in signature.outputs if field.labels), ())


def _one_output_a_name(names: Sequence[str], whole: Output) -> tuple[Output, ...]:
    """The columns of the whole, each as an output by itself."""
    columns = [tuple(whole.data[i :: len(names)]) for i in range(len(names))]
    return tuple(
        Output(name=name, datatype=_datatype(column), shape=whole.shape[:1], data=column)
        for name, column in zip(names, columns, strict=True)
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
