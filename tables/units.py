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
        spelling.casefold(): Unit(name=spellings.split()[0], family=name, factor=factor)
        for spellings, factor in units.items()
        for spelling in spellings.split()
    }


_UNITS = {
    **_family("length", {
        "µm μm um micrometer micrometre micron": 1e-6, "mm millimeter millimetre": 1e-3,
        "cm centimeter centimetre zentimeter": 1e-2, "m meter metre": 1.0,
        "km kilometer kilometre kilometers kilometres": 1e3, "in inch inches zoll ″": 0.0254, "ft foot feet": 0.3048,
        "mi mile miles": 1609.344, "yd yard yards": 0.9144,
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
    **_family("time", {
        "ms millisecond milliseconds": 1e-3, "s sec secs second seconds sek sekunde sekunden": 1.0,
        "min mins minute minutes minuten": 60.0, "h hr hrs hour hours stunde stunden": 3600.0,
        "d day days tag tage tagen": 86_400.0, "week weeks wk wks woche wochen": 604_800.0,
    }),
    # Months and years are of no fixed length: of other families, so that they are never converted.
    **_family("time by month", {"months month mo mos monat monate monaten": 1.0}),
    **_family("time by year", {"years year yr yrs y jahr jahre jahren": 1.0}),
    **_family("speed", {"m/s mps": 1.0, "km/h kmh kph": 1 / 3.6, "mph mi/h": 0.44704, "kn knot knots kt": 1852 / 3600}),
    **_family("volume", {
        "ml milliliter millilitre": 1e-3, "cl": 1e-2, "dl": 0.1, "l liter litre liters litres": 1.0,
        "m3 m³": 1e3, "cm3 cm³ ccm": 1e-3,
    }),
    # A gallon of the United States or of Britain: nobody can tell.
    **_family("volume by gallon", {"gal gallon gallons": 1.0}),
    **_family("energy", {"J joule joules": 1.0, "kJ": 1e3, "Wh": 3.6e3, "kWh": 3.6e6, "kcal": 4184.0}),
    **_family("energy by case", {"mJ": 1.0, "mWh": 1.0}),
    **_family("mass concentration", {"mg/dL mgdl": 1.0, "g/dL gdl": 1e3, "g/L": 1e2, "mg/L µg/mL": 0.1, "ng/mL µg/L": 1e-4}),
    **_family("molar concentration", {"mmol/L mmol": 1.0, "µmol/L umol/L": 1e-3, "mol/L": 1e3}),
    **_family("pressure", {"Pa": 1.0, "hPa mbar": 100.0, "kPa": 1e3, "bar": 1e5, "mmHg": 133.322387415, "psi": 6894.757293168}),
    "°c": Unit(name="°C", family="temperature", factor=1.0),
    "°f": Unit(name="°F", family="temperature", factor=5 / 9, offset=-160 / 9),
}  # fmt: skip
_UNITS |= dict.fromkeys(("℃", "celsius", "degc", "deg c", "° c"), _UNITS["°c"])
_UNITS |= dict.fromkeys(("℉", "fahrenheit", "degf", "deg f", "° f"), _UNITS["°f"])
# Spellings whose capitals count: MJ is a million joules, mJ a thousandth of one.
_EXACT = _family("energy", {"MJ": 1e6, "MWh": 3.6e9})
_EXACT = {one.name: one for one in _EXACT.values()}
# They are mostly other words at the end of a name: `birth_year`, `temp_min`, `logged_in_h`.
_WORDS = frozenset(
    spelling
    for spelling, one in _UNITS.items()
    if one.family.startswith("time")
    or spelling in ("l", "j", "dl", "cl", "pa", "bar", "kt", "mi", "kn", "mmol")
)
# Letters alone that mean temperature once the field has one.
_BY_FAMILY = {("temperature", "c"): _UNITS["°c"], ("temperature", "f"): _UNITS["°f"]}
_LONGEST = 200  # letters of a header that is looked at
_BRACKETS = re.compile(r"^(.*\S)\s*[(\[{]\s*(?:in\s+)?([^()\[\]{}]{1,12}?)\s*[)\]}]\s*$")
_IN = re.compile(r"^(.*\S)[\s_,]+in[\s_]+(\S.{0,15})$", re.IGNORECASE)
_COMPOUND = re.compile(r"^(.*[^\s_,])[\s_,]+([^\W\d_]{1,5})[/_ ]([^\W\d_]{1,2})$")
_TAIL = re.compile(r"^(.*\S)(?:[\s_,/.-]+(?:in[\s_]+)?)([^\s_,/.-]{1,12}|° ?[CF])$")


def unit(text: str, family: str = "") -> Unit | None:
    """The unit of that name; `family` helps where the name alone would say too little."""
    plain = text.strip().casefold().replace("μ", "µ")
    unit_by_name = _EXACT.get(text.strip()) or _UNITS.get(plain) or _BY_FAMILY.get((family, plain))
    return (
        unit_by_name
        if not family or unit_by_name is None or unit_by_name.family == family
        else None
    )


def parted(header: str, family: str = "") -> tuple[str, str]:
    """A header such as `mean radius (mm)` as its name and the text of its unit, else with empty text.

    A last word, as in `radius_mm`, counts only when it is the name of a unit; one that is mostly another word, as in
    `birth_year`, only for a field that has a unit of that `family`.
    """
    if len(header) > _LONGEST:
        return header, ""
    if match := _BRACKETS.match(header):
        return match[1], match[2]
    if (match := _IN.match(header)) and unit(match[2]):
        return match[1], match[2]
    if (match := _COMPOUND.match(header)) and unit(text := f"{match[2]}/{match[3]}"):
        return match[1], text
    if (match := _TAIL.match(header)) and _is_unit_word(match[2], family):
        return match[1], match[2]
    if header.endswith("%") and len(header) > 1:
        return header[:-1].strip(), "%"
    return header, ""


def quantity(family: str) -> str:
    """What a family measures: time, whether in hours or in years."""
    return family.partition(" by ")[0]


def _is_unit_word(word: str, family: str) -> bool:
    plain = word.casefold()
    if plain in _WORDS and (word not in _EXACT):
        return bool(family) and quantity(_UNITS[plain].family) == quantity(family)
    return unit(word) is not None or plain in ("c", "f")


def factors(source: Unit, target: Unit) -> tuple[float, float]:
    """`(a, b)` such that `a * value + b` is the value in the target's unit. Same family only."""
    return source.factor / target.factor, (source.offset - target.offset) / target.factor
