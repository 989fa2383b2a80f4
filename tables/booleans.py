"""Yes and no in the words of several languages."""

from __future__ import annotations

_TRUE = frozenset(
    [
        "true",
        "t",
        "yes",
        "y",
        "ja",
        "j",
        "oui",
        "o",
        "si",
        "sí",
        "sim",
        "wahr",
        "vrai",
        "verdadero",
        "1",
        "1.0",
        "on",
        "x",
        "✓",
        "✔",
    ]
)
_FALSE = frozenset(
    [
        "false",
        "f",
        "no",
        "n",
        "nein",
        "non",
        "não",
        "nao",
        "falsch",
        "faux",
        "falso",
        "0",
        "0.0",
        "off",
        "✗",
        "✘",
    ]
)


def truth(value: object) -> bool | None:
    """The truth that a cell says, by word or by 1 and 0; None for anything else."""
    text = str(value).strip().casefold()
    if text in _TRUE:
        return True
    return False if text in _FALSE else None
