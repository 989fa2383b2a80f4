"""Names with a value each, one a line of a small table."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd

from mds_client.signature import Field
from ui.fields import _table, document

KINDS = ("json",)
FORMATS = ("map",)


def render(field: Field, key: str, value: object) -> object:
    """The values by their names; a map of other things than words or numbers is typed as JSON."""
    maps = [mapping for e in (value, *field.examples) if (mapping := _map(e)) is not None]
    kind = _table.kind_of([item for mapping in maps for item in mapping.values()])
    if kind is None:
        return document.render(field, key, value)
    opened = _map(value) or {}
    names, values = (
        _table.column("text", [*opened]),
        _table.column(kind, [*opened.values()]),
    )
    frame = pd.DataFrame({"name": names, "value": values})
    edited = _table.draw(field, key, frame, {"name": "text", "value": kind})
    pairs = _pairs(kind, edited)
    return value if value is not None and pairs == opened else _as_sent(field, value, pairs)


def _pairs(kind: str, edited: pd.DataFrame) -> dict[str, object]:
    """Lines without a name or a value are not filled in yet."""
    names = _table.cells("text", edited["name"])
    pairs = zip(names, _table.cells(kind, edited["value"]), strict=True)
    return {str(name): value for name, value in pairs if name and value is not None}


def _as_sent(field: Field, value: object, pairs: Mapping[str, object]) -> object:
    """No line is an empty map where one is needed, else unknown."""
    if not pairs and not field.required:
        return None
    return json.dumps(pairs, ensure_ascii=False) if document.is_text(field, value) else dict(pairs)


def _map(value: object) -> dict[str, object] | None:
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None
    return dict(parsed) if isinstance(parsed, Mapping) else None
