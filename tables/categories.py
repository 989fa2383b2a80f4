"""Categories as people write them: in any case, with any blanks, a 1 also as 1.0."""

from __future__ import annotations

from collections.abc import Sequence


def plain(value: object) -> str:
    """The form that all spellings of one category share."""
    if isinstance(value, bool):
        return str(value).casefold()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(str(value).split()).casefold().removeprefix("'")
    head, point, tail = text.partition(".")
    return head if point and head.lstrip("-").isdigit() and not tail.strip("0") else text


def known(choices: Sequence[object]) -> dict[str, object]:
    """The choices by the form that their spellings share; of two with the same form the first counts."""
    return {plain(choice): choice for choice in reversed(choices)}
