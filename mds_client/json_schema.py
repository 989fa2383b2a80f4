"""JSON Schema as fields, values as the JSON that it asks for, and any JSON of an answer as outputs.

A schema comes from a server and may be hostile: references, depth, properties and choices are bounded.
A nested property has a dotted name; a dot inside of a property's own name is written `~1`, `~` as `~0`.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from itertools import islice
from urllib.parse import unquote

import numpy as np

from mds_client.checks import is_missing
from mds_client.declared import DECLARED
from mds_client.prediction import Output
from mds_client.signature import Field, File, Kind, Role, Values

MAX_FIELDS = 500
MAX_CHOICES = 200
_MAX_DEPTH = 8
_MAX_STEPS = 5_000
_MAX_EXAMPLES = 50
_MAX_TEXT = 2000
_MAX_NAME = 500

Facts = Mapping[str, object]
_CHOICE_LABELS = ("x-enumNames", "x-enum-varnames", "enumNames")
_KEYWORDS = (
    "type", "title", "description", "format", "enum", "const", "default", "examples", "example",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "items", "minItems", "maxItems",
    "contentEncoding", "contentMediaType", "nullable", "unit", "x-unit", "x-units", "pattern",
    "maxLength", "readOnly", "writeOnly", *_CHOICE_LABELS,
)  # fmt: skip
_KINDS: dict[str, tuple[Kind, str]] = {
    "number": ("number", "FP64"),
    "integer": ("integer", "INT64"),
    "boolean": ("boolean", "BOOL"),
    "string": ("text", "BYTES"),
}
_DATATYPES = {("number", "float"): "FP32", ("integer", "int32"): "INT32"}
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
_SENT_AS_NULL = "sent as null"


class Schema:
    """One JSON Schema inside a document. Reading it stops at its bounds, it never fails."""

    def __init__(self, schema: object, root: object = None) -> None:
        self.root = schema if root is None else root
        self._left = _MAX_STEPS
        self.facts = self.resolved(schema)

    def fields(self) -> tuple[Field, ...]:
        """One field for each property, nested ones too; none where it is not an object."""
        found = {
            field.name: field
            for field in islice(self._properties(_Place(), self.facts), MAX_FIELDS)
        }
        rows = [row for row in _list(self.facts.get("examples")) if isinstance(row, Mapping)]
        if isinstance(self.facts.get("example"), Mapping):
            rows.append(self.facts["example"])  # type: ignore[arg-type]
        return tuple(_with_examples(field, rows[:_MAX_EXAMPLES]) for field in found.values())

    def field(self, name: str) -> Field:
        """The whole schema as one field."""
        return self._field(_Place(names=(name,)), self.facts)

    def resolved(self, schema: object, depth: int = 0) -> dict[str, object]:
        """The keywords that we know, with references, `allOf` and unions with null worked in."""
        self._left -= 1
        if not isinstance(schema, Mapping) or depth > _MAX_DEPTH or self._left < 0:
            return {}
        facts = self._referred(schema, depth)
        for part in _list(schema.get("allOf"))[:20]:
            facts = _merged(facts, self.resolved(part, depth + 1))
        own = {key: schema[key] for key in _KEYWORDS if key in schema}
        own |= {
            "properties": _first_of(schema.get("properties")),
            "required": _names(schema.get("required")),
        }
        union = schema.get("anyOf") or schema.get("oneOf")
        return _without_null(_merged(_merged(facts, self._union(union, depth)), own))

    def _referred(self, schema: Facts, depth: int) -> dict[str, object]:
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return {}
        return self.resolved(_target(self.root, reference), depth + 1)

    def _union(self, union: object, depth: int) -> dict[str, object]:
        """The one form that is not null; of several plain ones the first; of others nothing is known."""
        listed = _list(union)[:20]
        forms = [self.resolved(form, depth + 1) for form in listed]
        known = [form for form in forms if form.get("type") != "null"]
        facts: dict[str, object] = {"nullable": True} if len(known) < len(forms) else {}
        choices = [_choices_of(form) for form in known]
        if known and all(choices):
            titles = [form.get("title") for form in known]
            return facts | {
                "enum": [choice for some in choices for choice in some],
                _CHOICE_LABELS[0]: titles,
            }
        if len(known) == 1 or (known and all(_text(f.get("type")) in _KINDS for f in known)):
            return _merged(known[0], facts)
        return facts

    def _properties(self, parent: _Place, facts: Facts) -> Iterator[Field]:
        required = _names(facts.get("required"))
        for name, schema in _first_of(facts.get("properties")).items():
            own = self.resolved(schema)
            if own.get("readOnly") is True:
                continue
            place = parent.inside(name, is_required=name in required)
            if own.get("properties") and len(place.names) < _MAX_DEPTH:
                group = _text(own.get("title")) or _readable(name)
                yield from self._properties(replace(place, group=group), own)
            else:
                yield self._field(place, own)

    def _field(self, place: _Place, facts: Facts) -> Field:
        kind, datatype, shape = self._kind(facts)
        choices = _choices_of(facts) if kind in ("category", "boolean") else ()
        if set(choices) == {True, False} and kind == "boolean":
            choices = ()  # as any truth
        low, high = _limits(facts, is_whole=kind == "integer")
        nullable = facts.get("nullable") is True
        field = Field(
            name=place.name,
            kind=kind,
            datatype=datatype,
            shape=shape,
            label=_text(facts.get("title")) or _readable(place.names[-1]),
            description=_text(facts.get("description")),
            unit=_unit(facts),
            required=place.is_required and not nullable,
            choices=choices,
            choice_labels=_choice_labels(facts, choices),
            content_type="base64" if kind == "text" and _is_encoded(facts) else "",
            format=_format(kind, facts),
            pattern=_pattern(facts) if kind == "text" else "",
            sensitive=facts.get("writeOnly") is True or facts.get("format") == "password",
            minimum=low,
            maximum=high,
            group=place.group,
            media_types=_media_types(kind, facts),
            provenance={"kind": DECLARED}
            | ({"missing": _SENT_AS_NULL} if nullable and place.is_required else {}),
        )
        given = [*_list(facts.get("examples")), facts.get("example"), facts.get("default")]
        fitting = [value for value in given[:_MAX_EXAMPLES] if _is_example(field, value)]
        return replace(field, examples=tuple(fitting))

    def _kind(self, facts: Facts) -> tuple[Kind, str, tuple[int, ...]]:
        choices, said = _choices_of(facts), facts.get("type")
        if choices:
            if all(isinstance(choice, bool) for choice in choices):
                return "boolean", "BOOL", (-1, 1)
            whole = all(isinstance(c, int) and not isinstance(c, bool) for c in choices)
            return "category", "INT64" if whole else "BYTES", (-1, 1)
        if said == "string":
            return _kind_of_text(facts), "BYTES", (-1, 1)
        if said == "array":
            return self._kind_of_array(facts)
        kind, datatype = (
            _KINDS.get(said, ("json", "BYTES")) if isinstance(said, str) else ("json", "BYTES")
        )
        return kind, _DATATYPES.get((str(said), str(facts.get("format"))), datatype), (-1, 1)

    def _kind_of_array(self, facts: Facts) -> tuple[Kind, str, tuple[int, ...]]:
        sizes: list[int] = []
        while facts.get("type") == "array" and len(sizes) < _MAX_DEPTH:
            least, most = facts.get("minItems"), facts.get("maxItems")
            is_fixed = isinstance(least, int) and least == most and least > 0
            sizes.append(least if is_fixed and isinstance(least, int) else -1)
            facts = self.resolved(facts.get("items"))
        if facts.get("type") not in ("number", "integer") or _choices_of(facts):
            return "json", "BYTES", (-1, 1)
        return "tensor", "FP64" if facts["type"] == "number" else "INT64", (-1, *sizes)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a property is: its names from the outside in."""

    names: tuple[str, ...] = ()
    is_required: bool = True
    group: str = ""

    def inside(self, name: str, *, is_required: bool) -> _Place:
        return replace(
            self, names=(*self.names, name), is_required=self.is_required and is_required
        )

    @property
    def name(self) -> str:
        return ".".join(name.replace("~", "~0").replace(".", "~1") for name in self.names)


def object_of(fields: Sequence[Field], values: Values) -> dict[str, object]:
    """One row as the object that its schema asks for: dotted names are nested again."""
    whole: dict[str, object] = {}
    for field in fields:
        value = values.get(field.name)
        if is_missing(value) and not field.required:
            if field.provenance.get("missing") != _SENT_AS_NULL:
                continue
            value = None
        *outer, last = [
            part.replace("~1", ".").replace("~0", "~") for part in field.name.split(".")
        ]
        inner = whole
        for name in outer:
            found = inner.setdefault(name, {})
            inner = found if isinstance(found, dict) else {}
        inner[last] = value_of(field, value)
    return whole


def value_of(field: Field, value: object) -> object:
    """One value as JSON: files in base64, dates in ISO 8601."""
    if isinstance(value, File):
        return b64encode(value.data).decode()
    if isinstance(value, date | time):
        return value.isoformat()
    if field.kind == "datetime" and isinstance(value, str):
        return _with_seconds(field, value)
    if field.kind == "tensor" and value is not None:
        array = np.asarray(value)
        row = array[0] if array.ndim == len(field.shape) and len(array) == 1 else array
        return (row.astype(np.int64) if field.datatype == "INT64" else row).tolist()
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    return int(value) if field.kind == "integer" and isinstance(value, float) else value


def _with_seconds(field: Field, moment: str) -> str:
    """RFC 3339 asks for them where JSON Schema has such a format."""
    is_short = field.format in ("time", "date-time") and moment.count(":") == 1
    return f"{moment}:00" if is_short and moment[-3] == ":" else moment


def outputs_of(answers: Sequence[object], declared: Sequence[Field] = ()) -> tuple[Output, ...]:
    """The JSON of one answer a row as outputs. Raises ValueError, TypeError or RecursionError.

    An object is one output for each member; anything else is one output.
    """
    if answers and all(_is_object(answer) for answer in answers):
        first = answers[0]
        names = list(first) if isinstance(first, Mapping) else []
        if all(isinstance(a, Mapping) and a.keys() == set(names) for a in answers):
            columns = [[a[name] for a in answers if isinstance(a, Mapping)] for name in names]
            return tuple(
                _output(name, column, declared)
                for name, column in zip(names[:MAX_FIELDS], columns, strict=False)
            )
    return (_output("output", answers, declared),)


def output_fields(schema: Schema) -> tuple[Field, ...]:
    """What an answer's schema says: labels of a class, names of probabilities, plain members."""
    if _are_probabilities(schema.facts):
        return (_probabilities("output", schema.facts),)
    if not schema.facts.get("properties"):
        return (_as_output(schema.field("output")),) if schema.facts.get("type") else ()
    found = []
    for name, member in _first_of(schema.facts["properties"]).items():
        facts = schema.resolved(member)
        is_mapping = _are_probabilities(facts)
        one = Schema(member, schema.root).field(name)
        found.append(
            _probabilities(name, facts) if is_mapping else _as_output(replace(one, name=name))
        )
    return tuple(found)


def _as_output(field: Field) -> Field:
    role: Role = "class" if field.kind == "category" else ""
    labels = tuple(str(choice) for choice in field.choices) if field.datatype == "BYTES" else ()
    return replace(field, role=role, labels=labels, examples=(), required=True)


def _are_probabilities(facts: Facts) -> bool:
    """Two or more members that are all numbers from 0 to 1 by declaration."""
    members = _first_of(facts.get("properties"))
    return len(members) > 1 and all(
        isinstance(m, Mapping)
        and m.get("type") == "number"
        and m.get("minimum") in (0, 0.0)
        and m.get("maximum") in (1, 1.0)
        for m in members.values()
    )


def _probabilities(name: str, facts: Facts) -> Field:
    labels = tuple(_first_of(facts.get("properties")))
    return Field(
        name=name, kind="tensor", datatype="FP64", shape=(-1, len(labels)),
        role="probabilities", labels=labels,
    )  # fmt: skip


def _is_object(answer: object) -> bool:
    return isinstance(answer, Mapping) and bool(answer) and not sums_to_one(answer)


def sums_to_one(answer: object) -> bool:
    """Whether it maps two or more labels to probabilities."""
    if not isinstance(answer, Mapping) or len(answer) < 2:
        return False
    numbers = [v for v in answer.values() if isinstance(v, int | float) and not isinstance(v, bool)]
    whole = len(numbers) == len(answer) and all(0 <= number <= 1 for number in numbers)
    return whole and abs(sum(numbers) - 1) < 1e-3


def _output(name: str, column: Sequence[object], declared: Sequence[Field]) -> Output:
    labels = next((f.labels for f in declared if f.name == name and f.role == "probabilities"), ())
    if labels and all(isinstance(v, Mapping) and v.keys() == set(labels) for v in column):
        data = [v[label] for v in column if isinstance(v, Mapping) for label in labels]
        return _of(name, "FP64", (len(column), len(labels)), data, "probabilities")
    if all(isinstance(v, bool) for v in column):
        return _of(name, "BOOL", (len(column),), column)
    if all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in column):
        whole = all(isinstance(v, int) for v in column)
        return _of(name, "INT64" if whole else "FP64", (len(column),), column, "number")
    if all(isinstance(v, str) for v in column):
        return _of(name, "BYTES", (len(column),), column, "text")
    width = _width(column)
    if width:
        data = [v for row in column if isinstance(row, list) for v in row]
        return _of(name, "FP64", (len(column), width), data)
    words = [v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in column]
    return _of(name, "BYTES", (len(column),), words)


def _of(
    name: str, datatype: str, shape: tuple[int, ...], data: Sequence[object], role: Role = "detail"
) -> Output:
    return Output(
        name=str(name)[:_MAX_NAME], datatype=datatype, shape=shape, data=tuple(data), role=role
    )


def _width(column: Sequence[object]) -> int:
    """The length of lists of numbers that are all of one length; else 0."""
    widths = {len(v) if isinstance(v, list) else 0 for v in column}
    numbers = all(
        isinstance(leaf, int | float) and not isinstance(leaf, bool)
        for row in column if isinstance(row, list) for leaf in row
    )  # fmt: skip
    return next(iter(widths)) if len(widths) == 1 and numbers else 0


def _with_examples(field: Field, rows: Sequence[Facts]) -> Field:
    """Example rows of the whole object go before those of single properties: they are aligned."""
    if not rows:
        return field
    values = [_at(row, field.name) for row in rows]
    fits = all(
        _is_example(field, value) or (value is None and not field.required) for value in values
    )
    return replace(field, examples=tuple(values) if fits else ())


def _at(row: object, name: str) -> object:
    for part in name.split("."):
        row = (
            row.get(part.replace("~1", ".").replace("~0", "~"))
            if isinstance(row, Mapping)
            else None
        )
    return row


def _is_example(field: Field, value: object) -> bool:
    if value is None:
        return False
    try:
        return field.check(value) is None
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False


def _target(root: object, reference: str) -> object:
    """What a reference inside of the document points at; other documents are never read."""
    if not reference.startswith("#"):
        return None
    for part in reference[1:].split("/")[1:64]:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        root = root.get(name) if isinstance(root, Mapping) else None
    return root


def _merged(one: Facts, other: Facts) -> dict[str, object]:
    properties = {**_first_of(one.get("properties")), **_first_of(other.get("properties"))}
    required = _names(one.get("required")) | _names(other.get("required"))
    return {**one, **other, "properties": _first_of(properties), "required": required}


def _without_null(facts: dict[str, object]) -> dict[str, object]:
    types = facts.get("type")
    if isinstance(types, list):
        known = [t for t in types[:10] if t != "null"]
        facts["type"] = known[0] if len(known) == 1 else None
        facts["nullable"] = len(known) < len(types[:10])
    if not facts.get("type") and facts.get("properties"):
        facts["type"] = "object"
    return facts


def _choices_of(facts: Facts) -> tuple[object, ...]:
    """The plain values of an enumeration; none where it has others, or too many to choose from."""
    listed = [facts["const"]] if "const" in facts else _list(facts.get("enum"))
    known = [value for value in listed[: MAX_CHOICES + 2] if value is not None]
    plain = all(isinstance(value, str | int | float) for value in known)
    return tuple(known) if plain and len(known) <= MAX_CHOICES else ()


def _choice_labels(facts: Facts, choices: Sequence[object]) -> tuple[str, ...]:
    """A word for each choice, or none; null has none."""
    found = next((_list(facts[key]) for key in _CHOICE_LABELS if facts.get(key)), [])
    labels = tuple(filter(None, map(_text, found)))
    return labels if choices and len(labels) == len(choices) else ()


def _format(kind: Kind, facts: Facts) -> str:
    """How it is typed: by the format, by the length, as the container that it is."""
    if kind == "json":
        return {"array": "list", "object": "map"}.get(str(facts.get("type")), "")
    if kind not in ("text", "datetime"):
        return ""
    most, said = _number(facts.get("maxLength")), _text(facts.get("format"))
    if said in _FORMATS or most is None:
        return _FORMATS.get(said, "")
    return "line" if most <= _MOST_IN_A_LINE else "long" if most >= _FEWEST_IN_MANY else ""


def _pattern(facts: Facts) -> str:
    """Ours is of the whole text; that of JSON Schema is found anywhere in it unless it says otherwise."""
    found = _text(facts.get("pattern"))
    is_whole = found.startswith("^") and found.endswith("$") and not found.endswith("\\$")
    if not found:
        return _PATTERNS.get(str(facts.get("format")), "")
    if is_whole and "|" not in found:
        return found
    return f"(?s:.*)(?:{found})(?s:.*)"


def _is_encoded(facts: Facts) -> bool:
    return facts.get("contentEncoding") == "base64" or facts.get("format") in ("byte", "base64")


def _kind_of_text(facts: Facts) -> Kind:
    encoded = _is_encoded(facts) or facts.get("format") == "binary"
    media = _text(facts.get("contentMediaType"))
    if encoded and media.startswith("audio/"):
        return "audio"
    if encoded and media.startswith("image/"):
        return "image"
    return "datetime" if facts.get("format") in ("date", "date-time", "time") else "text"


def _media_types(kind: Kind, facts: Facts) -> tuple[str, ...]:
    media = _text(facts.get("contentMediaType"))
    return (media,) if kind in ("image", "audio") and not media.endswith("/*") else ()


def _limits(facts: Facts, *, is_whole: bool) -> tuple[float | None, float | None]:
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


def _unit(facts: Facts) -> str:
    return next(
        (_text(facts[key])[:40] for key in ("unit", "x-unit", "x-units") if facts.get(key)), ""
    )


def _readable(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").strip().capitalize()


def _names(value: object) -> frozenset[str]:
    known = value if isinstance(value, list | frozenset) else []
    return frozenset(name for name in islice(known, 10 * MAX_FIELDS) if isinstance(name, str))


def _first_of(value: object) -> dict[str, object]:
    if not isinstance(value, Mapping):
        return {}
    first = islice(value.items(), MAX_FIELDS)
    return {
        name: member
        for name, member in first
        if isinstance(name, str) and 0 < len(name) <= _MAX_NAME
    }


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value[:_MAX_TEXT] if isinstance(value, str) else ""
