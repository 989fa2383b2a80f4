"""JSON: rows wherever a document has them (`tables.json_shapes`), and requests to models that were saved."""

from __future__ import annotations

import re
from dataclasses import replace

from mds_client.codecs.repeated_names import repeated_names
from tables import bounds, encoding, lenient_json
from tables.json_shapes import rows_of
from tables.records import to_table
from tables.table import Choices, Limits, Table
from tables.upload import Upload

NAME = "json"
TITLE = "JSON"
SUFFIXES = (".json", ".geojson")
ORDER = 50
_BEGIN = re.compile(rb"[\[{]\s*([\"'/\[{\d\-tfnNI\]}]|$)")

_CURL = re.compile(rb"(?:\$ ?)?curl\s.*(?:\s-d|\s--data|\s--json)", re.DOTALL)


def matches(upload: Upload) -> bool:
    """Whether it begins, and ends, as a JSON document does; by name the beginning is enough."""
    if encoding.is_binary(upload.data):
        return False
    head = _plain(upload.head)
    if _CURL.match(head) or (upload.suffix in SUFFIXES and head.startswith((b"//", b"/*"))):
        return True
    begins = _BEGIN.match(head) is not None
    return begins and (upload.suffix in SUFFIXES or _plain(upload.data[-64:])[-1:] in (b"}", b"]"))


def read(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """The table. Raises UnreadableFile, with the line where the text is no JSON."""
    text, words = encoding.decoded(upload.data, choices.encoding)
    _check_size(text, limits)
    text = text.removeprefix("\ufeff")
    rows = rows_of(lenient_json.parsed(text), choices.sheet)
    sniffed = {"format": TITLE, "encoding": words}
    table = to_table(
        upload.name,
        rows.records,
        choices,
        limits,
        sniffed=sniffed | ({"rows": rows.path} if rows.path else {}),
        remarks=rows.remarks,
        warnings=lenient_json.warnings_of_names(repeated_names(text)),
        has_header=rows.has_names,
    )
    return replace(table, sheets=rows.paths if len(rows.paths) > 1 else ())


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
