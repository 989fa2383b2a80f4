"""Numbers with something around them: currencies, brackets for minus, percent and units, flags and footnote marks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from tables import numbers, units

_SYMBOLS = "€$£¥₹₩₽₺₪฿₫₴₦₱₡₵"
_CODES = (
    "EUR USD GBP CHF JPY CNY RMB SEK NOK DKK ISK PLN CZK HUF RON BGN RUB UAH TRY ILS INR PKR BDT LKR THB VND IDR "
    "MYR SGD HKD TWD KRW PHP AUD NZD CAD MXN BRL ARS CLP COP PEN UYU ZAR NGN KES EGP MAD AED SAR QAR KWD"
)
_WORDS = r"US\$|C\$|A\$|R\$|HK\$|NZ\$|S\$|kr\.?|zł|Kč|Ft|Fr\.|Rs\.?|RM|Euro|Dollar"
_MONEY = rf"(?:{_WORDS}|[{_SYMBOLS}]|{'|'.join(_CODES.split())})"
_MONEY_BEFORE = re.compile(rf"([+-]?)\s*({_MONEY})\s*(?=[\d(.,+-])")
_MONEY_BEHIND = re.compile(rf"(?<=[\d).,-])\s*({_MONEY})$")
_BRACKETS = re.compile(r"\(\s*([^()]+?)\s*\)")
_UNIT_BEHIND = re.compile(r"(.*[0-9.,])\s*([^\d\s.,+()*-]{1,12})")
_MARK_BEHIND = re.compile(
    r"(?P<number>.*[0-9.,])(?:\s*(?P<sign>[*†‡§¶#]{1,3}|\[[A-Za-z0-9]{1,3}\]|\([A-Za-z]{1,3}\))"
    r"|\s*(?P<high>[¹²³⁰⁴-⁹ᵃ-ᶻ]{1,3})|\s+(?P<letters>[bcdefinprsuz]{1,3}))"
)
_MARK_BEFORE = re.compile(r"[*†‡]{1,3}\s*(?=[\d+-])")
_EXCEL_TEXT = re.compile(r'="((?:[^"]|"")*)"')
_POWERS = ("2", "10")  # with a small figure behind they are a power, and no number with a footnote
_LONGEST = 60


@dataclass(frozen=True, kw_only=True)
class Written:
    """A number in a cell; its own unit, its currency, and what else stands around it, where anything does.

    `mark` has a letter or a raised figure that is a flag only where other cells have none, or another.
    """

    value: float
    unit: str = ""
    money: str = ""
    is_negative: bool = False
    is_marked: bool = False
    mark: str = ""


def plain(text: str) -> str:
    """Figures of any script as ASCII, any minus as such; without what makes a spreadsheet take it for text."""
    bare = text.strip()
    if match := _EXCEL_TEXT.fullmatch(bare):
        bare = match[1].replace('""', '"').strip()
    if bare[:1] == "'" and bare[1:2] not in ("", "'"):
        bare = bare[1:].strip()
    return bare if bare.isascii() else "".join(map(_ascii, bare))


def _ascii(sign: str) -> str:
    if sign in "−﹣－‒–":
        return "-"
    if sign in "．٫":
        return "."
    if sign in "，٬":
        return ","
    return str(unicodedata.decimal(sign)) if unicodedata.category(sign) == "Nd" else sign


def written(text: str, decimal: str, family: str = "") -> Written | None:
    """The number in the text, with what stands around it; None where it holds no number, or more than one.

    `family` is that of the unit that is wanted: `90 s` is a time only where one is, and else a number with a flag.
    """
    if len(text) > _LONGEST:
        return None
    bare, money, sign = _without_money(plain(text))
    bare, is_negative = _without_brackets(bare)
    if not money:  # the brackets may stand around the currency, too
        bare, money, inner_sign = _without_money(bare)
        sign *= inner_sign
    number = _bare(bare, decimal) or _with_unit(bare, decimal, family) or _with_mark(bare, decimal)
    if number is None or (money and number.unit) or (is_negative and number.value < 0):
        return None
    is_below_zero = is_negative or sign < 0
    value = -number.value if is_below_zero else number.value
    return replace(number, value=value, money=money, is_negative=is_negative)


def _without_money(text: str) -> tuple[str, str, int]:
    """The text without its currency, the currency, and -1 where a minus stood before it."""
    if match := _MONEY_BEFORE.match(text):
        return text[match.end() :], match[2], -1 if match[1] == "-" else 1
    if match := _MONEY_BEHIND.search(text):
        return text[: match.start()].rstrip(), match[1], 1
    return text, "", 1


def _without_brackets(text: str) -> tuple[str, bool]:
    """Accountants write a minus as brackets, or behind the number."""
    if (match := _BRACKETS.fullmatch(text)) and match[1][:1] not in "+-":
        return match[1], True
    if text.endswith("-") and text[:1] not in "+-" and text[:-1].rstrip()[-1:].isdigit():
        return text[:-1].rstrip(), True
    return text, False


def _bare(text: str, decimal: str) -> Written | None:
    value = None if text.endswith("%") else numbers.number(text, decimal)
    return None if value is None else Written(value=value)


def _with_unit(text: str, decimal: str, family: str) -> Written | None:
    parts = _UNIT_BEHIND.fullmatch(text)
    unit = units.unit(parts[2]) if parts else None
    if not parts or not (unit or parts[2].casefold() in ("c", "f")):
        return None
    flag = _MARK_BEHIND.fullmatch(text)
    if unit and flag and flag["letters"] and unit.family == "time" != family:
        return None
    value = numbers.number(parts[1], decimal)
    return None if value is None else Written(value=value, unit=parts[2])


def _with_mark(text: str, decimal: str) -> Written | None:
    before = _MARK_BEFORE.match(text)
    bare = text[before.end() :] if before else text
    parts = _MARK_BEHIND.fullmatch(bare)
    if not before and not parts:
        return None
    core = parts["number"].rstrip() if parts else bare
    mark = (parts["high"] or parts["letters"] or "") if parts else ""
    if parts and parts["high"] and core.lstrip("+-") in _POWERS:
        return None
    value = numbers.number(core, decimal)
    return None if value is None else Written(value=value, is_marked=True, mark=mark)
