"""The hint of an error message as facts, and the rows of zeros that test it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mds_client.schema_learning.probing.hint import Hint
from mds_client.signature import Field, Kind, Layout
from mds_client.signature.facts import MAX_INPUTS, Facts, FieldFacts, about

_TEXTS = ("text", "texts", "sentence", "prompt", "question", "query", "message", "document")
_ZEROS: Mapping[str, object] = {
    "number": 0.0,
    "integer": 0,
    "boolean": False,
    "category": "a",
    "text": "a",
    "datetime": "2000-01-01T00:00:00",
    "json": {},
}


def count_of(hint: Hint) -> str:
    count = len(hint.names) or hint.width
    words = "named value" if hint.names else "zero"
    return f"{count} {words}{'s' if count != 1 else ''}"


def facts_of(hint: Hint, calls: int, answered: str, layout: Layout | None) -> Facts:
    """The facts of a hint, with how it was learned and whether a row of that form was answered."""
    words = {
        "Found by asking": f"{calls} rows of zeros were sent; read from the words of {hint.rule}.",
        "Confirmed" if answered else "Not confirmed": answered
        or f"A row of {count_of(hint)} was not answered, or could not be tried.",
    }
    known = known_facts(hint)
    inputs = known.inputs if answered or hint.is_whole else ()
    return replace(known, inputs=inputs, layout=layout, about=about(words))


def known_facts(hint: Hint) -> Facts:
    if hint.names:
        fields = {name: _field_facts(hint, name) for name in hint.names[:MAX_INPUTS]}
    elif (hint.width or 0) > MAX_INPUTS:
        fields = {"input-0": FieldFacts(kind="tensor", shape=(-1, hint.width or -1))}
    else:
        number = FieldFacts(kind="number")
        fields = {f"column {i + 1}": number for i in range(hint.width or 0)}
    return Facts(source="probed", inputs=tuple(fields), fields=fields)


def _field_facts(hint: Hint, name: str) -> FieldFacts:
    kind: Kind = "text" if name.lower() in _TEXTS else "number"
    return FieldFacts(
        kind=hint.kinds.get(name, kind), required=False if name in hint.optional else None
    )


def zero_of(field: Field) -> object:
    """The value of a field in a row of zeros: 0, an empty text, zeros of its shape, or its first choice."""
    if field.kind == "tensor":
        return np.zeros([max(size, 1) for size in field.shape[1:]]).tolist()
    return field.choices[0] if field.choices else _ZEROS.get(field.kind)
