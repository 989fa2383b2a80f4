"""A JSON Schema as fields.

A schema comes from a server and may be hostile: references, depth, properties and choices are bounded.
A nested property has a dotted name; a dot inside of a property's own name is written `~1`, `~` as `~0`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from mds_client.codecs.json_schema.bodies import SENT_AS_NULL
from mds_client.codecs.json_schema.keywords import (
    CHOICE_LABELS,
    MAX_FIELDS,
    Facts,
    choice_labels_of,
    choices_of,
    first_of,
    format_of,
    is_encoded,
    kind_of_text,
    limits_of,
    list_of,
    media_types_of,
    merged,
    names_in,
    pattern_of,
    readable,
    target_of,
    text_of,
    unit_of,
    without_null,
)
from mds_client.signature import Field, Kind
from mds_client.signature.metadata import DECLARED

_MAX_DEPTH = 8
_MAX_STEPS = 5_000
_MAX_EXAMPLES = 50
_KEYWORDS = (
    "type", "title", "description", "format", "enum", "const", "default", "examples", "example",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "items", "minItems", "maxItems",
    "contentEncoding", "contentMediaType", "nullable", "unit", "x-unit", "x-units", "pattern",
    "maxLength", "readOnly", "writeOnly", *CHOICE_LABELS,
)  # fmt: skip
_KINDS: dict[str, tuple[Kind, str]] = {
    "number": ("number", "FP64"),
    "integer": ("integer", "INT64"),
    "boolean": ("boolean", "BOOL"),
    "string": ("text", "BYTES"),
}
_DATATYPES = {("number", "float"): "FP32", ("integer", "int32"): "INT32"}


class Schema:
    """One JSON Schema inside a document. Reading it stops at its bounds, it never fails."""

    def __init__(self, schema: object, root: object = None) -> None:
        self.root = schema if root is None else root
        self._left = _MAX_STEPS
        self.facts = self.resolved(schema)

    def fields(self) -> tuple[Field, ...]:
        """One field for each property, nested ones too; none where it is not an object."""
        by_name = {
            field.name: field
            for field in islice(self._properties(_Place(), self.facts), MAX_FIELDS)
        }
        rows = [row for row in list_of(self.facts.get("examples")) if isinstance(row, Mapping)]
        if isinstance(self.facts.get("example"), Mapping):
            rows.append(self.facts["example"])  # type: ignore[arg-type]
        return tuple(_with_examples(field, rows[:_MAX_EXAMPLES]) for field in by_name.values())

    def field(self, name: str) -> Field:
        """The whole schema as one field."""
        return self._field(_Place(names=(name,)), self.facts)

    def resolved(self, schema: object, depth: int = 0) -> dict[str, object]:
        """The keywords that we know, with references, `allOf` and unions with null worked in."""
        self._left -= 1
        if not isinstance(schema, Mapping) or depth > _MAX_DEPTH or self._left < 0:
            return {}
        facts = self._referred(schema, depth)
        for part in list_of(schema.get("allOf"))[:20]:
            facts = merged(facts, self.resolved(part, depth + 1))
        keywords = {key: schema[key] for key in _KEYWORDS if key in schema}
        keywords |= {
            "properties": first_of(schema.get("properties")),
            "required": names_in(schema.get("required")),
        }
        union = schema.get("anyOf") or schema.get("oneOf")
        return without_null(merged(merged(facts, self._union(union, depth)), keywords))

    def _referred(self, schema: Facts, depth: int) -> dict[str, object]:
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return {}
        return self.resolved(target_of(self.root, reference), depth + 1)

    def _union(self, union: object, depth: int) -> dict[str, object]:
        """The one form that is not null; of several plain ones the first; of others nothing is known."""
        forms = [self.resolved(form, depth + 1) for form in list_of(union)[:20]]
        known = [form for form in forms if form.get("type") != "null"]
        facts: dict[str, object] = {"nullable": True} if len(known) < len(forms) else {}
        if not known:
            return facts
        if all(map(choices_of, known)):
            return facts | _joined_choices(known)
        is_first_meant = len(known) == 1 or all(text_of(f.get("type")) in _KINDS for f in known)
        return merged(known[0], facts) if is_first_meant else facts

    def _properties(self, parent: _Place, facts: Facts) -> Iterator[Field]:
        required = names_in(facts.get("required"))
        for name, schema in first_of(facts.get("properties")).items():
            own = self.resolved(schema)
            if own.get("readOnly") is True:
                continue
            place = parent.inside(name, is_required=name in required)
            if own.get("properties") and len(place.names) < _MAX_DEPTH:
                group = text_of(own.get("title")) or readable(name)
                yield from self._properties(replace(place, group=group), own)
            else:
                yield self._field(place, own)

    def _field(self, place: _Place, facts: Facts) -> Field:
        kind, datatype, shape = self._kind(facts)
        choices = _choices_to_offer(kind, facts)
        low, high = limits_of(facts, is_whole=kind == "integer")
        nullable = facts.get("nullable") is True
        field = Field(
            name=place.name,
            kind=kind,
            datatype=datatype,
            shape=shape,
            label=text_of(facts.get("title")) or readable(place.names[-1]),
            description=text_of(facts.get("description")),
            unit=unit_of(facts),
            required=place.is_required and not nullable,
            choices=choices,
            choice_labels=choice_labels_of(facts, choices),
            content_type="base64" if kind == "text" and is_encoded(facts) else "",
            format=format_of(kind, facts),
            pattern=pattern_of(facts) if kind == "text" else "",
            sensitive=facts.get("writeOnly") is True or facts.get("format") == "password",
            minimum=low,
            maximum=high,
            group=place.group,
            media_types=media_types_of(kind, facts),
            provenance=_provenance(is_sent_as_null=nullable and place.is_required),
        )
        return replace(field, examples=_examples(field, facts))

    def _kind(self, facts: Facts) -> tuple[Kind, str, tuple[int, ...]]:
        choices, type_name = choices_of(facts), facts.get("type")
        if choices:
            if all(isinstance(choice, bool) for choice in choices):
                return "boolean", "BOOL", (-1, 1)
            are_integers = all(isinstance(c, int) and not isinstance(c, bool) for c in choices)
            return "category", "INT64" if are_integers else "BYTES", (-1, 1)
        if type_name == "string":
            return kind_of_text(facts), "BYTES", (-1, 1)
        if type_name == "array":
            return self._kind_of_array(facts)
        kind, datatype = (
            _KINDS.get(type_name, ("json", "BYTES"))
            if isinstance(type_name, str)
            else ("json", "BYTES")
        )
        return kind, _DATATYPES.get((str(type_name), str(facts.get("format"))), datatype), (-1, 1)

    def _kind_of_array(self, facts: Facts) -> tuple[Kind, str, tuple[int, ...]]:
        sizes: list[int] = []
        while facts.get("type") == "array" and len(sizes) < _MAX_DEPTH:
            least, most = facts.get("minItems"), facts.get("maxItems")
            is_fixed = isinstance(least, int) and least == most and least > 0
            sizes.append(least if is_fixed and isinstance(least, int) else -1)
            facts = self.resolved(facts.get("items"))
        if facts.get("type") not in ("number", "integer") or choices_of(facts):
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


def _choices_to_offer(kind: Kind, facts: Facts) -> tuple[object, ...]:
    """The choices of a category; of a boolean only those that are not just true and false."""
    choices = choices_of(facts) if kind in ("category", "boolean") else ()
    are_both = kind == "boolean" and set(choices) == {True, False}
    return () if are_both else choices


def _joined_choices(forms: Sequence[Facts]) -> dict[str, object]:
    """The choices of several forms as those of one; a form's title is the label of its choice."""
    choices = [choice for form in forms for choice in choices_of(form)]
    return {"enum": choices, CHOICE_LABELS[0]: [form.get("title") for form in forms]}


def _provenance(*, is_sent_as_null: bool) -> dict[str, str]:
    return {"kind": DECLARED} | ({"missing": SENT_AS_NULL} if is_sent_as_null else {})


def _examples(field: Field, facts: Facts) -> tuple[object, ...]:
    """The property's own examples and its default, as far as they could be sent."""
    examples = [*list_of(facts.get("examples")), facts.get("example"), facts.get("default")]
    return tuple(value for value in examples[:_MAX_EXAMPLES] if _is_example(field, value))


def _is_example(field: Field, value: object) -> bool:
    if value is None:
        return False
    try:
        return field.check(value) is None
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False
