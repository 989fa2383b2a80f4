"""Reads what is more than a number or a label out of raw outputs: tables, pictures, intervals.

Outputs come from servers that may say anything: what does not fit is passed over, and nothing here raises.
"""

from __future__ import annotations

import io
import json
import math
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from itertools import islice

import numpy as np

from mds_client.extras import is_installed
from mds_client.prediction import Output
from mds_client.signature.datatypes import Array

MOST_ROWS = 1_000
MOST_COLUMNS = 100
MOST_NUMBERS = 65_536
_MOST_TEXT = 4_000_000
_SIDES = (8, 4_096)  # of what is taken for a picture
_STARTS = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_DATA_URL = re.compile(r"^data:image/[\w.+-]{1,40};base64,")
_BASE64 = re.compile(r"^[A-Za-z0-9+/]{64}")


def parsed(value: object) -> object:
    """JSON that came as its text; None for what is no list and no object."""
    if isinstance(value, list | Mapping):
        return value
    if (
        not isinstance(value, str)
        or len(value) > _MOST_TEXT
        or value.lstrip()[:1] not in ("[", "{")
    ):
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def table_of(value: object) -> tuple[Mapping[str, object], ...]:
    """A list of objects as rows; nothing for anything else, and for one with a single member."""
    document = parsed(value)
    rows = objects_of(document) if isinstance(document, list) else []
    if len(rows) == 1 and len(rows[0]) == 1:
        return ()
    return tuple(
        {str(name)[:200]: cell for name, cell in islice(row.items(), MOST_COLUMNS)}
        for row in islice(rows, MOST_ROWS)
    )


def matrix_table(
    output: Output, row: int, names: Sequence[str]
) -> tuple[Mapping[str, object], ...]:
    """A matrix whose columns have names, as rows; nothing for anything else."""
    if len(output.shape) != 3 or output.shape[2] != len(names) or not names:
        return ()
    values, width = output.row(row), len(names)
    starts = range(0, min(len(values), MOST_ROWS * width), width)
    return tuple(dict(zip(names, values[at : at + width], strict=True)) for at in starts)


def vector_of(output: Output, row: int) -> tuple[float, ...]:
    """The numbers of one dimension; nothing for anything else."""
    values = output.row(row)[:MOST_NUMBERS]
    numbers = [number_of(v) for v in values]
    known = tuple(n for n in numbers if n is not None)
    return known if len(known) == len(numbers) else ()


def picture_of(output: Output, row: int, *, is_declared: bool) -> bytes:
    """A picture in base64, as bytes or as pixels, encoded; empty for anything else."""
    if output.datatype != "BYTES":
        return _drawn(output, row, is_declared=is_declared)
    values = output.row(row)
    value = values[0] if len(values) == 1 else None
    data = value if isinstance(value, bytes) else _decoded(value)
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return data if data.startswith(_STARTS) or is_webp else b""


def quantile_of(name: str) -> float | None:
    """Which share of outcomes lies below an output of that name: `lower` 0, `p10` 0.1, `median` 0.5."""
    words = re.split(
        r"[^a-z0-9.]+",
        name.casefold().replace("upperbound", "upper").replace("lowerbound", "lower"),
    )
    for word in words:
        if word in _EDGES:
            return _EDGES[word]
        match = re.fullmatch(
            r"(?:q|p|quantile|percentile|pctl)?(0?\.\d{1,4}|\d{1,2}(?:\.\d)?)", word
        )
        if match and (
            word[0] in "qp" or "quantile" in name.casefold() or "percentile" in name.casefold()
        ):
            number = float(match[1])
            return number if number < 1 else number / 100
    return None


_EDGES = {"lower": 0.0, "low": 0.0, "lo": 0.0, "lwr": 0.0, "upper": 1.0, "high": 1.0, "hi": 1.0, "upr": 1.0, "median": 0.5}  # fmt: skip


def objects_of(value: object) -> list[Mapping[str, object]]:
    """The objects of a list of nothing else, or of the one list in an object."""
    document = parsed(value)
    if isinstance(document, Mapping) and len(document) == 1:
        document = next(iter(document.values()))
    is_list = isinstance(document, list) and bool(document)
    if not is_list or not isinstance(document, list):
        return []
    return document if all(isinstance(one, Mapping) and one for one in document) else []


def number_of(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _decoded(text: object) -> bytes:
    if not isinstance(text, str) or len(text) > _MOST_TEXT:
        return b""
    plain = _DATA_URL.sub("", text)
    if not _BASE64.match(plain):
        return b""
    try:
        return b64decode(plain, validate=False)
    except ValueError:
        return b""


def _drawn(output: Output, row: int, *, is_declared: bool) -> bytes:
    """Pixels as a PNG: whole numbers to 255 or shares of one, with one, three or four colours."""
    sizes = output.shape[1:]
    if not 2 <= len(sizes) <= 4 or math.prod(sizes) > _SIDES[1] ** 2:
        return b""
    pixels = _colours_last(_array(output, row, sizes))
    if pixels is None or not all(_SIDES[0] <= side <= _SIDES[1] for side in pixels.shape[:2]):
        return b""
    is_plain = pixels.ndim == 3 or output.datatype == "UINT8" or is_declared
    return _png(pixels) if is_plain else b""


def _array(output: Output, row: int, sizes: tuple[int, ...]) -> Array | None:
    try:
        pixels = np.asarray(output.row(row), dtype=np.float64).reshape(sizes)
    except (TypeError, ValueError):
        return None
    return (
        pixels if np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= 255 else None
    )


def _colours_last(pixels: Array | None) -> Array | None:
    """Height × width, with three or four colours behind; None for other shapes."""
    if pixels is None:
        return None
    if pixels.ndim == 4 and pixels.shape[0] == 1:
        pixels = pixels[0]
    if pixels.ndim == 3 and pixels.shape[0] in (1, 3, 4) and pixels.shape[2] not in (1, 3, 4):
        pixels = np.moveaxis(pixels, 0, 2)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    is_known = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))
    return pixels if is_known else None


def _png(pixels: Array) -> bytes:
    """The picture; nothing where Pillow is not installed."""
    if not is_installed("PIL"):
        return b""
    from PIL import Image

    scale = 255 if pixels.max() <= 1 else 1
    buffer = io.BytesIO()
    Image.fromarray((pixels * scale).round().astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()
