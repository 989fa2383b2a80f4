"""Between the Open Inference Protocol and plain Python values, with a sentence for whatever is wrong."""

import base64
import binascii
import math
from collections.abc import Iterable, Sequence

import numpy as np
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.errors import InferenceError
from mlserver.types import InferenceRequest, MetadataTensor, RequestInput, ResponseOutput

NUMPY_TYPES = {"FP64": "float64", "INT64": "int64"}


def texts(request: InferenceRequest) -> list[str]:
    """The elements of the only input, as text."""
    return [text(element) for element in _elements(_only_input(request))]


def files(request: InferenceRequest) -> list[bytes]:
    """The elements of the only input, decoded from base64."""
    return [_file(element, row) for row, element in enumerate(_elements(_only_input(request)), 1)]


def columns(request: InferenceRequest) -> dict[str, list[object]]:
    """The elements of each input under its name, all of one length."""
    found = {tensor.name: _elements(tensor) for tensor in request.inputs}
    if len({len(elements) for elements in found.values()}) > 1:
        sizes = ", ".join(f"{name}: {len(elements)}" for name, elements in found.items())
        raise InferenceError(f"The columns differ in length ({sizes}).")
    return found


def check_present(columns: Iterable[str], names: Iterable[str]) -> None:
    """Raises InferenceError where one of the names has no column."""
    there = set(columns)
    missing = [name for name in names if name not in there]
    if missing:
        raise InferenceError(f"These columns are missing: {', '.join(missing)}.")


def text(element: object) -> str:
    if isinstance(element, bytes):
        return element.decode("utf-8", errors="replace")
    if not isinstance(element, str):
        raise InferenceError(f"{element!r} is no text.")
    return element


def numbers(name: str, elements: Iterable[object]) -> list[float]:
    """The elements as numbers; what is unknown is not a number."""
    return [_number(name, element) for element in elements]


def wanted(request: InferenceRequest, declared: Sequence[MetadataTensor]) -> list[MetadataTensor]:
    """The outputs that were asked for; all of them if none was named."""
    tensors = {tensor.name: tensor for tensor in declared}
    names = [output.name for output in request.outputs or ()] or list(tensors)
    unknown = [name for name in names if name not in tensors]
    if unknown:
        known = ", ".join(tensors)
        raise InferenceError(f"There is no output {unknown[0]!r}; this model answers {known}.")
    return [tensors[name] for name in names]


def encoded(tensor: MetadataTensor, values: Sequence[object]) -> ResponseOutput:
    """The answers as a tensor of the declared type."""
    if tensor.datatype == "BYTES":
        return StringCodec.encode_output(tensor.name, [str(value) for value in values])
    return NumpyCodec.encode_output(tensor.name, np.array(values, NUMPY_TYPES[tensor.datatype]))


def _only_input(request: InferenceRequest) -> RequestInput:
    if len(request.inputs) != 1:
        raise InferenceError(f"This model takes one input, not {len(request.inputs)}.")
    return request.inputs[0]


def _elements(tensor: RequestInput) -> list[object]:
    elements = list(_flat(getattr(tensor.data, "root", tensor.data)))
    if not elements:
        raise InferenceError(f"The input {tensor.name!r} is empty: send at least one element.")
    if tensor.shape and math.prod(tensor.shape) != len(elements):
        raise InferenceError(
            f"The shape {tensor.shape} of the input {tensor.name!r} does not fit "
            f"the number of its elements, {len(elements)}."
        )
    return elements


def _flat(data: object) -> Iterable[object]:
    if not isinstance(data, list):
        yield data
        return
    for element in data:
        yield from _flat(element)


def _file(element: object, row: int) -> bytes:
    try:
        return base64.b64decode(element, validate=True)
    except (TypeError, ValueError, binascii.Error):
        # gRPC may carry the file itself.
        if isinstance(element, bytes) and element:
            return element
        raise InferenceError(f"Element {row} is not base64.") from None


def _number(name: str, element: object) -> float:
    try:
        return math.nan if element in (None, "", b"") else float(element)
    except (TypeError, ValueError):
        raise InferenceError(f"{element!r} is no number, which {name!r} must be.") from None
