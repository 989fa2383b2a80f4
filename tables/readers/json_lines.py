"""JSON Lines: one object a line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from mds_client.codecs.repeated_names import repeated_names
from tables import bounds, encoding, lenient_json
from tables.errors import UnreadableFile
from tables.header import is_value
from tables.nested import Record
from tables.records import to_table
from tables.table import Choices, Limits, Table, letter
from tables.upload import Upload

NAME = "json_lines"
TITLE = "JSON Lines"
SUFFIXES = (".jsonl", ".ndjson")
ORDER = 45  # before JSON, which a single line would be
_LINE = re.compile(r"[^\n]*\n|[^\n]+$")
_LONGEST_LINE = 2**20


def matches(upload: Upload) -> bool:
    """Whether the first line is a JSON object or list, and by name or bytes there may be more."""
    if encoding.is_binary(upload.data):
        return False
    if not upload.head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00\x1e \t\r\n").startswith((b"{", b"[")):
        return False
    if upload.suffix in SUFFIXES:
        return True
    return is_first_of_many(upload.data)


def read(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """The table; a line that is no JSON is a fault of its row. Raises UnreadableFile when all are."""
    text, words = encoding.decoded(upload.data, choices.encoding)
    records: list[Record] = []
    numbers: list[int] = []
    faults: dict[int, str] = {}
    repeated: Counter[str] = Counter()
    names: list[str] = []
    for number, line in enumerate(_lines(text.removeprefix("\ufeff")), start=1):
        if not line.strip():
            continue
        value = _value(line)
        if not names and not records and (names := _names(value)):
            continue
        record = _record(value, names)
        if record is None:
            faults[len(records)] = f"Line {number} is no JSON object."
        if len(records) >= limits.rows:
            raise bounds.too_large("rows", len(records) + 1, limits.rows)
        if record and line.count(":") > len(record):
            repeated.update(repeated_names(line))
        records.append(record or {})
        numbers.append(number)
    if len(faults) == len(records):
        raise UnreadableFile("No line of the file is a JSON object.", row=next(iter(numbers), 1))
    return to_table(
        upload.name,
        records,
        choices,
        limits,
        sniffed={"format": TITLE, "encoding": words},
        row_word="line",
        row_numbers=numbers,
        warnings=lenient_json.warnings_of_names(repeated),
        faults=faults,
    )


def is_first_of_many(data: bytes) -> bool:
    """Whether the first line is an object by itself, and there are more lines."""
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x1e \t\r\n")
    first, _, rest = start[:_LONGEST_LINE].partition(b"\n")
    return bool(rest.strip()) and isinstance(_value(first), dict)


def _lines(text: str) -> Iterator[str]:
    return (line[0] for line in _LINE.finditer(text))


def _value(line: str | bytes) -> object:
    """The value of a line; NaN, which Python writes and JSON does not have, is taken as nothing."""
    try:
        mark = "\x1e" if isinstance(line, str) else b"\x1e"
        return lenient_json.loads(line.lstrip(mark))  # type: ignore[arg-type]
    except (ValueError, RecursionError):
        return None


def _names(value: object) -> list[str]:
    """The names of the columns, where the first line is a list of them; none in any other."""
    if not isinstance(value, list) or len(value) < 2 or len(set(map(str, value))) < len(value):
        return []
    is_named = all(isinstance(one, str) and one.strip() and not is_value(one) for one in value)
    return list(value) if is_named else []


def _record(value: object, names: list[str]) -> Record | None:
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        named = dict(enumerate(names))
        return {named.get(i, f"Column {letter(i)}"): one for i, one in enumerate(value)}
    return None
