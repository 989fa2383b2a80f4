"""Answers that are no JSON: plain text, CSV, a picture. As JSON would have them."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Sequence

from mds_client.prediction.output_names import meaning
from mds_client.transport.exchange import Response

_MOST_BYTES = 4_000_000
_MOST_LINES = 100_000
_PAGE = re.compile(r"\s*(<!doctype html|<html|<\?xml)", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[-+]?(\d{1,300}(\.\d{0,300})?|\.\d{1,300})([eE][-+]?\d{1,3})?\s*")


def media_type(response: Response) -> str:
    """What the body is said to be, in small letters and without its parameters."""
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def plain_body(response: Response) -> object:
    """The text, the rows of a CSV, or a picture as its base64; None for anything else.

    A CSV with names above is a list of objects; else one of lists, or of single values where there is one column.
    """
    kind = media_type(response)
    if kind.startswith("image/") and response.body:
        return {"b64": base64.b64encode(response.body).decode()}
    if kind not in ("text/plain", "text/csv", "application/csv"):
        return None
    text = text_of(response)
    if text is None or kind == "text/plain":
        return text
    return _rows(text)


def text_of(response: Response) -> str | None:
    """The body as text; None for a web page, for too much and for what is no text in its charset."""
    charset = re.search(
        r"charset=\"?([\w.:-]{1,40})", response.headers.get("content-type", ""), re.I
    )
    if len(response.body) > _MOST_BYTES:
        return None
    try:
        text = response.body.decode(charset[1] if charset else "utf-8-sig")
    except (UnicodeDecodeError, LookupError):
        return None
    return None if _PAGE.match(text) or "\x00" in text else text.removeprefix("\ufeff")


def _rows(text: str) -> object:
    try:
        delimiter = _delimiter(text)
        lines = [line for line in csv.reader(io.StringIO(text), delimiter=delimiter) if line]
    except csv.Error:
        return None
    lines = lines[:_MOST_LINES]
    cells = [_cells(line, delimiter) for line in lines]
    if len(lines) > 1 and _is_heading(lines):
        return [dict(zip(lines[0], row, strict=False)) for row in cells[1:]]
    is_column = bool(cells) and all(len(row) == 1 for row in cells)
    return [row[0] for row in cells] if is_column else cells


def _delimiter(text: str) -> str:
    """The sign between columns: a semicolon or a tab where every line has as many of it, and the first no comma."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    for sign in (";", "\t"):
        counts = {line.count(sign) for line in lines}
        if len(counts) == 1 and counts != {0} and "," not in lines[0]:
            return sign
    return ","


def _is_heading(lines: Sequence[Sequence[str]]) -> bool:
    """Whether the first line names the columns: words, above a number or known as parts of an answer."""
    first, second = lines[0], lines[1]
    if len(set(first)) < len(first) or any(_NUMBER.fullmatch(cell) or not cell for cell in first):
        return False
    is_above_number = any(_NUMBER.fullmatch(cell) for cell in second)
    return is_above_number or any(meaning(cell) in ("answer", "probability") for cell in first)


def _cells(line: Sequence[str], delimiter: str) -> list[object]:
    return [_cell(cell, delimiter) for cell in line]


def _cell(cell: str, delimiter: str) -> object:
    """A number where it is written as one, with a comma too where that parts no columns; nothing where it is
    empty."""
    if delimiter != "," and _NUMBER.fullmatch(cell.replace(",", ".", 1)):
        cell = cell.replace(",", ".", 1)
    if not _NUMBER.fullmatch(cell):
        return cell.strip() or None
    digits = cell.strip().lstrip("+")
    return int(digits) if digits.lstrip("-").isdigit() else float(digits)
