"""Units in the headers of columns, and their conversion within a few families."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit of a family: in the family's own unit, a value is `value * factor + offset`."""

    name: str
    family: str
    factor: float
    offset: float = 0.0


def _family(name: str, units: dict[str, float]) -> dict[str, Unit]:
    return {
        spelling: Unit(name=spellings.split()[0], family=name, factor=factor)
        for spellings, factor in units.items()
        for spelling in spellings.split()
    }


_UNITS = {
    **_family("length", {
        "µm μm um micrometer micrometre micron": 1e-6, "mm millimeter millimetre": 1e-3,
        "cm centimeter centimetre zentimeter": 1e-2, "m meter metre": 1.0,
        "km kilometer kilometre": 1e3, "in inch inches zoll ″": 0.0254, "ft foot feet": 0.3048,
    }),
    **_family("mass", {
        "mg milligram milligramm": 1e-6, "g gram grams gramm gr": 1e-3,
        "kg kilogram kilograms kilogramm kilo": 1.0, "lb lbs pound pounds": 0.45359237,
        "oz ounce ounces": 0.028349523125,
    }),
    **_family("share", {
        "% percent pct prozent": 0.01, "‰ permille promille": 0.001,
        "fraction ratio share proportion anteil": 1.0,
    }),
    "°c": Unit(name="°C", family="temperature", factor=1.0),
    "°f": Unit(name="°F", family="temperature", factor=5 / 9, offset=-160 / 9),
}  # fmt: skip
_UNITS |= dict.fromkeys(("℃", "celsius", "degc", "deg c", "° c"), _UNITS["°c"])
_UNITS |= dict.fromkeys(("℉", "fahrenheit", "degf", "deg f", "° f"), _UNITS["°f"])
# Letters alone that mean temperature once the field has one.
_BY_FAMILY = {("temperature", "c"): _UNITS["°c"], ("temperature", "f"): _UNITS["°f"]}
_LONGEST = 200  # letters of a header that is looked at
_BRACKETS = re.compile(r"^(.*\S)\s*[(\[{]\s*(?:in\s+)?([^()\[\]{}]{1,12}?)\s*[)\]}]\s*$")
_TAIL = re.compile(r"^(.*\S)(?:[\s_,/.-]+(?:in[\s_]+)?)([^\s_,/.-]{1,12}|° ?[CF])$")


def unit(text: str, family: str = "") -> Unit | None:
    """The unit of that name; `family` helps where the name alone would say too little."""
    plain = text.strip().casefold().replace("μ", "µ")
    unit_by_name = _UNITS.get(plain) or _BY_FAMILY.get((family, plain))
    return (
        unit_by_name
        if not family or unit_by_name is None or unit_by_name.family == family
        else None
    )


def parted(header: str) -> tuple[str, str]:
    """A header such as `mean radius (mm)` as its name and the text of its unit, else with empty text.

    A last word, as in `radius_mm`, counts only when it is the name of a unit.
    """
    if len(header) > _LONGEST:
        return header, ""
    if match := _BRACKETS.match(header):
        return match[1], match[2]
    if (match := _TAIL.match(header)) and (unit(match[2]) or match[2].casefold() in ("c", "f")):
        return match[1], match[2]
    if header.endswith("%") and len(header) > 1:
        return header[:-1].strip(), "%"
    return header, ""


def factors(source: Unit, target: Unit) -> tuple[float, float]:
    """`(a, b)` such that `a * value + b` is the value in the target's unit. Same family only."""
    return source.factor / target.factor, (source.offset - target.offset) / target.factor
