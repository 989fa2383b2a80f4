"""Where the rows are in a JSON document, whatever a service wraps around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from tables import saved_requests
from tables.errors import UnreadableFile
from tables.nested import Record
from tables.table import letter

_DEEPEST = 5
_WRAPPERS = (
    "data", "records", "rows", "items", "results", "result", "value", "values", "hits", "features", "instances",
    "inputs", "entries", "elements", "edges", "nodes", "docs", "documents", "objects", "list", "content",
    "response", "payload", "body", "bindings", "resources", "dataframe_records", "dataframe_split", "input_data",
    "jsonData", "Items", "Records", "_embedded", "examples", "samples", "cases", "predictions",
)  # fmt: skip
# Lists of objects that describe the rows, and are not the rows.
_DESCRIBING = frozenset(
    {"fields", "columns", "schema", "links", "_links", "errors", "warnings", "facets", "aggregations",
     "included", "headers", "header", "metadata", "meta", "names", "parameters"}
)  # fmt: skip
_INSIDE = (
    "_source", "properties", "fields", "attributes", "node", "_doc", "doc", "document", "record", "row",
    "item", "data", "value", "values", "cells",
)  # fmt: skip
# Where the names of the columns are, and the rows without them.
_NAMES_AND_ROWS = (
    ("columns", "data"), ("columns", "rows"), ("columns", "values"), ("names", "ndarray"), ("fields", "values"),
    ("fields", "rows"), ("fields", "data"), ("header", "rows"), ("header", "data"), ("headers", "rows"),
    ("headers", "data"), ("names", "data"), ("feature_names", "data"), ("cols", "rows"),
)  # fmt: skip
_NAMED = ("name", "id", "fieldName", "field", "key", "title", "label")


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of a document; `others` are the paths of more lists in it that may be meant."""

    records: Sequence[Record]
    has_names: bool = True
    remarks: list[str] = field(default_factory=list)
    path: str = ""
    paths: tuple[str, ...] = ()


def rows_of(document: object, wanted: str = "") -> Rows:
    """The rows of the document, those at the path `wanted` where it is given. Raises UnreadableFile."""
    if isinstance(document, list):
        return _of_groups(document, wanted) or _of_list(document, document)
    if not isinstance(document, dict) or not document:
        raise UnreadableFile(
            "The JSON holds no rows.", advice="A list of objects is what can be read best."
        )
    known_form = _of_form(document)
    if known_form:
        return known_form
    lists = _lists(document)
    if wanted or lists:
        return _chosen(document, lists, wanted)
    return _of_object(document)


def _of_form(document: dict[str, object]) -> Rows | None:
    """The rows of a document in a form of its own: a saved request, or names and rows apart."""
    columns = saved_requests.columns_in(document)
    if columns is not None:
        return _of_columns(columns)
    for names_key, rows_key in _NAMES_AND_ROWS:
        rows, names = document.get(rows_key), _names(document.get(names_key))
        if names and isinstance(rows, list) and _are_lists(rows):
            return _of_split(names, rows)
    return None


def _are_lists(rows: list[object]) -> bool:
    return bool(rows) and all(isinstance(row, list) for row in rows)


def _names(given: object) -> list[str]:
    """The names in a list of words, or of objects that have one each; empty for any other."""
    if not isinstance(given, list) or not given:
        return []
    kinds = {type(one) for one in given}
    if kinds == {str}:
        return list(given)
    if kinds == {list}:  # pandas' names over several rows
        return [" ".join(map(str, one)) for one in given]
    return _names_of_objects(given) if kinds == {dict} else []


def _names_of_objects(objects: list[Record]) -> list[str]:
    """The name of each object under the first key that is known for names; empty where they share none."""
    for key in _NAMED:
        names = [one.get(key) for one in objects]
        if all(isinstance(name, str) for name in names):
            return cast(list[str], names)
    return []


# Which of the lists in it are the rows.


def _lists(document: dict[str, object]) -> dict[str, list[object]]:
    """The lists of objects, or of lists, by their paths: the nearest to the top first."""
    lists: dict[str, list[object]] = {}
    level: list[tuple[str, dict[str, object]]] = [("", document)]
    for _ in range(_DEEPEST):
        below: list[tuple[str, dict[str, object]]] = []
        for path, one in level:
            for key, value in one.items():
                where = f"{path}.{key}" if path else key
                if rows := _rows_at(key, value):
                    lists[where] = rows
                elif isinstance(value, dict) and len(below) < 1_000:
                    below.append((where, value))
        level = below
    return {
        path: lists[path] for path in sorted(lists, key=lambda path: _rank(path, lists[path]))[:20]
    }


def _rows_at(key: str, value: object) -> list[object]:
    """The rows in a member, as they are or as columns by name; none where it holds no rows."""
    if isinstance(value, list):
        return value if value and _may_be_rows(key, value) else []
    return _records(value) if isinstance(value, dict) and _is_table(value) else []


def _may_be_rows(key: str, value: list[object]) -> bool:
    if key in _DESCRIBING:
        return False
    return all(isinstance(row, dict) for row in value) or (_are_lists(value) and key in _WRAPPERS)


def _is_table(value: dict[str, object]) -> bool:
    """Whether an object is columns by name: two or more lists of as many single values."""
    columns = list(value.values())
    sizes = {len(column) if isinstance(column, list) else 0 for column in columns}
    is_even = len(columns) > 1 and len(sizes) == 1 and sizes != {0}
    return is_even and not any(
        isinstance(cell, list | dict) for column in columns for cell in cast(list[object], column)
    )


def _records(columns: dict[str, object]) -> list[object]:
    lists = [cast(list[object], column) for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def _rank(path: str, rows: list[object]) -> tuple[bool, int, int, int]:
    """The sort key of a list of rows: below known wrappers first, then nearer to the top, then the longest."""
    parts = path.split(".")
    rank = _WRAPPERS.index(parts[-1]) if parts[-1] in _WRAPPERS else len(_WRAPPERS)
    return not _is_wrapped(path), len(parts), rank, -len(rows)


def _is_wrapped(path: str) -> bool:
    return any(part in _WRAPPERS for part in path.split("."))


def _chosen(document: dict[str, object], lists: dict[str, list[object]], wanted: str) -> Rows:
    """The rows at the path that a person chose, else at the likeliest; a single case may hold lists too."""
    own = "the whole document"
    is_sure = _is_wrapped(next(iter(lists), "")) or len(document) == 1
    paths = tuple(lists) if is_sure or _are_tables(document, lists) else (own, *lists)
    path = wanted or paths[0]
    if path == own:
        return _with_paths(_whole(document, paths), own, paths)
    if path not in lists:
        raise UnreadableFile(
            f"There are no rows at {path}.", advice=f"Rows are at: {', '.join(paths)}."
        )
    return _with_paths(_of_list(lists[path], document), path, paths)


def _are_tables(document: dict[str, object], lists: Mapping[str, list[object]]) -> bool:
    """Whether the document is lists of objects side by side, of different lengths: no columns of one table."""
    sizes = {len(lists[key]) for key in document if key in lists}
    return all(key in lists for key in document) and len(sizes) > 1


def _whole(document: dict[str, object], paths: tuple[str, ...]) -> Rows:
    """The document as rows. Raises UnreadableFile with the other places where rows are."""
    try:
        return _of_object(document)
    except UnreadableFile as error:
        error.sheets = paths
        raise


def _with_paths(rows: Rows, path: str, paths: tuple[str, ...]) -> Rows:
    others = [one for one in paths if one != path]
    remarks = (
        [f"The rows at {path} were read, not those at {', '.join(others[:3])}."] if others else []
    )
    return Rows(
        records=rows.records,
        has_names=rows.has_names,
        remarks=[*remarks, *rows.remarks],
        path=path,
        paths=paths,
    )


def _of_groups(groups: list[object], wanted: str) -> Rows | None:
    """Rows in groups, each with what they share beside them: `[{"site": "x", "birds": [{…}, …]}, …]`; None where there
    are none. The groups themselves are read unless the others are wanted, or fit better."""
    records = [one for one in groups if isinstance(one, dict)]
    if not records or len(records) < len(groups):
        return None
    names = [key for key in records[0] if all(_is_list_of_objects(one.get(key)) for one in records)]
    if not names:
        return None
    own = "the list"
    paths = (own, *names)
    if wanted in names:
        inner = [
            {**_shared(one, names), **cast(Record, row)} for one in records for row in one[wanted]
        ]
        return _with_paths(Rows(records=inner), wanted, paths)
    return _with_paths(_of_list(groups, groups), own, paths)


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _shared(group: Record, names: list[str]) -> dict[str, object]:
    return {key: value for key, value in group.items() if key not in names}


# From a list, or an object, to records.


def _of_list(rows: list[object], document: object) -> Rows:
    if not rows:
        return Rows(records=[])
    if all(isinstance(row, list) for row in rows):
        lists = cast(list[list[object]], rows)
        names = _names_for(document, max(map(len, lists)))
        return _of_split(names, rows) if names else _of_lists(lists)
    if not any(isinstance(row, dict) for row in rows):
        return Rows(records=[{"value": row} for row in rows], has_names=False)
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise UnreadableFile(
                f"Entry {number} of the list is no object with names and values.", row=number
            )
    records = [{str(k): v for k, v in cast(Record, row).items()} for row in rows]
    return Rows(records=_unwrapped(records))


def _names_for(document: object, width: int, depth: int = 0) -> list[str]:
    """As many names as the rows are wide, wherever the document has them."""
    if not isinstance(document, Mapping) or depth > _DEEPEST:
        return []
    for key, value in document.items():
        if key in ("columns", "fields", "header", "headers", "names", "cols", "feature_names"):
            names = _names(value)
            if len(names) == width:
                return names
    for value in list(document.values())[:100]:
        names = _names_for(value, width, depth + 1)
        if names:
            return names
    return []


def _unwrapped(records: list[dict[str, object]]) -> list[Record]:
    """Records without the object that a service puts around each; what stands beside it is kept."""
    inside = next((k for k in _INSIDE if all(_is_object(r.get(k)) for r in records)), "")
    if not inside:
        return list(records)
    unwrapped: list[Record] = []
    for record in records:
        inner = cast(dict[str, object], record[inside])
        outer = {key: value for key, value in record.items() if key != inside}
        unwrapped.append(_singles(inner) | {k: v for k, v in outer.items() if k not in inner})
    return unwrapped


def _singles(inner: dict[str, object]) -> dict[str, object]:
    """The members without their lists, where each list holds one value: search engines give every field as a
    list."""
    if all(isinstance(value, list) and len(value) == 1 for value in inner.values()):
        return {key: cast(list[object], value)[0] for key, value in inner.items()}
    return dict(inner)


def _is_object(value: object) -> bool:
    return isinstance(value, dict) and len(value) > 0


def _of_split(names: list[str], rows: list[object]) -> Rows:
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(names):
            raise UnreadableFile(
                f"Entry {number} does not have {len(names)} values, one for each column.",
                row=number,
            )
    return Rows(
        records=[dict(zip(names, cast(list[object], row), strict=True)) for row in rows]
    )  # fmt: skip


def _of_lists(rows: Sequence[Sequence[object]]) -> Rows:
    """Lists of values; the first may hold the names."""
    if len(rows) > 1 and rows[0] and _are_names(rows[0], rows[1]):
        names = [str(name) for name in rows[0]]
        body = rows[1:]
        _check_width(body, len(names))
        remark = "The first list was taken as the names; entries are counted from the second."
        return Rows(
            records=[dict(zip(names, row, strict=False)) for row in body], remarks=[remark]
        )  # fmt: skip
    width = max(map(len, rows), default=0)
    names = [f"Column {letter(i)}" for i in range(width)]
    return Rows(records=[dict(zip(names, row, strict=False)) for row in rows], has_names=False)


def _are_names(first: Sequence[object], second: Sequence[object]) -> bool:
    texts = all(isinstance(one, str) for one in first) and len(set(map(str, first))) == len(first)
    return texts and any(not isinstance(one, str) for one in second)


def _check_width(rows: Sequence[Sequence[object]], width: int) -> None:
    for number, row in enumerate(rows, start=1):
        if len(row) > width:
            raise UnreadableFile(
                f"Entry {number} has {len(row)} values and there are {width} names.", row=number
            )


def _of_object(document: dict[str, object]) -> Rows:
    """Columns by name, rows by name, or one row."""
    wrapped = _wrapped(document)
    if wrapped:
        return rows_of(wrapped)
    if _all_are(list, document):
        return _of_columns(cast(dict[str, list[object]], document))
    if _all_are(dict, document):
        return _of_objects(cast(dict[str, dict[str, object]], document))
    return Rows(records=_unwrapped([document]))


def _wrapped(document: dict[str, object]) -> object:
    """The object that a service wrapped: the only member, or the only one of them that holds columns."""
    inner = [document[key] for key in _WRAPPERS if _is_object(document.get(key))]
    if len(inner) != 1:
        return None
    is_alone = len(document) == 1
    return inner[0] if is_alone or _holds_columns_apart(document, inner[0]) else None


def _holds_columns_apart(document: dict[str, object], inner: object) -> bool:
    """Whether the object holds columns, and what stands beside it is no object as well."""
    return not _all_are(dict, document) and _are_columns(inner)


def _all_are(kind: type, members: Mapping[str, object]) -> bool:
    return all(isinstance(value, kind) for value in members.values())


def _are_columns(value: object) -> bool:
    members = cast(dict[str, object], value)
    return _all_are(list, members) or _all_are(dict, members)


def _of_columns(columns: Mapping[str, list[object]]) -> Rows:
    lengths = {key: len(value) for key, value in columns.items()}
    if len(set(lengths.values())) > 1:
        key = next(k for k in lengths if lengths[k] != next(iter(lengths.values())))
        raise UnreadableFile(
            f"The columns have different lengths: {next(iter(lengths))} has "
            f"{next(iter(lengths.values())):,} values, {key} has {lengths[key]:,}.",
            column=key,
        )
    rows = zip(*columns.values(), strict=True)
    return Rows(records=[dict(zip(columns, row, strict=True)) for row in rows])


def _of_objects(inner: dict[str, dict[str, object]]) -> Rows:
    """Objects in an object: columns by row number, as pandas writes them, rows by name, or parts of one row."""
    keys = list(dict.fromkeys(name for value in inner.values() for name in value))
    if keys and all(key.isdigit() for key in keys):
        return Rows(records=[{k: v.get(key) for k, v in inner.items()} for key in keys])
    if len(inner) == 1:
        return Rows(records=[next(iter(inner.values()))])
    shared = set.intersection(*(set(value) for value in inner.values()))
    if not shared:
        return Rows(records=[inner])
    return Rows(records=[{"key": key, **value} for key, value in inner.items()])
