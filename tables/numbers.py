"""Numbers as people write them: decimal comma or point, thousands, and what stands for "unknown"."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

_GROUPS = {",": ".", ".": ","}
_SPACES = " '’\u00a0\u202f\u2009"
_SURE = {
    mark: re.compile(
        rf"[+-]?(?:\d{{4,}}{m}\d+|0?{m}\d+|\d{{1,3}}{m}(?:\d{{1,2}}|\d{{4,}})"
        rf"|\d{{1,3}}(?:[{re.escape(other)}{_SPACES}]\d{{3}})+{m}\d+"
        rf"|\d{{1,3}}(?:{re.escape(other)}\d{{3}}){{2,}})(?:[eE][+-]?\d+)?\s*%?",
        re.ASCII,
    )
    for mark, other in _GROUPS.items()
    for m in [re.escape(mark)]
}
_DECORATED = re.compile(r"[^\d.,+-]{0,5}[+-]?(\d[\d.,'’\u00a0\u202f ]*\d)[^\d.,]{0,6}", re.ASCII)
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
FLAG = r":\s*[bcdefinprsuz]{1,3}"  # as statistical offices write "confidential"
_FLAGGED = re.compile(FLAG)
# What stands for "unknown", in small letters.
MISSING = frozenset(
    {
        "na", "n/a", "#n/a", "#na", "nan", "null", "none", "nil", "-", "--", "---", "–", "—", "?", ".",
        ":", "..", "...", "…", "n.a.", "n.d.", "n/d", "#n/v", "<na>", "(null)", "\\n", "no data", "not applicable",
        "keine daten", "sin datos", "nd",
        "missing", "unknown", "not available", "unbekannt", "k.a.", "k. a.", "keine angabe", "inconnu",
    }
)  # fmt: skip
ERRORS = ("#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#WERT!")


def decimal_of(texts: Iterable[str]) -> str:
    """The decimal mark, "," or ".", that the numbers among the texts show; empty if none does."""
    cells = [_core(text) for text in texts]
    votes = {mark: sum(bool(rule.fullmatch(c)) for c in cells) for mark, rule in _SURE.items()}
    if votes[","] == votes["."]:
        return ""
    return max(votes, key=lambda mark: votes[mark])


def _core(text: str) -> str:
    """The number without a currency, brackets, a mark or a unit around it, as far as that is all there is."""
    plain = text.strip()
    match = _DECORATED.fullmatch(plain)
    return match[1] if match else plain


def is_ambiguous(text: str) -> bool:
    """Whether a number such as 1.234 may be a thousand or a fraction."""
    return bool(_EITHER.fullmatch(text.strip()))


def is_missing_word(text: str) -> bool:
    """Whether the text is a way of writing "unknown", such as NA or a dash."""
    plain = text.strip().casefold()
    return plain in MISSING or _FLAGGED.fullmatch(plain) is not None


def is_number(text: str) -> bool:
    """Whether the text is a number with either decimal mark."""
    return any(_shape(mark).fullmatch(_plain(text)) for mark in _GROUPS)


def number(text: str, decimal: str) -> float | None:
    """The number that the text is with that decimal mark, a percent sign aside; None for another text."""
    plain = _plain(text).rstrip("%").rstrip()
    if not _shape(decimal).fullmatch(plain):
        return None
    bare = re.sub(f"[{_SPACES}{re.escape(_GROUPS[decimal])}]", "", plain)
    return float(bare.replace(decimal, "."))


def whole(text: str, decimal: str) -> int | None:
    """The whole number that the text is with that decimal mark, with every digit; None for any other text."""
    plain = _plain(text)
    if "e" in plain.casefold() or not _shape(decimal).fullmatch(plain):
        return None
    bare = re.sub(f"[{_SPACES}{re.escape(_GROUPS[decimal])}]", "", plain)
    digits, _, rest = bare.partition(decimal)
    return int(digits) if digits.lstrip("+-") and not rest.strip("0") else None


def numbers(texts: pd.Series[str], decimal: str) -> pd.Series[float]:
    """The texts as float64 of the same index; NaN for what is no number with that decimal mark."""
    plain = texts.str.strip().str.replace("−", "-", regex=False)
    fits = plain.str.fullmatch(_shape(decimal).pattern)
    bare = plain.where(fits).str.replace(
        f"[{_SPACES}{re.escape(_GROUPS[decimal])}]", "", regex=True
    )
    points = bare.str.replace(decimal, ".", regex=False)
    return points.map(float, na_action="ignore").astype(
        np.float64
    )  # 1e999 is infinite, and refused as such


def _plain(text: str) -> str:
    return text.strip().replace("−", "-")


def _shape(decimal: str) -> re.Pattern[str]:
    return _SHAPES[decimal]


_SHAPES = {
    mark: re.compile(
        rf"[+-]?(?:[0-9]{{1,3}}(?:[{re.escape(other)}{_SPACES}][0-9]{{3}})+(?:{re.escape(mark)}[0-9]*)?"
        rf"|[0-9]+(?:{re.escape(mark)}[0-9]*)?|{re.escape(mark)}[0-9]+)(?:[eE][+-]?[0-9]{{1,4}})?"
    )
    for mark, other in _GROUPS.items()
}
