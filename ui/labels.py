"""What stands over and beside an input."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from explanations.formatting import is_amount, number
from mds_client.signature import Field
from mds_client.signature.limits import at_least, at_most
from ui.text import plain


def label(field: Field) -> str:
    """Title and unit."""
    unit = f" ({plain(field.unit)})" if field.unit else ""
    return f"{plain(field.title)}{unit}"


def hint(field: Field) -> str | None:
    """The help text: what the field means, what is usual, what is allowed."""
    parts = [
        field.description,
        _typical_words(field),
        limits(field),
        _pattern_words(field),
        _optional_words(field),
    ]
    return " ".join(plain(part) for part in parts if part) or None


def limits(field: Field) -> str:
    """The hard limits in words; empty without."""
    low, high = field.minimum, field.maximum
    if low is None and high is None:
        return ""
    write = _writer(field)
    ends = [] if low is None else [at_least(low, write)]
    ends += [] if high is None else [at_most(high, write)]
    if len(ends) == 2 and ends[0].startswith("at least") and ends[1].startswith("at most"):
        return f"From {write(low or 0)} to {write(high or 0)}."
    return f"{' and '.join(ends).capitalize()}."


def usual(field: Field) -> str:
    """The usual range, short, for an empty box."""
    if not field.required:
        return "unknown"
    return _typical_words(field).removesuffix(".").lower()


def such_as(field: Field) -> str:
    """An example for an empty box; none of what is about a person."""
    if not field.required:
        return "unknown"
    example = next((e for e in field.examples if isinstance(e, str) and e), "")
    return f"such as {example[:60]}" if example and not field.sensitive else ""


def _typical_words(field: Field) -> str:
    if not field.typical:
        return ""
    write = _writer(field)
    return f"Usually {write(field.typical[0])} to {write(field.typical[1])}."


def _writer(field: Field) -> Callable[[float], str]:
    """How numbers of a field are written: an amount has its thousands apart."""
    return partial(number, is_amount=is_amount(field.unit))


def _pattern_words(field: Field) -> str:
    example = such_as(field).removeprefix("such as ") if field.pattern and field.required else ""
    return f"It looks like {example}." if example else ""


def _optional_words(field: Field) -> str:
    return "" if field.required else "May be left unknown."
