"""The MLmodel file that MLflow keeps beside a model: its inputs and its example rows, as facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mds_client.errors import UnreadableAnswer
from mds_client.protocols.protocol import json_of
from mds_client.signature import Kind
from mds_client.signature.facts import MAX_INPUTS, FieldFacts, is_name, listed, text
from mds_client.transport.exchange import Response

_MOST_YAML = 512 * 1024
_MOST_EVENTS = 20_000
_DEEPEST = 50
Record = Mapping[str, object]
# Types of a column: kind, datatype, content type (MLServer's word).
_TYPES: dict[str, tuple[Kind, str, str | None]] = {
    "boolean": ("boolean", "BOOL", None),
    "integer": ("integer", "INT32", None),
    "long": ("integer", "INT64", None),
    "float": ("number", "FP32", None),
    "double": ("number", "FP64", None),
    "string": ("text", "BYTES", None),
    "binary": ("text", "BYTES", "base64"),
    "datetime": ("datetime", "BYTES", "datetime"),
    "array": ("json", "BYTES", "pd_json"),
    "object": ("json", "BYTES", "pd_json"),
    "map": ("json", "BYTES", "pd_json"),
    "any": ("json", "BYTES", "pd_json"),
}
_DTYPES = {
    "bool": "BOOL",
    "float16": "FP16",
    "float32": "FP32",
    "float64": "FP64",
    **{
        f"{sign}int{bits}": f"{sign}int{bits}".upper()
        for sign in ("", "u")
        for bits in (8, 16, 32, 64)
    },
}


def columns_in(logged: Record) -> list[tuple[str, FieldFacts]]:
    """The inputs by name, all of them or none: a request with some of them missing would be a different one."""
    specs = [mapping(spec) for spec in listed(json_in(logged, "inputs"))]
    names = _column_names(specs) if len(specs) <= MAX_INPUTS else []
    if not names:
        return []
    known = [_column(spec) for spec in specs]
    columns = [(name, facts) for name, facts in zip(names, known, strict=True) if facts]
    return columns if len(columns) == len(specs) else []


def _column_names(specs: Sequence[Record]) -> list[str]:
    """A name for each input, by its place where it has none; no names at all where one is unfit or is given twice."""
    only_name = "input-0" if len(specs) == 1 else ""
    names = [spec.get("name") or only_name or f"column {i}" for i, spec in enumerate(specs, 1)]
    are_names = all(map(is_name, names)) and len(set(map(str, names))) == len(names)
    return list(map(str, names)) if are_names else []


def _column(spec: Record) -> FieldFacts | None:
    """The facts of a column; None for a type that is not known."""
    type_name = text(spec.get("type"))
    if type_name == "tensor":
        return _tensor(mapping(spec.get("tensor-spec")))
    if type_name not in _TYPES:
        return None
    kind, datatype, content_type = _TYPES[type_name]
    required = spec.get("required", not spec.get("optional", False))
    return FieldFacts(
        kind=kind,
        datatype=datatype,
        shape=(-1, 1),
        content_type=content_type,
        required=bool(required),
    )


def _tensor(spec: Record) -> FieldFacts:
    datatype = _DTYPES.get(text(spec.get("dtype")), "BYTES")
    shape = tuple(s for s in listed(spec.get("shape"))[:8] if isinstance(s, int)) or (-1,)
    if datatype == "BYTES":
        return FieldFacts(kind="text", datatype=datatype, shape=shape)
    kind: Kind = "tensor"
    if all(size == 1 for size in shape[1:]):
        kind = (
            "boolean"
            if datatype == "BOOL"
            else "number"
            if datatype.startswith("FP")
            else "integer"
        )
    return FieldFacts(kind=kind, datatype=datatype, shape=shape)


def example_rows(example: object, names: Sequence[str]) -> Iterator[dict[str, object]]:
    """Example rows in any of the forms that MLflow saves: a table, records, arrays, one object."""
    facts = mapping(example)
    arrays = facts.get("inputs")
    if "data" in facts:
        columns = [str(name) for name in listed(facts.get("columns"))] or names
        yield from (dict(zip(columns, listed(row), strict=False)) for row in listed(facts["data"]))
    elif isinstance(arrays, Mapping):
        for values in zip(*map(listed, arrays.values()), strict=False):
            yield dict(zip(map(str, arrays), values, strict=True))
    elif arrays is not None:
        yield from (_row(entry, names) for entry in listed(arrays))
    else:
        yield from (_row(entry, names) for entry in ([facts] if facts else listed(example)))


def _row(entry: object, names: Sequence[str]) -> dict[str, object]:
    """One record, or one entry of an array: the one input, or one value each."""
    if isinstance(entry, Mapping):
        return {str(name): value for name, value in entry.items()}
    if len(names) == 1:
        return {names[0]: entry}
    return dict(zip(names, listed(entry), strict=False))


def read_yaml(content: bytes) -> Record:
    """The MLmodel file. Bounded, without references: a few lines of those can be gigabytes.

    The reader in Python on purpose: that in C ends the process at a hundred thousand open brackets.
    """
    import yaml  # type: ignore[import-untyped]

    if len(content) > _MOST_YAML:
        return {}
    try:
        if not _is_plain(yaml, content):
            return {}
        return mapping(yaml.safe_load(content))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}


def _is_plain(yaml: Any, content: bytes) -> bool:
    """Whether it has no references and is neither deep nor long. Raises YAMLError."""
    depth = 0
    for count, event in enumerate(yaml.parse(content, yaml.SafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST or count > _MOST_EVENTS:
            return False
    return True


def json_in(logged: Record, part: str) -> object:
    schema = mapping(logged.get("signature")).get(part)
    return json_value(schema.encode(errors="replace")) if isinstance(schema, str) else schema


def json_value(content: bytes) -> object:
    try:
        return json_of(Response(status=200, body=content)) if content else None
    except UnreadableAnswer:
        return None


def mapping(value: object) -> Record:
    return value if isinstance(value, Mapping) else {}
