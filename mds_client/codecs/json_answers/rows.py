"""An answer to several rows as one answer a row, wherever its list is."""

from __future__ import annotations

from collections.abc import Mapping

from mds_client.prediction.output_names import is_envelope, meaning

_DEEPEST = 6


def rows_in(body: object, rows: int) -> list[object]:
    """One answer a row. What holds no list of so many is the one answer to all of them."""
    if rows == 1:
        return [body]
    found = _listed(body, rows, 0)
    return [body] if found is None else found


def _listed(body: object, rows: int, depth: int) -> list[object] | None:
    if isinstance(body, list):
        return body if len(body) == rows else None
    if not isinstance(body, Mapping) or depth > _DEEPEST:
        return None
    columns = {str(n): m for n, m in body.items() if isinstance(m, list) and len(m) == rows}
    lists = {
        n: m for n, m in columns.items() if meaning(n) not in ("labels", "aside") or is_envelope(n)
    }
    if lists:
        shared = {str(n): m for n, m in body.items() if str(n) not in lists}
        return [_row(lists, shared, row) for row in range(rows)]
    for name, member in body.items():
        inner = _listed(member, rows, depth + 1) if is_envelope(str(name)) else None
        if inner is not None:
            return inner
    return None


def _row(lists: Mapping[str, list[object]], shared: Mapping[str, object], row: int) -> object:
    """One row of columns side by side; one list alone holds whole answers."""
    only = next(iter(lists.values()))[row]
    if len(lists) == 1 and isinstance(only, Mapping):
        return {**shared, **only}
    cells = {name: column[row] for name, column in lists.items()}
    return {**cells, **shared}
