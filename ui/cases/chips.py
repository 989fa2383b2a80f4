"""How the choices of cases without a box are read from the address, and what their chips say: on Cases and on Health.

What was entered can be chosen by several fields at once: then the choices stand in one parameter, with `AND` between them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from health.slices import range_words
from health.titles import ANSWER as ANSWER_FIELD
from health.titles import FieldWords, title_of, word_for
from ui.session import services

DAYS, VALUE, WITHIN, NUMBER, SURE = "days", "value", "within", "number", "sure"
# Those whose values may have words or a unit.
OF_VALUES = frozenset((VALUE, WITHIN, NUMBER))
# Those that may choose by several fields, and what stands between two: the separator of ASCII, which no value has.
BY_FIELD, AND = (VALUE, WITHIN), "\x1f"


@dataclass(frozen=True, kw_only=True)
class Called:
    """What people call the fields of a model, and their values."""

    titles: Mapping[str, str] = field(default_factory=dict)
    words: FieldWords = field(default_factory=dict)


def called(server: str, model: str, chips: Iterable[str]) -> Called:
    """Of the fields of a model; nothing is looked for without a chip that names a value, or where the model is not known."""
    if not model or OF_VALUES.isdisjoint(chips):
        return Called()
    found = services()
    return Called(titles=found.field_titles(server, model), words=found.field_words(server, model))


def single(name: str, value: str) -> list[str]:
    """What a choice of the address is of, each of which is a chip: one for each field where it chooses by several."""
    return value.split(AND) if name in BY_FIELD else [value]


def without(name: str, value: str, gone: str) -> str:
    """A choice of the address without one of its chips; empty where there is no other."""
    return AND.join(each for each in single(name, value) if each != gone)


def chip_words(name: str, value: str, of: Called) -> str:
    """What stands on a chip behind its colon."""
    words = of.words
    if name == VALUE and (known := value_of(value)):
        title = title_of(of.titles, known[0])
        return f"{title} is {word_for(words, *known)}" if known[1] else f"{title} has no value"
    if name == WITHIN and (found := within_of(value)):
        title = title_of(of.titles, found[0])
        return f"{title} {word_for(words, found[0], range_words(found[1], found[2]))}"
    if name == NUMBER and (ends := number_of(value)):
        return word_for(words, ANSWER_FIELD, range_words(*ends))
    if name == SURE and (span := sure_of(value)):
        return f"{span[0] * 100:.0f} % to {span[1] * 100:.0f} %"
    if name == DAYS:
        return value.replace("..", " to ") if len(set(value.split(".."))) > 1 else value[:10]
    return value


def span_of(days: str) -> tuple[datetime, datetime] | None:
    """The beginnings of the first and the last day, of UTC; None for what is no span."""
    first, _, last = days.partition("..")
    try:
        ends = [datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) for day in (first, last)]
    except ValueError:
        return None
    return (ends[0], ends[1]) if ends[0] <= ends[1] else None


def value_of(words: str) -> tuple[str, str] | None:
    """`field=value`, without a value where the field has none; None for anything else."""
    name, sign, value = words.partition("=")
    return (name, value) if name and sign else None


def values_of(words: str) -> tuple[tuple[str, str], ...]:
    """Each `field=value`, with `AND` between them; none where one cannot be read."""
    found = [value_of(each) for each in words.split(AND)]
    return tuple(each for each in found if each) if all(found) else ()


def withins_of(words: str) -> tuple[tuple[str, float, float], ...]:
    """Each `field=181..190`, with `AND` between them; none where one cannot be read."""
    found = [within_of(each) for each in words.split(AND)]
    return tuple(each for each in found if each) if all(found) else ()


def within_of(words: str) -> tuple[str, float, float] | None:
    """`field=181..190`: numbers above the first and up to the second, either of which may be missing; None for anything else."""
    name, _, ends = words.partition("=")
    found = number_of(ends)
    return (name, *found) if name and found else None


def number_of(words: str) -> tuple[float, float] | None:
    """`181..190`: numbers above the first and up to the second, one of which may be missing; None for anything else."""
    low, dots, high = words.partition("..")
    try:
        found = (float(low or "-inf"), float(high or "inf"))
    except ValueError:
        return None
    is_open = math.isinf(found[0]) and math.isinf(found[1])
    return found if dots and found[0] < found[1] and not is_open else None


def sure_of(words: str) -> tuple[float, float] | None:
    """`0.8..0.9`: two shares, the first below the second; None for anything else."""
    low, _, high = words.partition("..")
    try:
        found = float(low), float(high)
    except ValueError:
        return None
    return found if 0 <= found[0] < found[1] <= 1 else None
