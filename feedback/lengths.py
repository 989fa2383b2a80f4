"""How long a text may be that somebody writes: what is longer is refused with a sentence, never cut off unseen."""

from __future__ import annotations

from db.tables import LONG
from mds_client.errors import Problem


def too_long(field: str, name: str, text: str, most: int = LONG) -> Problem | None:
    """What is wrong with a text of more than `most` characters, as it is kept: without space around it; `name` begins the
    sentence."""
    length = len(text.strip())
    if length <= most:
        return None
    return Problem(field=field, sentence=sentence(name, length, most))


def sentence(name: str, length: int, most: int) -> str:
    """ "A comment has at most 10,000 characters, and this one 12,345: shorten it."""
    return f"{name} has at most {most:,} characters, and this one {length:,}: shorten it."
