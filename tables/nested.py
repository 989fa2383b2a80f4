"""Objects within objects as columns of their own: `bill.length_mm`; the object itself is kept beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Record = Mapping[str, object]
_DEEPEST = 6
_MOST = 4_000  # columns that nested objects may become
# One value in the clothes of a type: MongoDB, DynamoDB, Firestore.
_TYPED = frozenset(
    {
        "$numberDecimal", "$numberDouble", "$numberInt", "$numberLong", "$oid", "$date", "$uuid", "$symbol",
        "N", "S", "BOOL", "NULL",
        "doubleValue", "integerValue", "stringValue", "booleanValue", "timestampValue", "nullValue",
    }
)  # fmt: skip
_NAMES = frozenset({"name", "key", "field", "feature", "column"})
_LITERALS = frozenset({"type", "value", "datatype", "xml:lang"})  # SPARQL results


def flattened(records: Sequence[Record]) -> tuple[list[Record], dict[str, list[object]]]:
    """The records with nested objects as columns, and the objects themselves by their names.

    An object in the place of one value, such as `{"$numberLong": "181"}`, is that value.
    """
    plain: list[Record] = [{k: _plain(value) for k, value in one.items()} for one in records]
    nested = _names_of_objects(plain)
    flat: list[Record] = [_flat(record) for record in plain] if nested else []
    if not nested or len({key for record in flat for key in record}) > _MOST:
        return plain, {}
    return flat, {name: [record.get(name) for record in plain] for name in nested}


def _names_of_objects(records: Sequence[Record]) -> list[str]:
    """The names under which at least one record holds an object, in the order of the records."""
    return list(dict.fromkeys(k for one in records for k, v in one.items() if _is_object(v)))


def _paired(listed: list[object]) -> dict[str, object]:
    """The members that a list of `{"name": …, "value": …}` has; none of any other list."""
    members: dict[str, object] = {}
    for one in listed:
        names = set(one) - {"value"} if isinstance(one, Mapping) and "value" in one else set()
        name = one[next(iter(names))] if len(names) == 1 and names <= _NAMES else None  # type: ignore[index]
        if not isinstance(name, str) or name in members:
            return {}
        members[name] = one["value"]  # type: ignore[index]
    return members


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping) and len(value) > 0


def _flat(record: Record, before: str = "", depth: int = 0) -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in record.items():
        name = f"{before}{key}"
        plain = _plain(value)
        if isinstance(plain, Mapping) and plain and depth < _DEEPEST:
            inner = _flat(plain, f"{name}.", depth + 1)
            flat |= {n: v for n, v in inner.items() if n not in record}
        else:
            flat[name] = plain
    return flat


def _plain(value: object) -> object:
    """What an object says that stands for one value, and pairs of name and value as an object; anything else as it
    is."""
    if isinstance(value, list):
        return _paired(value) or value
    if not isinstance(value, Mapping):
        return value
    keys = set(value)
    if len(keys) == 1 and (key := next(iter(keys))) in _TYPED:
        return None if key in ("NULL", "nullValue") else _plain(value[key])
    if {"type", "value"} <= keys <= _LITERALS and value["type"] in (
        "literal",
        "typed-literal",
        "uri",
    ):
        return value["value"]
    return value
