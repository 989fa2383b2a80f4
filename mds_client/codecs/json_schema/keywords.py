"""What single keywords of a JSON Schema say, each within its bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import islice
from urllib.parse import unquote

from mds_client.signature import Kind

MAX_FIELDS = 500
MAX_CHOICES = 200
_MAX_TEXT = 2000
MAX_NAME = 500
Facts = Mapping[str, object]
CHOICE_LABELS = ("x-enumNames", "x-enum-varnames", "enumNames")
_FORMATS = {
    "date": "date", "date-time": "date-time", "time": "time", "uuid": "identifier",
    "hostname": "identifier", "ipv4": "identifier", "ipv6": "identifier", "email": "line",
    "idn-email": "line", "uri": "line", "url": "line", "iri": "line", "password": "line",
}  # fmt: skip
_PATTERNS = {
    "email": r"[^@\s]+@[^@\s]+",
    "uuid": r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "uri": r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+",
    "ipv4": r"[0-9]{1,3}(\.[0-9]{1,3}){3}",
}
_MOST_IN_A_LINE, _FEWEST_IN_MANY = 120, 500


def target_of(root: object, reference: str) -> object:
    """What a reference inside of the document points at; other documents are never read."""
    if not reference.startswith("#"):
        return None
    for part in reference[1:].split("/")[1:64]:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        root = root.get(name) if isinstance(root, Mapping) else None
    return root


def merged(one: Facts, other: Facts) -> dict[str, object]:
    properties = {**first_of(one.get("properties")), **first_of(other.get("properties"))}
    required = names_in(one.get("required")) | names_in(other.get("required"))
    return {**one, **other, "properties": first_of(properties), "required": required}


def without_null(facts: dict[str, object]) -> dict[str, object]:
    types = facts.get("type")
    if isinstance(types, list):
        known = [t for t in types[:10] if t != "null"]
        facts["type"] = known[0] if len(known) == 1 else None
        facts["nullable"] = len(known) < len(types[:10])
    if not facts.get("type") and facts.get("properties"):
        facts["type"] = "object"
    return facts


def choices_of(facts: Facts) -> tuple[object, ...]:
    """The plain values of an enumeration; none where it has others, or too many to choose from."""
    listed = [facts["const"]] if "const" in facts else list_of(facts.get("enum"))
    known = [value for value in listed[: MAX_CHOICES + 2] if value is not None]
    plain = all(isinstance(value, str | int | float) for value in known)
    return tuple(known) if plain and len(known) <= MAX_CHOICES else ()


def choice_labels_of(facts: Facts, choices: Sequence[object]) -> tuple[str, ...]:
    """A word for each choice, or none; null has none."""
    words = next((list_of(facts[key]) for key in CHOICE_LABELS if facts.get(key)), [])
    labels = tuple(filter(None, map(text_of, words)))
    return labels if choices and len(labels) == len(choices) else ()


def format_of(kind: Kind, facts: Facts) -> str:
    """How it is typed: by the format, by the length, as the container that it is."""
    if kind == "json":
        return {"array": "list", "object": "map"}.get(str(facts.get("type")), "")
    if kind not in ("text", "datetime"):
        return ""
    most, declared = _number(facts.get("maxLength")), text_of(facts.get("format"))
    if declared in _FORMATS or most is None:
        return _FORMATS.get(declared, "")
    return "line" if most <= _MOST_IN_A_LINE else "long" if most >= _FEWEST_IN_MANY else ""


def pattern_of(facts: Facts) -> str:
    """The pattern for the whole text. JSON Schema's own may match anywhere in the text unless it is anchored."""
    pattern = text_of(facts.get("pattern"))
    is_whole = pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$")
    if not pattern:
        return _PATTERNS.get(str(facts.get("format")), "")
    if is_whole and "|" not in pattern:
        return pattern
    return f"(?s:.*)(?:{pattern})(?s:.*)"


def is_encoded(facts: Facts) -> bool:
    return facts.get("contentEncoding") == "base64" or facts.get("format") in ("byte", "base64")


def kind_of_text(facts: Facts) -> Kind:
    encoded = is_encoded(facts) or facts.get("format") == "binary"
    media = text_of(facts.get("contentMediaType"))
    if encoded and media.startswith("audio/"):
        return "audio"
    if encoded and media.startswith("image/"):
        return "image"
    return "datetime" if facts.get("format") in ("date", "date-time", "time") else "text"


def media_types_of(kind: Kind, facts: Facts) -> tuple[str, ...]:
    media = text_of(facts.get("contentMediaType"))
    return (media,) if kind in ("image", "audio") and not media.endswith("/*") else ()


def limits_of(facts: Facts, *, is_whole: bool) -> tuple[float | None, float | None]:
    low = _limit(facts, "minimum", "exclusiveMinimum", 1 if is_whole else math.inf)
    high = _limit(facts, "maximum", "exclusiveMaximum", -1 if is_whole else -math.inf)
    return low, high


def _limit(facts: Facts, inclusive: str, exclusive: str, step: float) -> float | None:
    """The limit, moved by one step where it is itself excluded (draft 4 says so by a truth)."""
    excluded, included = facts.get(exclusive), _number(facts.get(inclusive))
    edge = included if excluded is True else _number(excluded)
    if edge is None:
        return included
    moved = math.nextafter(edge, step) if math.isinf(step) else edge + step
    if included is None or excluded is True:
        return moved
    return max(moved, included) if step > 0 else min(moved, included)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def unit_of(facts: Facts) -> str:
    return next(
        (text_of(facts[key])[:40] for key in ("unit", "x-unit", "x-units") if facts.get(key)), ""
    )


def readable(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").strip().capitalize()


def names_in(value: object) -> frozenset[str]:
    known = value if isinstance(value, list | frozenset) else []
    return frozenset(name for name in islice(known, 10 * MAX_FIELDS) if isinstance(name, str))


def first_of(value: object) -> dict[str, object]:
    if not isinstance(value, Mapping):
        return {}
    first = islice(value.items(), MAX_FIELDS)
    return {
        name: member
        for name, member in first
        if isinstance(name, str) and 0 < len(name) <= MAX_NAME
    }


def list_of(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def text_of(value: object) -> str:
    return value[:_MAX_TEXT] if isinstance(value, str) else ""
