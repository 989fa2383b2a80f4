"""The JSON of an answer, cut down to what a person opens and a record keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

MOST_DEEP = 8
MOST_BRANCHES = 50
MOST_LEAVES = 3000
MOST_TEXT = 500
MOST_BODY = 100_000


def tree(said: object) -> str:
    """JSON with long lists, deep branches and long texts cut, which is said where it was done."""
    return json.dumps(_cut(said, MOST_DEEP, iter(range(MOST_LEAVES))), ensure_ascii=False)


def _cut(said: object, depth: int, leaves: Iterator[int]) -> object:
    if next(leaves, None) is None:
        return "…"
    if isinstance(said, Mapping):
        if not depth:
            return "…"
        pairs = list(said.items())[:MOST_BRANCHES]
        found = {str(key)[:MOST_TEXT]: _cut(value, depth - 1, leaves) for key, value in pairs}
        more = len(said) - len(pairs)
        return found | ({"…": f"{more:,} more"} if more else {})
    if isinstance(said, list):
        if not depth:
            return "…"
        some = [_cut(value, depth - 1, leaves) for value in said[:MOST_BRANCHES]]
        more = len(said) - len(some)
        return [*some, f"… {more:,} more"] if more else some
    return _leaf(said)


def _leaf(said: object) -> object:
    if said is None or isinstance(said, bool | int | float):
        # Beyond what a browser's numbers hold, digits as text.
        return str(said)[:MOST_TEXT] if isinstance(said, int) and abs(said) > 2**53 else said
    text = str(said)
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}… ({len(text):,} characters)"


def body_text(body: bytes) -> str:
    """A body as text, cut where it is long."""
    text = body[:MOST_BODY].decode("utf-8", "replace")
    return text if len(body) <= MOST_BODY else f"{text}\n… ({len(body):,} bytes in all)"
