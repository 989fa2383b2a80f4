"""JSON as programs and people really write it: with comments, as Python prints it, one document after another."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Mapping

import orjson

from tables.errors import UnreadableFile

_MOST = 5_000_000  # letters of text that is no JSON and is looked at more closely
_MOST_PYTHON = 500_000  # Python's own parser takes hundreds of bytes for each letter
_LONG = re.compile(r"(?<![\d.\"])\d{19,}(?![\d.eE])")
_LONG_BYTES = re.compile(_LONG.pattern.encode())
_MOST_NAMED = 5
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|,(?=\s*[\]}])', re.DOTALL)


def loads(text: str | bytes) -> object:
    """The value in a text; NaN, which Python writes and JSON does not have, is nothing.

    orjson turns a whole number of more than 64 bits into a float: a text that may hold one is read by the standard
    library, which keeps every digit. Raises json.JSONDecodeError, ValueError or RecursionError.
    """
    is_long = (_LONG_BYTES if isinstance(text, bytes) else _LONG).search(text)  # type: ignore[arg-type]
    if not is_long:
        try:
            document: object = orjson.loads(text)
            return document
        except orjson.JSONDecodeError:
            pass
    value: object = json.loads(text, parse_constant=lambda _word: None)
    return value


def warnings_of_names(repeated: Mapping[str, int]) -> list[str]:
    """A sentence for each name that stands more than once in one object, with the number of such objects."""
    return [
        f"“{name}” stands more than once, with different values, in {_counted(count)}; the last value is taken."
        for name, count in list(repeated.items())[:_MOST_NAMED]
    ]


def _counted(count: int) -> str:
    return "1 record" if count == 1 else f"{count:,} records"


def parsed(text: str) -> object:
    """The document; several documents in a row are a list. Raises UnreadableFile with the line of the fault."""
    try:
        return loads(text)
    except json.JSONDecodeError as error:
        document = _otherwise(text) if len(text) <= _MOST else None
        if document is not None:
            return document
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


def _otherwise(text: str) -> object:
    """The document in a text that is nearly JSON: with comments, stray commas, or as Python or curl write it."""
    for reading in (_without_comments, _documents, _of_python, _of_curl):
        try:
            document = reading(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        if isinstance(document, dict | list):
            return document
    return None


def _without_comments(text: str) -> object:
    """Without comments, and without commas after the last entry; what stands in quotes is left alone."""
    bare = _TOKEN.sub(lambda token: token[0] if token[0].startswith('"') else " ", text)
    bare = _TOKEN.sub(lambda token: token[0] if token[0].startswith('"') else " ", bare)
    return json.loads(bare, parse_constant=lambda _word: None)


def _documents(text: str) -> object:
    """One document after another, each over several lines."""
    reader = json.JSONDecoder(parse_constant=lambda _word: None)
    documents: list[object] = []
    place, end = 0, len(text)
    while place < end:
        if text[place] in " \t\r\n,\x1e":
            place += 1
            continue
        value, place = reader.raw_decode(text, place)
        documents.append(value)
    return documents if len(documents) > 1 else None


def _of_python(text: str) -> object:
    """What `print` of a list of dictionaries wrote."""
    if len(text) > _MOST_PYTHON:
        return None
    return ast.literal_eval(re.sub(r"\bnan\b", "None", text.strip()))


def _of_curl(text: str) -> object:
    """The body that a saved curl command sends."""
    if not text.lstrip("$ \r\n").startswith("curl"):
        return None
    words = shlex.split(text.replace("\\\n", " "))
    for flag, word in zip(words, [*words[1:], ""], strict=True):
        if flag in ("-d", "--json") or flag.startswith("--data"):
            return json.loads(flag.partition("=")[2] or word)
    return None
