"""Values into their form on the wire, and back: tensors, their binary extension, JSON that a schema asks for.

A codec turns the values of a field into the `data` of a tensor, and tensor data back into values. One file a
content type; every module in this folder that has `CONTENT_TYPES` is a codec and is found by itself. It also has
`encode(field, values) -> list` (one element a row) and `decode(data) -> tuple`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from typing import Protocol, cast

from mds_client.signature import Field


class Codec(Protocol):
    """What every module in this folder provides."""

    CONTENT_TYPES: tuple[str, ...]

    def encode(self, field: Field, values: Sequence[object]) -> list[object]:
        """One flat JSON-able list with the values of all rows, row-major."""

    def decode(self, data: Sequence[object]) -> tuple[object, ...]:
        """Plain Python values from the flat data of a tensor."""


@cache
def _by_content_type() -> dict[str, Codec]:
    codecs: dict[str, Codec] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if hasattr(module, "CONTENT_TYPES"):
            codecs.update(dict.fromkeys(module.CONTENT_TYPES, cast(Codec, module)))
    return codecs


def codec_for(content_type: str, datatype: str) -> Codec:
    """The codec of a content type; without one, text for BYTES and numbers for the rest.

    MLServer ignores content types that it does not know, and so do we.
    """
    known = _by_content_type()
    return known.get(content_type) or known["str" if datatype == "BYTES" else "np"]
