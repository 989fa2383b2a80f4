"""How commands speak: words or one JSON document on stdout, problems on stderr, and their exit codes."""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass

import orjson

from mds_client.errors import EndpointUnreachable, InvalidValues, MdsError, ModelNotFound
from mds_client.signature import File

GOOD, FAILED, WRONG, UNREACHABLE, NOT_FOUND, INTERRUPTED = 0, 1, 2, 3, 4, 130
EXIT_CODES = """exit codes:
  0  good
  1  the model, the server or the database refused or failed
  2  wrong usage, or values that cannot be sent
  3  nobody answers
  4  there is no such model, server or job"""


class Wrong(Exception):
    """What was typed cannot be used. The sentence says why."""


class NotFound(Exception):
    """There is no such model or server."""


def document(content: object) -> None:
    """One JSON document, and nothing else."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    print(orjson.dumps(_plain(content), option=options).decode())


def table(rows: Sequence[Sequence[str]]) -> None:
    """Columns that are as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def say(words: str) -> None:
    print(words, file=sys.stderr)


def report(error: MdsError) -> int:
    """Print an error without a traceback; returns the exit code that it means."""
    say(error.sentence)
    for words in (error.advice, error.request_id and f"Request id: {error.request_id}"):
        if words:
            say(words)
    return code_of(error)


def code_of(error: MdsError) -> int:
    if isinstance(error, EndpointUnreachable):
        return UNREACHABLE
    if isinstance(error, ModelNotFound):
        return NOT_FOUND
    return WRONG if isinstance(error, InvalidValues) else FAILED


def confirm_erasure(what: str, wanted: str) -> None:
    """Raises Wrong unless whoever types says the name, or whatever names what is erased, once more."""
    if not sys.stdin.isatty():
        raise Wrong("Nothing was erased. Say --yes to erase all of this.")
    if input(f"Type the {what} once more to erase all of this: ") != wanted:
        raise Wrong(f"That is another {what}: nothing was erased.")


def confirm_reset(cases: int) -> None:
    """Raises Wrong unless whoever types wants these cases of the demonstration gone."""
    if not sys.stdin.isatty():
        raise Wrong(
            f"Nothing was removed. Say --yes to remove {cases:,} cases of the demonstration."
        )
    if input(f"Remove {cases:,} cases of the demonstration? [y/N] ").strip().lower() not in (
        "y",
        "yes",
    ):
        raise Wrong("Nothing was removed.")


def printable(text: object) -> str:
    """Words from a server on one line, without what steers a terminal."""
    return "".join(c for c in " ".join(str(text).split()) if c.isprintable())


def _plain(value: object) -> object:
    if isinstance(value, File):
        return {"name": value.name, "media_type": value.media_type, "bytes": len(value.data)}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
