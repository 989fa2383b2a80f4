"""The JSON of an answer, cut down to what a person opens and a record keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

MOST_DEEP = 8
MOST_BRANCHES = 50
MOST_LEAVES = 3000
MOST_TEXT = 500
MOST_BODY = 100_000


def tree(body: object) -> str:
    """The answer as JSON text; long lists, deep branches and long texts are cut, marked by "…"."""
    return json.dumps(_cut(body, MOST_DEEP, iter(range(MOST_LEAVES))), ensure_ascii=False)


def _cut(body: object, depth: int, leaves: Iterator[int]) -> object:
    if next(leaves, None) is None:
        return "…"
    if isinstance(body, Mapping):
        if not depth:
            return "…"
        pairs = list(body.items())[:MOST_BRANCHES]
        cut = {str(key)[:MOST_TEXT]: _cut(value, depth - 1, leaves) for key, value in pairs}
        left_out = len(body) - len(pairs)
        return cut | ({"…": f"{left_out:,} more"} if left_out else {})
    if isinstance(body, list):
        if not depth:
            return "…"
        kept = [_cut(value, depth - 1, leaves) for value in body[:MOST_BRANCHES]]
        left_out = len(body) - len(kept)
        return [*kept, f"… {left_out:,} more"] if left_out else kept
    return _leaf(body)


def _leaf(body: object) -> object:
    if body is None or isinstance(body, bool | int | float):
        # Beyond what a browser's numbers hold, digits as text.
        return str(body)[:MOST_TEXT] if isinstance(body, int) and abs(body) > 2**53 else body
    text = str(body)
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}… ({len(text):,} characters)"


def body_text(body: bytes) -> str:
    """A body as text, cut where it is long."""
    text = body[:MOST_BODY].decode("utf-8", "replace")
    return text if len(body) <= MOST_BODY else f"{text}\n… ({len(body):,} bytes in all)"
