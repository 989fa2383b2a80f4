"""A list of words or numbers, one a line of a small table."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd

from mds_client.signature import Field
from ui.fields import _table, document

KINDS = ("json",)
FORMATS = ("list",)


def render(field: Field, key: str, value: object) -> object:
    """The lines in their order; a list of other things than words or numbers is typed as JSON."""
    lists = [items for e in (value, *field.examples) if (items := _list(e)) is not None]
    examples = [item for items in lists for item in items]
    kind = _table.kind_of(examples)
    if kind is None:
        return document.render(field, key, value)
    opened = _list(value) or []
    frame = pd.DataFrame({"value": _table.column(kind, opened)})
    edited = _table.draw(field, key, frame, {"value": kind})
    cells = _table.cells(kind, edited["value"])
    filled = [cell for cell in cells if cell is not None]
    return value if value is not None and filled == opened else _as_sent(field, value, filled)


def _as_sent(field: Field, value: object, cells: Sequence[object]) -> object:
    """No line is an empty list where one is needed, else unknown."""
    if not cells and not field.required:
        return None
    return json.dumps(cells, ensure_ascii=False) if document.is_text(field, value) else list(cells)


def _list(value: object) -> list[object] | None:
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None
    return list(parsed) if isinstance(parsed, list | tuple) else None
