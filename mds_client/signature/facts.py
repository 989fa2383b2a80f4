"""What one source knows of a model besides its server: `Facts`, and reading them from words of others.

A registry is written by many people: texts are cut and cleaned, what does not fit is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from itertools import islice
from typing import cast, get_args
from unicodedata import category

from mds_client.signature import FORMATS, Kind, Layout

SOURCES = ("edited", "registry", "declared", "openapi", "learned", "probed")
"""Words of provenance in falling order of trust."""
MAX_INPUTS = 1_000
MAX_CHOICES = 200
MAX_EXAMPLES = 50
_MAX_TEXT = 2_000
_MAX_NAME = 500
_MAX_ABOUT = 30
_LEAST_MILLISECONDS = 1e11  # a day in 1973: no year, and no day written as a number
# They turn the direction of the text around them, and with it what a person reads.
_TURNING = set(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


@dataclass(frozen=True, kw_only=True)
class FieldFacts:
    """What one source says of one field, in the words of `Field`; None where it says nothing.

    `datatype` and `shape` only count where the server declares nothing.
    """

    kind: Kind | None = None
    datatype: str | None = None
    shape: tuple[int, ...] | None = None
    content_type: str | None = None
    label: str | None = None
    description: str | None = None
    unit: str | None = None
    required: bool | None = None
    choices: tuple[object, ...] | None = None
    choice_labels: tuple[str, ...] | None = None
    format: str | None = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    typical: tuple[float, float] | None = None
    group: str | None = None
    order: int | None = None
    examples: tuple[object, ...] | None = None
    media_types: tuple[str, ...] | None = None
    sensitive: bool | None = None
    business_key: bool | None = None
    protected: bool | None = None

    def known(self) -> dict[str, object]:
        """The facts that are known, by name. Choices without a kind make a category."""
        facts = {f.name: getattr(self, f.name) for f in fields(self)}
        if self.choices and self.kind is None:
            facts["kind"] = "category"
        return {name: value for name, value in facts.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What one source says of one model.

    `source` is a word of SOURCES; `name` tells two of the same word apart. `inputs` are the names of all
    fields in their order, where the source knows them all; `fields` what it says of each. `labels` are the
    words for class 0, 1, … of the answer. `answer` is the name of the output that is the answer, `probability` of
    the one that says how sure the model is of it. `layout` is how the inputs travel, where that is known. `about` is for a person to read: version, owner, state, link.
    """

    source: str
    name: str = ""
    title: str = ""
    question: str = ""
    description: str = ""
    inputs: tuple[str, ...] = ()
    fields: Mapping[str, FieldFacts] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    answer: str = ""
    probability: str = ""
    layout: Layout | None = None
    about: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise ValueError(f"unknown source {self.source!r}; known: {', '.join(SOURCES)}")


def field_facts(words: object) -> FieldFacts:
    """The facts in a mapping with the words of docs/model-metadata.md. Never raises."""
    facts = words if isinstance(words, Mapping) else {}
    kind, form = facts.get("kind"), facts.get("format")
    optional, sensitive = _flag(facts.get("optional")), _flag(facts.get("sensitive"))
    return FieldFacts(
        kind=cast(Kind, kind) if kind in get_args(Kind) else None,
        content_type=_text(facts.get("content_type")),
        label=_text(facts.get("label")),
        description=_text(facts.get("description")),
        unit=_text(facts.get("unit"), 40),
        required=None if optional is None else not optional,
        choices=_choices(facts.get("choices")),
        choice_labels=texts(facts.get("choice_labels")) or None,
        format=cast(str, form) if form in FORMATS else None,
        pattern=_text(facts.get("pattern"), _MAX_NAME),
        minimum=number(facts.get("minimum")),
        maximum=number(facts.get("maximum")),
        typical=_range(number(facts.get("min")), number(facts.get("max"))),
        group=_text(facts.get("group")),
        order=_whole(facts.get("order")),
        examples=tuple(listed(facts.get("examples"))[:MAX_EXAMPLES]) or None,
        media_types=texts(facts.get("media_types")) or None,
        sensitive=sensitive,
        business_key=_flag(facts.get("business_key")),
        protected=_flag(facts.get("protected")),
    )


def _text(value: object, most: int | None = None) -> str | None:
    return text(value)[:most] or None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _range(low: float | None, high: float | None) -> tuple[float, float] | None:
    """Both ends, where they are there and in order."""
    return None if low is None or high is None or low > high else (low, high)


def fields_facts(words: object) -> dict[str, FieldFacts]:
    """The facts of each field, from a mapping of names to words. Never raises."""
    by_name = words if isinstance(words, Mapping) else {}
    named = ((n, w) for n, w in islice(by_name.items(), MAX_INPUTS) if is_name(n))
    return {name: field_facts(facts) for name, facts in named}


def about(words: Mapping[str, object]) -> dict[str, str]:
    """The first of these words as short texts; empty ones are left out."""
    cleaned = {text(name)[:100]: text(value)[:_MAX_NAME] for name, value in words.items()}
    return {name: value for name, value in islice(cleaned.items(), _MAX_ABOUT) if name and value}


def is_name(name: object) -> bool:
    """Whether a field may be called so: it becomes a column of a request, as it is."""
    return isinstance(name, str) and 0 < len(name) <= _MAX_NAME and all(map(_is_shown, name))


def text(value: object) -> str:
    """A text as it can be kept and shown: cut, without control characters. Empty for anything else."""
    if not isinstance(value, str) and number(value) is None:
        return ""
    return "".join(c for c in str(value)[:_MAX_TEXT] if _is_shown(c)).strip()


def day(value: object) -> str:
    """The day of a moment, in ISO 8601: of a text in ISO 8601, or of milliseconds since 1970 in UTC. Empty for anything else,
    as for a number that can hardly be meant so."""
    try:
        if (count := number(value)) is not None:
            return _day_of(count) if count >= _LEAST_MILLISECONDS else ""
        return datetime.fromisoformat(text(value)).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def _day_of(milliseconds: float) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list, as they can be shown."""
    return tuple(filter(None, map(text, listed(value)[:MAX_CHOICES])))


def listed(value: object) -> list[object]:
    """The members of a list; none of anything else."""
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str | bytes) else []


def number(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _choices(value: object) -> tuple[object, ...] | None:
    """Plain values, not too many to choose from; None where one is something else."""
    choices = listed(value)
    plain = all(isinstance(choice, str | int | float) for choice in choices)
    return tuple(choices) if choices and plain and len(choices) <= MAX_CHOICES else None


def _is_shown(letter: str) -> bool:
    return letter in "\n\t" or not (category(letter) in ("Cc", "Cs") or letter in _TURNING)
