"""Names that stand more than once in one JSON object: parsers keep the last value and say nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

_PLAIN = (str, int, float)
_MOST_LETTERS_OF_A_NAME = 200


def repeated_names(text: str | bytes) -> dict[str, int]:
    """In how many objects each name stands more than once with other values; nothing for what is no JSON.

    The same plain value twice is one value. The objects are dropped as they are read: memory stays small.
    """
    counts: Counter[str] = Counter()

    def look_at(pairs: list[tuple[str, object]]) -> None:
        if len({name for name, _ in pairs}) < len(pairs):
            counts.update(_repeated(pairs))

    try:
        json.loads(text, object_pairs_hook=look_at, parse_int=float)
    except (ValueError, RecursionError, OverflowError):
        return {}
    return {name[:_MOST_LETTERS_OF_A_NAME]: count for name, count in counts.items()}


def _repeated(pairs: Sequence[tuple[str, object]]) -> set[str]:
    """The names of several values that are not surely the same one."""
    values: dict[str, list[object]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name for name, listed in values.items() if len(listed) > 1 and not _are_same(listed)}


def _are_same(values: Sequence[object]) -> bool:
    return all(
        isinstance(v, _PLAIN) and type(v) is type(values[0]) and v == values[0] for v in values
    )
