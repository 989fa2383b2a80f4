"""What the heading of a column says of its unit and its scale, against the field: converted, or in doubt."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mds_client.signature import NUMERIC_KINDS, Field
from tables import names, units

# What says that the numbers are written in thousands or millions, in brackets, after “in” or as the last word.
_SCALE = re.compile(
    r"(?ix) (?: \b(?:in|x|×|of)\s+ | [\s_(\[/,:-] )"
    r"( hundreds? | thousands? | millions? | billions? | tausend | tsd\.?(?:\s?\S{1,3})? | millionen | milliarden"
    r"| mio\.?(?:\s?\S{1,3})? | mrd\.?(?:\s?\S{1,3})? | mill?\.(?:\s?\S{1,3})? | milliers | miles\sde\s\S+"
    r"| [kmt]\s?[$€£] | [$€£]\s?(?:k|m|mn|bn) | (?:bn|mn)\s?[$€£]? | [kmt](?:eur|usd|gbp|chf)"
    r"| [x×*]\s?10{2,9} | [x×*]?\s?10(?:\^|\*\*)\d | 1e[3-9] | '?0{3}'?s? | per\s1,?000 | [x×]\s?1,000 )"
    r"(?= \s* [)\]}] | $ | \s+(?:of|de|euros?|dollars?)\b )"
)
_BRACKETS = re.compile(r"[(\[{]\s*(?:in\s+)?([^()\[\]{}]{1,24}?)\s*[)\]}]\s*$", re.IGNORECASE)
_OTHER_WORDS = """
mean average avg median mode sd std stdev se sem max maximum minimum total sum count n no nr id optional required
measured estimated self reported raw clean new old male female f/m m/f y/n yes/no text number numeric
"""
_NO_UNITS = frozenset(_OTHER_WORDS.split())
_SHARES = {"share", "ratio", "fraction", "proportion", "rate", "probability", "anteil", "quote"}


@dataclass(frozen=True, kw_only=True)
class HeadingUnit:
    """`unit` and `to_unit` are set where values are converted; `doubt` is a sentence on a unit or a scale that is not
    the field's."""

    unit: str = ""
    to_unit: str = ""
    doubt: str = ""


def unit_of(field: Field) -> units.Unit | None:
    """The unit that the field declares, else that its name ends in; a share where it runs from 0 to 1."""
    if field.unit:
        return units.unit(field.unit)
    if field.format in ("fraction", "percent"):
        return units.unit(field.format)
    for text in (field.name, field.label):
        unit = units.unit(units.parted(text)[1]) if text else None
        if unit:
            return unit
    return units.unit("fraction") if (field.minimum, field.maximum) == (0, 1) else None


def read(header: str, field: Field) -> HeadingUnit:
    """What the header of a column that may feed the field says; nothing for a field that holds no numbers."""
    if field.kind not in NUMERIC_KINDS or header in (field.name, field.label):
        return HeadingUnit()
    wanted = unit_of(field)
    _, text = units.parted(header, wanted.family if wanted else "")
    source = units.unit(text, wanted.family) if text and wanted else None
    if source is None or wanted is None:
        return HeadingUnit(doubt=_doubt(header, text, field, wanted))
    if source.name == wanted.name:
        return HeadingUnit()
    return HeadingUnit(unit=source.name, to_unit=wanted.name)


def _doubt(header: str, text: str, field: Field, wanted: units.Unit | None) -> str:
    """A sentence where the heading names a scale, or a unit that is not the field's; else empty."""
    if scale := _scale(header, field):
        return f"the heading says {scale}: is the field meant so too?"
    own = field.unit or (wanted.name if wanted else "")
    if not own:
        return _doubt_on_percent(text, field)
    brackets = _BRACKETS.search(header)
    unit_text = brackets[1] if brackets else text
    if (
        not unit_text
        or _is_own(unit_text, own, field)
        or not (units.unit(unit_text) or _may_be_unit(unit_text))
    ):
        return ""
    return f"the heading says {unit_text}, the field {own}."


def _scale(header: str, field: Field) -> str:
    match = _SCALE.search(header)
    if not match:
        return ""
    scale = match[1].strip()
    known = names.key(" ".join((field.unit, field.name, field.label)))
    return "" if names.key(scale) and names.key(scale) in known else scale


def _doubt_on_percent(text: str, field: Field) -> str:
    """A heading in percent where the field says no unit, and is a share by its name or its usual values."""
    unit = units.unit(text, "share")
    _, high = field.typical or (field.minimum, field.maximum)
    is_share = _SHARES & set(names.words(f"{field.name} {field.label}"))
    if unit is None or unit.name != "%" or not (is_share if high is None else high <= 1):
        return ""
    return f"the heading says {text}, the field no unit: is it meant in percent or as a fraction?"


def _is_own(said: str, own: str, field: Field) -> bool:
    """Whether a part of the text is the field's unit in any spelling, or a word of its names."""
    wanted, known = _plain(own), {names.key(word) for word in (field.name, field.label)}
    words = {*names.words(field.name), *names.words(field.label)}
    for part in (said, *re.split(r"[,;]\s*", said)):
        unit = units.unit(part)
        if _plain(part) == wanted or (unit and unit == units.unit(own)):
            return True
        if names.key(part) in known or (names.words(part) and set(names.words(part)) <= words):
            return True
    return False


def _plain(unit: str) -> str:
    """A unit without what differs between spellings: case, blanks, “per”, a power's sign, a plural."""
    text = unit.strip().casefold().replace("μ", "µ").replace("²", "2").replace("³", "3")
    text = re.sub(r"\s*\bper\b\s*|\s*/\s*", "/", text)
    text = re.sub(r"[\s^.·*]", "", text)
    return text.rstrip("s") if len(text) > 2 else text


def _may_be_unit(text: str) -> bool:
    """Whether a text in brackets may be a unit: one word, and none that is common beside names."""
    return " " not in text and not text.isdigit() and text.casefold() not in _NO_UNITS
