"""JSON Lines: one object a line."""

from __future__ import annotations

from typing import cast

import orjson

from batch import bounds, encoding
from batch.errors import UnreadableFile
from batch.records import Record, tabled
from batch.table import Choices, Limits, Table, letter
from batch.upload import Upload

NAME = "json_lines"
TITLE = "JSON Lines"
SUFFIXES = (".jsonl", ".ndjson")
ORDER = 60


def matches(upload: Upload) -> bool:
    """Whether the first line is a JSON object or list, and by name or bytes there may be more."""
    if encoding.is_binary(upload.data):
        return False
    if not upload.head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith((b"{", b"[")):
        return False
    if upload.suffix in SUFFIXES:
        return True
    first = next((line for line in upload.data.splitlines() if line.strip()), b"")
    return isinstance(_value(first.removeprefix(b"\xef\xbb\xbf")), dict)


def read(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """The table; a line that is no JSON is a fault of its row. Raises UnreadableFile when all are."""
    text, words = encoding.decoded(upload.data, choices.encoding)
    records: list[Record] = []
    numbers: list[int] = []
    faults: dict[int, str] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        record = _record(_value(line))
        if record is None:
            faults[len(records)] = f"Line {number} is no JSON object."
        if len(records) >= limits.rows:
            raise bounds.too_large("rows", len(records) + 1, limits.rows)
        records.append(record or {})
        numbers.append(number)
    if len(faults) == len(records):
        raise UnreadableFile("No line of the file is a JSON object.", row=next(iter(numbers), 1))
    return tabled(
        upload.name,
        records,
        choices,
        limits,
        sniffed={"format": TITLE, "encoding": words},
        row_word="line",
        row_numbers=numbers,
        faults=faults,
    )


def _value(line: str | bytes) -> object:
    try:
        return cast(object, orjson.loads(line))
    except orjson.JSONDecodeError:
        return None


def _record(value: object) -> Record | None:
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {f"Column {letter(i)}": one for i, one in enumerate(value)}
    return None
