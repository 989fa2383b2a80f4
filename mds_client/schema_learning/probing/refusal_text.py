"""Reading a refusal: its texts, and what the rules make of them."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mds_client.schema_learning.probing.hint import Hint
from mds_client.schema_learning.probing.rules import RULES
from mds_client.signature.facts import MAX_INPUTS
from mds_client.transport.exchange import Response

# Phrases are sought in so much of a text; a list of names that begins there is read on for so long.
_MOST_TEXT = 4_000
_MOST_LIST = 64_000
_WIDEST = 100_000
_MOST_PIECES = 50
_DEEPEST = 8
_ENVELOPE = frozenset(
    [
        "body",
        "inputs",
        "instances",
        "dataframe_split",
        "dataframe_records",
        "jsonData",
        "ndarray",
        "tensor",
    ]
)


def read(response: Response, sent: int = 1) -> Hint | None:
    """What a refusal says of the row that the model wants; `sent` is how many values were sent.

    Names count for more than a width. None where no rule knows the words. Never raises.
    """
    hints = list(_hints(list(_pieces(response)), sent))
    widths = [hint for hint in hints if hint.width]
    named = [hint for hint in hints if hint.names]
    if not named:
        return widths[0] if widths else None
    best = named[0]
    is_short = not best.is_whole and widths and (widths[0].width or 0) > len(best.names)
    return widths[0] if is_short else best


def _hints(pieces: Sequence[str], sent: int) -> Iterator[Hint]:
    for rule in RULES:
        for piece in pieces:
            match = rule.phrase.search(piece, 0, _MOST_TEXT)
            hint = rule.means(match, piece, sent) if match else None
            if hint and (hint.names or 0 < (hint.width or 0) <= _WIDEST):
                yield replace(hint, rule=rule.library)


def _pieces(response: Response) -> Iterator[str]:
    """The texts of an answer, each bounded; of a traceback its end."""
    body = response.body[: 16 * _MOST_LIST]
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):
        content = body.decode("utf-8", "replace")
        # A pipeline puts the model's own JSON behind its words.
        yield from _texts(_behind(content))
    yield from map(_bounded, list(_texts(content))[:_MOST_PIECES])


def _behind(text: str) -> object:
    try:
        return json.loads(text[text.index(" : ") + 3 :])
    except (ValueError, RecursionError):
        return None


def _bounded(text: str) -> str:
    if text.lstrip().startswith("<"):
        text = html.unescape(text)
    start = text.rfind("Traceback (most recent call last)")
    if start >= 0 and len(text) - start > _MOST_TEXT:
        text = text[max(start, len(text) - _MOST_TEXT) :]
    return text[:_MOST_LIST]


def _texts(content: object, depth: int = 0) -> Iterator[str]:
    """Every text in it, the first levels first come; of what pydantic found missing a sentence."""
    if isinstance(content, str):
        yield content
    elif depth < _DEEPEST and isinstance(content, list):
        yield from _missing(content)
        for item in content[:_MOST_PIECES]:
            yield from _texts(item, depth + 1)
    elif depth < _DEEPEST and isinstance(content, dict):
        for item in list(content.values())[:_MOST_PIECES]:
            yield from _texts(item, depth + 1)


def _missing(details: Sequence[object]) -> Iterator[str]:
    """The fields that pydantic says are missing from a row; what is missing around a row is ours."""
    places = [item.get("loc") for item in details if isinstance(item, dict) and _is_missing(item)]
    last = [place[-1] for place in places if isinstance(place, list) and place]
    names = [name for name in last if isinstance(name, str) and name not in _ENVELOPE]
    if names:
        yield f"these fields are missing: {names[:MAX_INPUTS]!r}"


def _is_missing(item: Mapping[str, object]) -> bool:
    return "missing" in str(item.get("type")) or str(item.get("msg")).lower() == "field required"
