"""Numbers and lists as a person reads them. One number always gets the same words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from mds_client.signature import Field

MINUS = "\N{MINUS SIGN}"
GAP = "\N{NO-BREAK SPACE}"
DOTS = "•" * 5


def number(value: float, *, is_amount: bool = False) -> str:
    """At most four significant digits, whole numbers whole, no exponent for everyday sizes.

    Thousands are set apart from five digits on, so that a year stays a year; of an amount from four digits on.
    """
    if value == 0:
        return "0"
    if not math.isfinite(value) or not 0.0001 <= abs(value) < 1e7:
        return _minus(f"{value:.4g}")
    decimals = max(0, 3 - math.floor(math.log10(abs(value))))
    is_apart = is_amount or abs(value) >= 10_000
    text = f"{value:,.{decimals}f}" if is_apart else f"{value:.{decimals}f}"
    return _minus(text.rstrip("0").rstrip(".") if "." in text else text)


def is_amount(unit: str) -> bool:
    """Whether numbers with this unit are amounts, whose thousands are set apart: all but years of a calendar."""
    return unit not in ("", "year")


def amount(value: float, unit: str) -> str:
    """A number with its unit: `4,150 g`; the number alone where there is none."""
    shown = number(value, is_amount=is_amount(unit))
    return f"{shown}{GAP}{unit}" if unit else shown


def signed(value: float, *, is_amount: bool = False) -> str:
    """A change, always with its sign, in three significant digits."""
    if value == 0:
        return "±0"
    rounded = float(f"{value:.3g}")
    shown = number(rounded, is_amount=is_amount)
    return shown if rounded < 0 else f"+{shown}"


def percent(share: float) -> str:
    """A probability: whole percents, finer in the first and the last, where the difference counts.

    A share and the rest of it add up to 100: both are rounded alike, halves to the even digit.
    """
    hundredth = round(share * 100, 9)
    if 0 < hundredth < 0.1:
        return f"less than 0.1{GAP}%"
    if 99.9 < hundredth < 100:
        return f"more than 99.9{GAP}%"
    return f"{str(_percents(hundredth)).removesuffix('.0')}{GAP}%"


def share_as_told(share: float) -> float | None:
    """The share that `percent` says; None where it is in words."""
    hundredth = round(share * 100, 9)
    is_in_words = 0 < hundredth < 0.1 or 99.9 < hundredth < 100
    return None if is_in_words else float(_percents(hundredth)) / 100


def _percents(hundredth: float) -> Decimal:
    is_fine = 0 < hundredth < 1 or 99 < hundredth < 100
    step = Decimal("0.1") if is_fine else Decimal(1)
    return Decimal(str(hundredth)).quantize(step, ROUND_HALF_EVEN)


def points(share: float) -> str:
    """A change of a probability in percentage points, short: "+18 pp"."""
    return f"{bare_points(share)}{GAP}pp"


def spelled_out(amount: str) -> str:
    """An amount with its percentage points in words, as a sentence has them."""
    return (
        f"{amount.removesuffix('pp')}percentage points" if amount.endswith(f"{GAP}pp") else amount
    )


def bare_points(share: float) -> str:
    """Percentage points with their sign and without the word, for ranges."""
    hundredth = share * 100
    size = f"{abs(hundredth):.0f}" if abs(hundredth) >= 9.95 else f"{abs(hundredth):.1f}"
    if float(size) == 0:
        return "±0"
    sign = "+" if hundredth > 0 else MINUS
    return f"{sign}{size.removesuffix('.0')}"


def value(field: Field, entered: object) -> str:
    """One value of one field as it was entered, with its unit; of a sensitive field, dots."""
    shown = possible_value(field, entered)
    return DOTS if field.sensitive and shown != "unknown" else shown


def possible_value(field: Field, entered: object) -> str:
    """A value that a field may have, whoever entered it or not: the word for a choice, a number with its unit."""
    if entered is None or (isinstance(entered, float) and math.isnan(entered)):
        return "unknown"
    if word := field.word_for(entered):
        return word
    if isinstance(entered, bool):
        return "yes" if entered else "no"
    if isinstance(entered, int | float):
        return amount(entered, field.unit)
    return str(entered)


def inside(title: str) -> str:
    """A field's title inside a sentence: "Worst area" becomes "worst area", "BMI" stays."""
    first = title.split(" ")[0]
    return title[:1].lower() + title[1:] if first[1:].islower() else title


def shortened(words: str, most: int = 60) -> str:
    """Words on one line, with an ellipsis where there are more characters than fit."""
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def listed(items: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _minus(text: str) -> str:
    return text.replace("-", MINUS)
