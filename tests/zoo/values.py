"""Values that a form may hold, as Hypothesis makes them: whatever the field allows, and nothing else."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from mds_client.signature import Field, File, Signature
from mds_client.signature.checks import INTEGER_LIMITS

Strategy = st.SearchStrategy[Any]
_LARGEST = {"FP16": 65504.0, "FP32": 3e38, "BF16": 3e38}
_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_WAV = b"RIFF\x26\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00@\x1f\x00\x00\x80>\x00\x00\x02\x00\x10\x00"
_WAV += b"data\x02\x00\x00\x00\x00\x00"
_JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12
).filter(str.strip)


def rows(signature: Signature) -> Strategy:
    """One row of values for every field; what is optional may be missing."""
    return st.fixed_dictionaries({field.name: cells(field) for field in signature.inputs})


def cells(field: Field) -> Strategy:
    return values(field) if field.required else st.none() | values(field)


def values(field: Field) -> Strategy:
    """Values that the field's own check accepts."""
    found = st.sampled_from(field.choices) if field.choices else _KINDS[field.kind](field)
    return found.filter(lambda value: field.check(value) is None)


def _numbers(field: Field) -> Strategy:
    largest = _LARGEST.get(field.datatype, 1e300)
    low = -largest if field.minimum is None else field.minimum
    high = largest if field.maximum is None else field.maximum
    return st.floats(low, high, allow_nan=False)


def _integers(field: Field) -> Strategy:
    """Whole numbers that the datatype holds exactly."""
    low, high = INTEGER_LIMITS.get(field.datatype, (-2_048, 2_048))
    low = low if field.minimum is None else max(low, math.ceil(field.minimum))
    return st.integers(low, high if field.maximum is None else min(high, math.floor(field.maximum)))


def _texts(field: Field) -> Strategy:
    if field.content_type == "base64":
        return st.binary(min_size=1, max_size=20).map(lambda data: _file("a.bin", "", data))
    return st.from_regex(field.pattern, fullmatch=True) if field.pattern else _WORDS


def _moments(field: Field) -> Strategy:
    """As the widgets write them."""
    day = st.dates().map(lambda day: day.isoformat())
    clock = st.times().map(lambda time: time.isoformat("minutes"))
    whole = st.datetimes().map(lambda moment: moment.isoformat("T", "seconds"))
    return {"date": day, "time": clock, "date-time": whole}.get(field.format, day | whole)


def _pictures(field: Field) -> Strategy:
    is_png = "image/png" in (field.media_types or ("image/png",))
    return st.just(_file("a.png", "image/png", _PNG) if is_png else _file("a", "image/jpeg", _JPEG))


def _sounds(field: Field) -> Strategy:
    return st.just(_file("a.wav", "audio/wav", _WAV))


def _file(name: str, media_type: str, data: bytes) -> File:
    return File(name=name, media_type=media_type, data=data)


def _tensors(field: Field) -> Strategy:
    """Nested lists; a free dimension is one to three long."""
    return _nested(field.shape[1:], _elements(field))


def _elements(field: Field) -> Strategy:
    if field.datatype == "BOOL":
        return st.booleans()
    if field.datatype in INTEGER_LIMITS:
        return st.integers(*_exact(*INTEGER_LIMITS[field.datatype]))
    largest = _LARGEST.get(field.datatype, 1e300)
    return st.floats(-largest, largest, allow_nan=False)


def _exact(low: int, high: int) -> tuple[int, int]:
    """What NumPy keeps to the digit when it reads whole numbers of any size."""
    return max(low, -(2**53)), min(high, 2**53)


def _nested(sizes: Sequence[int], element: Strategy) -> Strategy:
    if not sizes:
        return element
    free = st.integers(1, 3) if sizes[0] == -1 else st.just(sizes[0])
    inner = sizes[1:]
    if -1 in inner:  # lists beside each other have one length
        fixed = st.tuples(*(st.integers(1, 3) if s == -1 else st.just(s) for s in inner))
        return st.tuples(free, fixed).flatmap(lambda s: _nested((s[0], *s[1]), element))
    return free.flatmap(lambda n: st.lists(_nested(inner, element), min_size=n, max_size=n))


def _documents(field: Field) -> Strategy:
    """Lists of words, maps of numbers, and any JSON where nothing is said."""
    if any(size != 1 for size in field.shape[1:]):
        return _nested(field.shape[1:], _WORDS)
    numbers = st.floats(-1e6, 1e6, allow_nan=False)
    known = {
        "list": st.lists(_WORDS, max_size=3),
        "map": st.dictionaries(_WORDS, numbers, max_size=3),
    }
    return known.get(field.format, known["list"] | known["map"] | numbers)


_KINDS = {
    "number": _numbers,
    "integer": _integers,
    "boolean": lambda _: st.booleans(),
    "category": lambda field: _WORDS if field.datatype == "BYTES" else st.integers(0, 9),
    "text": _texts,
    "datetime": _moments,
    "image": _pictures,
    "audio": _sounds,
    "tensor": _tensors,
    "json": _documents,
}


def shown(value: object) -> str:
    """A value as an error message of a test has it."""
    return json.dumps(value, default=repr, ensure_ascii=False)[:300]
