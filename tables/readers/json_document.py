"""JSON: a list of objects, an object of lists, one object, rows below a key such as `data`, pandas' forms."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

import orjson

from tables import bounds, encoding
from tables.errors import UnreadableFile
from tables.nested import Record
from tables.records import to_table
from tables.table import Choices, Limits, Table, letter
from tables.upload import Upload

NAME = "json"
TITLE = "JSON"
SUFFIXES = (".json",)
ORDER = 50
_BEGIN = re.compile(rb"[\[{]\s*([\"\[{\d\-tfnNI\]}]|$)")
_WRAPPERS = (
    "data", "records", "rows", "items", "results", "values", "instances", "inputs", "features",
    "dataframe_records", "dataframe_split",
)  # fmt: skip


def matches(upload: Upload) -> bool:
    """Whether it begins, and ends, as a JSON document does; by name the beginning is enough."""
    if encoding.is_binary(upload.data):
        return False
    begins = _BEGIN.match(_plain(upload.head)) is not None
    return begins and (upload.suffix == ".json" or _plain(upload.data[-64:])[-1:] in (b"}", b"]"))


def read(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """The table. Raises UnreadableFile, with the line where the text is no JSON."""
    text, words = encoding.decoded(upload.data, choices.encoding)
    _check_size(text, limits)
    document = _parsed(text.removeprefix("\ufeff"))
    records, has_names, remarks = _records(document)
    sniffed = {"format": TITLE, "encoding": words}
    return to_table(
        upload.name,
        records,
        choices,
        limits,
        sniffed=sniffed,
        remarks=remarks,
        has_header=has_names,
    )


def _plain(part: bytes) -> bytes:
    return part.replace(b"\x00", b"").strip(b"\xef\xbb\xbf\xff\xfe \t\r\n")


def _check_size(text: str, limits: Limits) -> None:
    """Objects and lists take many times the memory of their text: they are counted first."""
    for word, signs, most in (
        ("objects", "{", limits.rows),
        ("lists", "[", 2 * limits.rows),
        ("values", ",", 2 * limits.cells),
    ):
        count = text.count(signs)
        if count > most:
            raise bounds.too_large(word, count, most)


def _parsed(text: str) -> object:
    """The document; NaN, which Python writes and JSON does not have, is taken too."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _lenient(text)


def _lenient(text: str) -> object:
    try:
        return json.loads(text, parse_constant=lambda _word: None)
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            f"The text is no valid JSON: line {error.lineno}, character {error.colno}.",
            advice="Have the program that wrote it write it again; it may be cut off.",
            detail=error.msg,
            row=error.lineno,
        ) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableFile(
            "The JSON cannot be read: it is nested too deeply, or a number in it is too long.",
            detail=str(error),
        ) from error


def _records(document: object) -> tuple[list[Record], bool, list[str]]:
    """The rows, whether the columns have names, and remarks."""
    if isinstance(document, list):
        return _of_list(document)
    if not isinstance(document, dict) or not document:
        raise UnreadableFile(
            "The JSON holds no rows.", advice="A list of objects is what can be read best."
        )
    inner = _unwrapped(document)
    if inner is not document:
        return _records(inner)
    if _is_split(document):
        return _of_split(document)
    if all(isinstance(value, list) for value in document.values()):
        return _of_columns(document)
    if all(isinstance(value, dict) for value in document.values()):
        return _of_objects(document)
    return [document], True, []


def _unwrapped(document: dict[str, object]) -> object:
    """The rows below a key such as `data`, where that is a list of objects or itself an object."""
    for key in _WRAPPERS:
        value = document.get(key)
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            return value
        if isinstance(value, dict) and len(document) == 1:
            return value
    lists = [v for v in document.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
    return lists[0] if len(lists) == 1 and len(document) == 1 else document


def _is_split(document: dict[str, object]) -> bool:
    return isinstance(document.get("columns"), list) and isinstance(document.get("data"), list)


def _of_split(document: dict[str, object]) -> tuple[list[Record], bool, list[str]]:
    names = [str(name) for name in cast(list[object], document["columns"])]
    rows = cast(list[object], document["data"])
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(names):
            raise UnreadableFile(
                f"Entry {number} does not have {len(names)} values, one for each column.",
                row=number,
            )
    return [dict(zip(names, cast(list[object], row), strict=True)) for row in rows], True, []


def _of_list(rows: Sequence[object]) -> tuple[list[Record], bool, list[str]]:
    if all(isinstance(row, list) for row in rows):
        return _of_lists(cast(Sequence[Sequence[object]], rows))
    if not any(isinstance(row, dict) for row in rows):
        return [{"value": row} for row in rows], False, []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise UnreadableFile(
                f"Entry {number} of the list is no object with names and values.", row=number
            )
    return (
        [{str(k): v for k, v in cast(Mapping[str, object], row).items()} for row in rows],
        True,
        [],
    )


def _of_lists(rows: Sequence[Sequence[object]]) -> tuple[list[Record], bool, list[str]]:
    """Lists of values; the first may hold the names."""
    if len(rows) > 1 and rows[0] and _are_names(rows[0], rows[1]):
        names = [str(name) for name in rows[0]]
        body = rows[1:]
        _check_width(body, len(names))
        remark = "The first list was taken as the names; entries are counted from the second."
        return [dict(zip(names, row, strict=False)) for row in body], True, [remark]
    width = max(map(len, rows), default=0)
    names = [f"Column {letter(i)}" for i in range(width)]
    return [dict(zip(names, row, strict=False)) for row in rows], False, []


def _are_names(first: Sequence[object], second: Sequence[object]) -> bool:
    texts = all(isinstance(one, str) for one in first) and len(set(map(str, first))) == len(first)
    return texts and any(not isinstance(one, str) for one in second)


def _check_width(rows: Sequence[Sequence[object]], width: int) -> None:
    for number, row in enumerate(rows, start=1):
        if len(row) > width:
            raise UnreadableFile(
                f"Entry {number} has {len(row)} values and there are {width} names.", row=number
            )


def _of_columns(document: dict[str, object]) -> tuple[list[Record], bool, list[str]]:
    columns = {key: cast(list[object], value) for key, value in document.items()}
    lengths = {key: len(value) for key, value in columns.items()}
    if len(set(lengths.values())) > 1:
        key = next(k for k in lengths if lengths[k] != next(iter(lengths.values())))
        raise UnreadableFile(
            f"The columns have different lengths: {next(iter(lengths))} has "
            f"{next(iter(lengths.values())):,} values, {key} has {lengths[key]:,}.",
            column=key,
        )
    return (
        [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
        True,
        [],
    )


def _of_objects(document: dict[str, object]) -> tuple[list[Record], bool, list[str]]:
    """Objects in an object: columns by row number, as pandas writes them, else rows by name."""
    inner = {key: cast(dict[str, object], value) for key, value in document.items()}
    keys = list(dict.fromkeys(name for value in inner.values() for name in value))
    if keys and all(key.isdigit() for key in keys):
        return [{k: v.get(key) for k, v in inner.items()} for key in keys], True, []
    if len(inner) == 1:
        return [next(iter(inner.values()))], True, []
    return [{"key": key, **value} for key, value in inner.items()], True, []
