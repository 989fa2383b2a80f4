"""Whether a value can be sent as a field. One check for each kind; it returns a sentence, empty where the value
is fine."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from numbers import Integral, Real
from typing import SupportsInt, cast

import numpy as np

from mds_client.errors import Problem
from mds_client.extras import is_installed
from mds_client.signature.datatypes import Array
from mds_client.signature.field_spec import NUMBERS_OF_A_ROW, FieldSpec, File
from mds_client.signature.limits import at_least, at_most

INTEGER_LIMITS = {
    "INT8": (-(2**7), 2**7 - 1),
    "INT16": (-(2**15), 2**15 - 1),
    "INT32": (-(2**31), 2**31 - 1),
    "INT64": (-(2**63), 2**63 - 1),
    "UINT8": (0, 2**8 - 1),
    "UINT16": (0, 2**16 - 1),
    "UINT32": (0, 2**32 - 1),
    "UINT64": (0, 2**64 - 1),
}
_MAX_TEXT = 1_000_000
_MOST_LEVELS = 100
_MAX_PATTERN = 1_000


class Unreadable(str):
    """What was typed where JSON is asked for, and is none: kept as it is, never sent."""

    __slots__ = ()


def check(field: FieldSpec, value: object) -> Problem | None:
    """The first thing that is wrong with the value, as a sentence that names the field."""
    if is_missing(value):
        sentence = _needed(field) if field.required else ""
    else:
        sentence = _CHECKS[field.kind](field, value)
    return Problem(field=field.name, sentence=sentence) if sentence else None


def _needed(field: FieldSpec) -> str:
    is_plural = field.label == NUMBERS_OF_A_ROW
    return "Enter the numbers of one row." if is_plural else f"{field.title} is needed."


def is_missing(value: object) -> bool:
    """None, NaN and empty text are all "not given"."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return isinstance(value, float | np.floating) and math.isnan(value)


def _number(field: FieldSpec, value: object) -> str:
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        return f"{field.title} must be a number, not {_quote(value)}."
    if not _is_finite(value):
        return f"{field.title} must be a finite number."
    return _range(field, float(value))


def _is_finite(value: Real) -> bool:
    """A whole number may also be larger than a float can be."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _integer(field: FieldSpec, value: object) -> str:
    if (
        isinstance(value, Real)
        and not isinstance(value, Integral)
        and not float(value).is_integer()
    ):
        return f"{field.title} must be a whole number, not {_quote(value)}."
    sentence = _number(field, value)
    if sentence or not isinstance(value, Real):
        return sentence
    low, high = INTEGER_LIMITS.get(field.datatype, (-math.inf, math.inf))
    number = int(cast(SupportsInt, value))  # a float would round what is near the limit
    return "" if low <= number <= high else f"{field.title} must lie between {low} and {high}."


def _range(field: FieldSpec, value: float) -> str:
    if field.minimum is not None and value < field.minimum:
        return f"{field.title} must be {at_least(field.minimum)}."
    if field.maximum is not None and value > field.maximum:
        return f"{field.title} must be {at_most(field.maximum)}."
    return ""


def _boolean(field: FieldSpec, value: object) -> str:
    return "" if isinstance(value, bool | np.bool_) else f"{field.title} must be yes or no."


def _category(field: FieldSpec, value: object) -> str:
    if not field.choices or value in field.choices:
        return ""
    known = ", ".join(str(choice) for choice in field.choices[:8])
    return f"{field.title} must be one of {known}, not {_quote(value)}."


def _text(field: FieldSpec, value: object) -> str:
    if isinstance(value, File) and field.content_type == "base64":
        return _size(field, value)
    if not isinstance(value, str):
        return f"{field.title} must be text."
    if len(value) > _MAX_TEXT:
        return f"{field.title} is too long: at most {_MAX_TEXT:,} characters can be sent."
    return "" if _matches_pattern(field, value) else f"{field.title} {_expected(field)}"


def _matches_pattern(field: FieldSpec, value: str) -> bool:
    """Whether the whole text fits the pattern; a pattern that cannot be compiled forbids nothing."""
    pattern = _compiled(field.pattern) if field.pattern else None
    try:
        return pattern is None or bool(pattern(value))
    except UnicodeEncodeError:
        return False


@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> Callable[[str], object] | None:
    """Patterns come from servers: RE2 needs time linear in the text, and memory within its bound."""
    if not is_installed("re2"):
        return None  # another matcher could be kept busy for ever; the server checks for itself
    import re2

    options = re2.Options()
    options.max_mem, options.log_errors = 1 << 20, False
    try:
        fullmatch: Callable[[str], object] = re2.compile(pattern[:_MAX_PATTERN], options).fullmatch
    except (re2.error, UnicodeEncodeError):
        return None
    return fullmatch if len(pattern) <= _MAX_PATTERN else None


def _expected(field: FieldSpec) -> str:
    example = next(
        (e for e in field.examples if isinstance(e, str) and _matches_pattern(field, e)), ""
    )
    return (
        f"must look like {_quote(example)}." if example else "is not in the form that is asked for."
    )


def _datetime(field: FieldSpec, value: object) -> str:
    if isinstance(value, time if field.format == "time" else date):
        return ""
    reader = time.fromisoformat if field.format == "time" else datetime.fromisoformat
    try:
        reader(str(value))
    except ValueError:
        return f"{field.title} must be a {_MOMENTS.get(field.format, _MOMENTS[''])}."
    return ""


_MOMENTS = {
    "": "date such as 2026-03-31 or 2026-03-31T14:05",
    "date": "date such as 2026-03-31",
    "time": "time such as 14:05",
    "date-time": "date and time such as 2026-03-31T14:05",
}


def _image(field: FieldSpec, value: object) -> str:
    return _file(field, value, _IMAGE_STARTS, "a picture (PNG, JPEG, GIF, BMP, TIFF or WebP)")


def _audio(field: FieldSpec, value: object) -> str:
    return _file(field, value, _AUDIO_STARTS, "a sound file (WAV, FLAC, OGG, MP3 or M4A)")


def _file(
    field: FieldSpec, value: object, known: dict[str, Callable[[bytes], bool]], words: str
) -> str:
    if not isinstance(value, File):
        return f"{field.title} must be {words}."
    if too_large := _size(field, value):
        return too_large
    media_type = next((kind for kind, matches in known.items() if matches(value.data)), "")
    if not media_type:
        return f"{value.name} is not {words}, whatever its name says."
    if field.media_types and media_type not in field.media_types:
        accepted = ", ".join(kind.partition("/")[2].upper() for kind in field.media_types)
        return (
            f"{value.name} is {media_type.partition('/')[2].upper()}; this model takes {accepted}."
        )
    return ""


def _size(field: FieldSpec, value: File) -> str:
    if len(value.data) <= field.max_bytes:
        return ""
    size, most = len(value.data) / 2**20, field.max_bytes / 2**20
    return f"{value.name} is too large: {size:.1f} MB, and at most {most:g} MB can be sent."


_IMAGE_STARTS: dict[str, Callable[[bytes], bool]] = {
    "image/png": lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": lambda data: data.startswith(b"\xff\xd8\xff"),
    "image/gif": lambda data: data.startswith((b"GIF87a", b"GIF89a")),
    "image/bmp": lambda data: data.startswith(b"BM"),
    "image/tiff": lambda data: data.startswith((b"II*\x00", b"MM\x00*")),
    "image/webp": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
}
_AUDIO_STARTS: dict[str, Callable[[bytes], bool]] = {
    "audio/wav": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WAVE",
    "audio/flac": lambda data: data.startswith(b"fLaC"),
    "audio/ogg": lambda data: data.startswith(b"OggS"),
    "audio/mpeg": lambda data: (
        data[:3] == b"ID3" or data[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
    ),
    "audio/mp4": lambda data: data[4:8] == b"ftyp",
}


def _tensor(field: FieldSpec, value: object) -> str:
    if isinstance(value, File):  # one that could not be turned into numbers
        return _image(field, value) or f"{value.name} cannot be read as a picture."
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return f"{field.title} must hold numbers only, and rows of the same length."
    return _tensor_numbers(field, value, array) or _tensor_shape(field, array)


def _tensor_numbers(field: FieldSpec, value: object, array: Array) -> str:
    if array.size == 0:
        return f"{field.title} is empty."
    if _has_holes(value):
        return f"{field.title} has an empty place among its numbers."
    if field.datatype in INTEGER_LIMITS and not _is_whole(array):
        return f"{field.title} must hold whole numbers only."
    return ""


def _tensor_shape(field: FieldSpec, array: Array) -> str:
    """The shape of one row is the field's without its batch dimension, which may be given."""
    row = array[0] if array.ndim == len(field.shape) and len(array) == 1 else array
    if row.ndim == len(field.shape) > 1 and len(row) > 1:
        return f"{field.title} must hold one row, not {len(row)}."
    expected = field.shape[1:]
    if has_shape(row.shape, expected):
        return ""
    return f"{field.title} must have the shape {_shape(expected)}, not {_shape(row.shape)}."


def has_shape(shape: Sequence[int], expected: Sequence[int]) -> bool:
    """Whether each size is as expected; -1 expects any."""
    if len(shape) != len(expected):
        return False
    return all(want in (-1, have) for have, want in zip(shape, expected, strict=True))


def _is_whole(array: Array) -> bool:
    return bool((np.isfinite(array) & (np.trunc(array) == array)).all())


def _has_holes(value: object) -> bool:
    """Whether a nested list has None where a number belongs; NaN in an array is the caller's own choice."""
    if isinstance(value, list | tuple):
        return any(item is None or _has_holes(item) for item in value)
    return False


def _json(field: FieldSpec, value: object) -> str:
    if isinstance(value, Unreadable):
        return f"{field.title} is not valid JSON{_where(value)}."
    if _is_deeper(value, _MOST_LEVELS):
        return f"{field.title} is nested too deeply: at most {_MOST_LEVELS} levels can be sent."
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return f"{field.title} is not valid JSON."
    wanted = _CONTAINERS.get(field.format)
    if wanted is None or isinstance(_read(value), wanted[0]):
        return ""
    return f"{field.title} {wanted[1]}"


def _is_deeper(value: object, most: int) -> bool:
    """Whether lists and objects are nested in more levels than `most`. Without recursion, which has a limit of
    its own."""
    level = [value]
    for _ in range(most + 1):
        level = [inner for outer in level for inner in _parts(outer)]
        if not level:
            return False
    return True


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def _read(value: object) -> object:
    """JSON may be given as its text."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value


_CONTAINERS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "list": ((list, tuple), "must be a list such as [1, 2]."),
    "map": (dict, 'must be an object such as {"name": 1}.'),
}


def _where(text: str) -> str:
    """Where reading stopped, for a person to look there."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f": line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        return ""
    return ""


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join("any" if size == -1 else str(size) for size in shape) or "of one number"


def _quote(value: object) -> str:
    text = str(value)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


_CHECKS: dict[str, Callable[[FieldSpec, object], str]] = {
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "category": _category,
    "text": _text,
    "datetime": _datetime,
    "image": _image,
    "audio": _audio,
    "tensor": _tensor,
    "json": _json,
}
