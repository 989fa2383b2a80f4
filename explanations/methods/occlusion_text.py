"""Which words carry the answer: each is left out once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from explanations.contract import Budget, Explanation, Kind, Question, Scope
from explanations.occluding import Part, has_one, occlude, the_field
from mds_client.signature import Signature

NAME = "occlusion_text"
TITLE = "Which words matter"
KIND: Kind = "spans"
SCOPE: Scope = "case"
# Longer texts are taken apart into groups of neighbouring words.
MOST_PARTS = 100
NOTHING_LEFT = "…"


def describe() -> str:
    return "How much the answer changes when a word is left out."


def suits(signature: Signature) -> bool:
    return has_one(signature, "text")


def cost(signature: Signature) -> Budget:
    return Budget(rows=MOST_PARTS + 2, calls=MOST_PARTS + 4, seconds=30)


def explain(question: Question) -> Explanation:
    field = the_field(question.signature, "text")
    text = str(question.values[field.name] or "")
    return occlude(question, field, list(parts(text)), whole=text)


def parts(text: str) -> Iterator[Part]:
    """The words of a text, or groups of words when there are many."""
    words = list(re.finditer(r"\S+", text))
    size = -(-len(words) // MOST_PARTS) or 1
    for first in range(0, len(words), size):
        start, end = words[first].start(), words[min(first + size, len(words)) - 1].end()
        rest = f"{text[:start].rstrip()} {text[end:].lstrip()}".strip()
        yield Part(title=f"“{text[start:end]}”", span=(start, end), without=rest or NOTHING_LEFT)
