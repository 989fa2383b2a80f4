"""The datatypes of the Open Inference Protocol as NumPy arrays and as bytes of its binary extension.

https://github.com/kserve/open-inference-protocol, "Tensor Data Types";
https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
_NUMPY: dict[str, np.dtype[Any]] = {
    "BOOL": np.dtype(np.bool_),
    "UINT8": np.dtype("<u1"),
    "UINT16": np.dtype("<u2"),
    "UINT32": np.dtype("<u4"),
    "UINT64": np.dtype("<u8"),
    "INT8": np.dtype("<i1"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "FP16": np.dtype("<f2"),
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
    # NumPy has no bfloat16: it is the upper half of a float32.
    "BF16": np.dtype("<f4"),
}
BINARY_ONLY = ("FP16", "BF16")
"""Datatypes that Triton and KServe take as bytes alone, never as JSON numbers."""


class Numbers(Sequence[object]):
    """A flat array that reads as a sequence of plain Python values: they are made when looked at."""

    def __init__(self, array: Array) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    @overload
    def __getitem__(self, index: int) -> object: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[object, ...]: ...
    def __getitem__(self, index: int | slice) -> object:
        if isinstance(index, slice):
            return tuple(self.array[index].tolist())
        return self.array[index].item()

    def __iter__(self) -> Iterator[object]:
        return iter(self.array.tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Numbers({self.array.tolist()!r})"


def numpy_of(datatype: str) -> np.dtype[Any] | None:
    """The NumPy dtype that holds the datatype's values; None for BYTES and anything unknown."""
    return _NUMPY.get(datatype)


def to_bytes(datatype: str, data: Array | Sequence[object]) -> memoryview:
    """Little-endian, row-major; each BYTES element after its length in four bytes. Numbers are not copied."""
    if datatype == "BYTES":
        return memoryview(b"".join(_prefixed(element) for element in data))
    array = np.ascontiguousarray(data, dtype=_NUMPY[datatype]).ravel()
    return (_upper_halves(array) if datatype == "BF16" else array).view(np.uint8).data


def from_bytes(datatype: str, raw: bytes | memoryview) -> Sequence[object]:
    """The flat values of one binary tensor; text where BYTES are UTF-8, bytes where they are not.

    Raises ValueError when the length does not fit, KeyError for an unknown datatype.
    """
    if datatype == "BYTES":
        return _elements(raw)
    if datatype == "BF16":
        halves = np.frombuffer(raw, dtype="<u2").astype(np.uint32) << 16
        return Numbers(halves.view(np.float32))
    return Numbers(np.frombuffer(raw, dtype=_NUMPY[datatype]))


def _prefixed(element: object) -> bytes:
    content = element if isinstance(element, bytes) else str(element).encode()
    return struct.pack("<I", len(content)) + content


def _elements(raw: bytes | memoryview) -> list[object]:
    elements: list[object] = []
    start = 0
    while start < len(raw):
        if start + 4 > len(raw):
            raise ValueError("a length is cut off")
        (length,) = struct.unpack_from("<I", raw, start)
        start += 4
        if start + length > len(raw):
            raise ValueError("an element is cut off")
        elements.append(_text(bytes(raw[start : start + length])))
        start += length
    return elements


def _text(content: bytes) -> object:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content


def _upper_halves(array: Array) -> Array:
    """Rounded to the nearest, halves to even, as hardware does; NaN stays NaN."""
    bits = array.view("<u4").astype(np.uint64)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    return np.where(np.isnan(array), 0x7FC0, rounded).astype("<u2")
