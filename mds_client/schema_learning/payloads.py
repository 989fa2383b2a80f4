"""What is learned from a pasted request to any server."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice, zip_longest
from math import prod
from typing import Any, cast

import numpy as np

from mds_client.protocols.protocol import flat
from mds_client.schema_learning.cells import ODD
from mds_client.schema_learning.columns import Columns
from mds_client.schema_learning.tables import learned
from mds_client.signature import Field, ModelRef
from mds_client.signature.facts import MAX_INPUTS, Facts, FieldFacts
from mds_client.signature.metadata import signature_of

_MOST_PASTED = 5_000_000
_MOST_PYTHON = 100_000
_NOT_READ = "This is not the body of a request in any of the forms that are known."


def payload(content: str | bytes, *, name: str = "") -> Facts:
    """The facts in the body of a request to any server, or in a curl command that sends one.

    Names, kinds and an example row. Without inputs where nothing can be read; `about` says so. Never raises.
    """
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    try:
        facts = _of_payload(_content_in(text[:_MOST_PASTED].strip()))
    except ODD:
        facts = None
    if facts is None or not facts.inputs:
        return Facts(source="learned", name=name, about={"Problem": _NOT_READ})
    return replace(facts, name=name)


def _content_in(text: str) -> object:
    """The JSON that the text is, or that a command in it sends. Raises one of ODD."""
    for candidate in _candidates_in(text):
        try:
            return json.loads(candidate, parse_constant=lambda _: None)
        except ValueError:
            continue
    with suppress(*ODD):
        return ast.literal_eval(text[:_MOST_PYTHON])
    return _embedded(text)


def _candidates_in(text: str) -> Iterator[str]:
    yield text
    if not text.lstrip("$ ").startswith("curl"):
        return
    try:
        words = [word.strip() for word in shlex.split(text.replace("\\\n", " "))]
    except ValueError:
        return
    for flag, word in zip(words, [*words[1:], ""], strict=True):
        if flag in ("-d", "--json") or flag.startswith("--data"):
            yield flag.partition("=")[2] or word
        elif flag.startswith("-d"):
            yield flag[2:]


def _embedded(text: str) -> object:
    """The first JSON inside other words."""
    reader = json.JSONDecoder()
    for place in islice(re.finditer(r"[\[{]", text), 20):
        with suppress(ValueError):
            document, _ = reader.raw_decode(text, place.start())
            if document:
                return document
    return None


def _of_payload(body: object) -> Facts | None:
    """The facts in a body of any protocol. Raises one of ODD."""
    if not isinstance(body, Mapping):
        return _of_rows(body, is_one_row=True)
    for key, reads in _FORMS.items():
        if key in body:
            return reads(body[key])
    if "data" in body and body.keys() <= {"data", "meta", "names", "columns", "index"}:
        return _of_split(body) if "columns" in body else _of_seldon(body["data"])
    only = next(iter(body.values()), None)
    return _of_rows(only if len(body) == 1 and isinstance(only, list) else body)


def _of_rows(rows: object, *, is_one_row: bool = False) -> Facts | None:
    """A table as lists, as objects, or as an object of columns."""
    if isinstance(rows, Mapping):
        return _of_object(rows)
    if isinstance(rows, str):
        return _table({"text": [rows]})
    return _of_list(rows, is_one_row=is_one_row) if isinstance(rows, list) and rows else None


def _of_list(rows: list[Any], *, is_one_row: bool) -> Facts | None:
    """Rows as objects, texts, lists or single values; the last are one row or a column."""
    if all(isinstance(row, Mapping) for row in rows):
        return _of_objects(rows)
    if all(isinstance(row, str) for row in rows):
        return _table({"text": rows})
    if not any(isinstance(row, list) for row in rows):
        rows = [rows] if is_one_row else [[row] for row in rows]
    return of_matrix(rows)


def _of_object(row: Mapping[str, object]) -> Facts:
    """An object of columns of one length; else one row."""
    lengths = {len(v) if isinstance(v, list) else None for v in row.values()}
    are_columns = len(lengths) == 1 and None not in lengths
    return _table(row if are_columns else {key: [value] for key, value in row.items()})  # type: ignore[arg-type]


def _of_objects(rows: Sequence[Mapping[str, object]]) -> Facts:
    keys = dict.fromkeys(key for row in rows[:1000] for key in row)
    return _table({key: [row.get(key) for row in rows] for key in keys})


def of_matrix(rows: Sequence[object], datatype: str = "") -> Facts | None:
    """Lists of values, one a row; rows of lists are tensors. Where one column has fractions all may."""
    width = max(len(row) for row in rows if isinstance(row, list))
    is_flat = not any(isinstance(cell, list) for row in rows[:100] for cell in _listed(row))
    if not is_flat or width > MAX_INPUTS:
        return _table({"input-0": rows})
    columns = zip_longest(*(_listed(row) for row in rows))
    facts = _table({f"column {i}": list(column) for i, column in enumerate(columns, start=1)})
    return replace(facts, fields=_typed(facts.fields, datatype))


def _typed(fields: Mapping[str, FieldFacts], datatype: str) -> dict[str, FieldFacts]:
    """The fields of one tensor: all of its datatype, and all with fractions unless it has whole numbers only."""
    has_fractions = any(field.kind == "number" for field in fields.values())
    is_exact = datatype.startswith(("INT", "UINT")) or (not datatype and not has_fractions)
    return {
        name: replace(field if is_exact else _with_fractions(field), datatype=datatype or None)
        for name, field in fields.items()
    }


def _with_fractions(facts: FieldFacts) -> FieldFacts:
    return replace(facts, kind="number") if facts.kind == "integer" else facts


def _listed(row: object) -> list[object]:
    return row if isinstance(row, list) else [row]


def _table(columns: Columns) -> Facts:
    facts = learned(columns)
    return replace(facts, about={"Rows": facts.about.get("Rows", "0")})


def _of_split(table: object) -> Facts | None:
    """Names and rows apart."""
    if not isinstance(table, Mapping) or "data" not in table:
        return _of_rows(table)
    names, rows = table.get("columns") or table.get("names"), table["data"]
    if not isinstance(names, list) or not rows:
        return _of_rows(rows)
    return _table({str(name): [row[i] for row in rows] for i, name in enumerate(names)})


def _of_inputs(inputs: object) -> Facts | None:
    """Tensors of the Open Inference Protocol, or a table under the same word."""
    are_tensors = isinstance(inputs, list) and all(
        isinstance(t, Mapping) and {"name", "datatype", "data"} <= t.keys() for t in inputs
    )
    if not are_tensors or not inputs:
        return _of_rows(inputs)
    tensors = cast(list[Mapping[str, Any]], inputs)[:MAX_INPUTS]
    if (
        len(tensors) == 1
        and len(_sizes(tensors[0])) == 2
        and 1 < _sizes(tensors[0])[1] <= MAX_INPUTS
    ):
        rows = np.asarray(flat(tensors[0]["data"]), dtype=object).reshape(_sizes(tensors[0]))
        return of_matrix(rows.tolist(), str(tensors[0]["datatype"]))
    return _of_tensors(tensors)


def _sizes(tensor: Mapping[str, Any]) -> tuple[int, ...]:
    leaves = len(flat(tensor["data"]))
    sizes = tuple(int(size) for size in tensor.get("shape") or (leaves,))
    if prod(sizes) != leaves:
        raise ValueError("the data do not fit the shape")
    return sizes


def _of_tensors(tensors: Sequence[Mapping[str, Any]]) -> Facts:
    declared = [{**tensor, "shape": [-1, *_sizes(tensor)[1:]]} for tensor in tensors]
    model = ModelRef(server="pasted", name="pasted")
    fields = {field.name: field for field in signature_of(model, {"inputs": declared}).inputs}
    facts = {t["name"]: _of_field(fields[t["name"]], t) for t in tensors if t["name"] in fields}
    return Facts(source="learned", inputs=tuple(facts), fields=facts)


def _of_field(field: Field, tensor: Mapping[str, Any]) -> FieldFacts:
    sizes, leaves = _sizes(tensor), flat(tensor["data"])
    first = np.asarray(leaves[: prod(sizes[1:])], dtype=object).reshape(sizes[1:]).tolist()
    while field.kind != "tensor" and isinstance(first, list) and len(first) == 1:
        first = first[0]
    return FieldFacts(
        kind=field.kind,
        datatype=field.datatype,
        shape=field.shape,
        content_type=field.content_type or None,
        examples=None if field.kind in ("image", "audio") else (first,),
    )


def _of_seldon(data: object) -> Facts | None:
    """`names` with `ndarray` or with `tensor`; other servers call a bare table `data`."""
    if not isinstance(data, Mapping) or not {"ndarray", "tensor"} & data.keys():
        return _of_rows(data)
    rows = data.get("ndarray")
    if rows is None:
        tensor = data["tensor"]
        rows = np.asarray(tensor["values"]).reshape(tensor["shape"]).tolist()
    return _of_split({"names": data.get("names"), "data": rows})


_FORMS: Mapping[str, Callable[[object], Facts | None]] = {
    "dataframe_split": _of_split,
    "dataframe_records": _of_rows,
    "input_data": _of_split,
    "instances": _of_rows,
    "inputs": _of_inputs,
    "jsonData": _of_rows,
    "strData": _of_rows,
}
