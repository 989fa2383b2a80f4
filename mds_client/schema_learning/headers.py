"""What a header says: the unit at its end, and whether the column may be the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNITS = frozenset(
    [
        "%", "‰", "percent", "pct", "nm", "µm", "um", "mm", "cm", "dm", "m", "km", "in", "inch",
        "inches", "ft", "feet", "mi", "miles", "mg", "g", "kg", "lb", "lbs", "oz", "ml", "cl",
        "l", "liter", "litre", "liters", "litres", "gal", "ms", "s", "sec", "seconds", "min",
        "minutes", "h", "hours", "hrs", "days", "weeks", "months", "years", "yrs", "eur", "€",
        "usd", "$", "gbp", "£", "chf", "jpy", "¥", "°c", "°f", "c", "f", "k", "celsius",
        "fahrenheit", "kelvin", "v", "mv", "kv", "volt", "ma", "amp", "w", "kw", "mw", "kwh",
        "wh", "hz", "khz", "mhz", "ghz", "db", "pa", "hpa", "kpa", "mpa", "bar", "mbar", "psi",
        "mmhg", "kn", "j", "kj", "kcal", "cal", "rpm", "bpm", "kmh", "mph", "kph", "mps",
        "px", "bytes", "kb", "mb", "gb", "m2", "m²", "m3", "m³", "cm2", "cm²", "cm3", "cm³", "km2",
        "km²", "ha", "sqft", "sqm", "deg", "degrees", "°", "rad", "ppm", "ppb", "mol", "mmol", "iu",
    ]
)  # fmt: skip
_TOO_SHORT = 1  # a single letter at the end of a name is an index more often than a unit
_BRACKETS = re.compile(
    r"([^\[\]()]{1,300}?)\s{0,9}[\[(]\s{0,9}(?:in )?([^\[\]()]{1,20}?)\s{0,9}[\])]"
)
_TAIL = re.compile(r"(.{1,300}?)[ _.-]+(?:in[ _])?([^\s_.-]{1,12})")
# Not after these: "log in", "check_in", "opt_in" are no lengths.
_WORDS_TOO = frozenset(["in", "min", "bar", "mol", "deg", "mi", "cal", "pct", "sec"])


def parted(header: str) -> tuple[str, str]:
    """A header that ends in a unit as the label without it, and the unit; else both empty."""
    if (match := _BRACKETS.fullmatch(header.strip())) and _is_unit(match[2]):
        return _label(match[1]), match[2]
    match = _TAIL.fullmatch(header.strip())
    if not match or len(match[2]) <= _TOO_SHORT or match[2].casefold() in _WORDS_TOO:
        return "", ""
    return (_label(match[1]), match[2]) if _is_unit(match[2]) else ("", "")


def _is_unit(text: str) -> bool:
    """One unit, or one by another: kg/m², mg/dL."""
    parts = re.split(r"[/·*]", text.casefold().replace("μ", "µ"))
    known = _UNITS | {"dl", "1"}
    return len(parts) <= 3 and parts[0] in known and all(p in known for p in parts[1:])


def _label(words: str) -> str:
    text = words.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


_TARGETS = frozenset(
    ["target", "label", "labels", "class", "y", "outcome", "result", "truth", "diagnosis", "species",
     "survived", "churn", "prediction", "predicted"]
)  # fmt: skip


def possible_target(headers: Sequence[str]) -> dict[str, str]:
    header = next((h for h in reversed(headers) if h.strip().casefold() in _TARGETS), None)
    if header is None or len(headers) < 2:
        return {}
    return {"Possibly the answer": f"The column “{header}” may be what the model answers."}
