"""Which columns may feed a field: compared by names, units and values."""

from __future__ import annotations

import collections.abc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mds_client.signature import NUMERIC_KINDS, Field, Signature
from tables import heading_units, names, units
from tables.column_profile import ColumnProfile
from tables.match import LEAST, Match
from tables.table import Table

ProfileOf = Callable[[str], ColumnProfile]
_MANY = 500  # columns, above which letters and values are not compared one by one
_POSITION = 0.6
_WEAK = 0.7
_PLAIN = 0.95  # names so alike that no earlier file is needed to tell


@dataclass(frozen=True, kw_only=True)
class Header:
    """One name of a column, prepared for comparison: whole, and without its unit."""

    column: str
    name: str
    keys: frozenset[str]
    key: str
    spelled: str
    meaning: frozenset[str]
    changes: frozenset[str]

    @classmethod
    def of(cls, name: str, *, of: str = "") -> Header:
        bare, _ = units.parted(name)
        return cls(
            column=of or name,
            name=name,
            keys=frozenset({names.key(name), names.key(bare)} - {""}),
            key=names.key(bare),
            spelled=names.spelled(bare),
            meaning=names.meaning(bare),
            changes=names.changes(bare),
        )


@dataclass(frozen=True, kw_only=True)
class _Spelling:
    """One name of a field, with the confidence that an equal header gives and the words for it."""

    name: str
    confidence: float
    words: str
    header: Header


def candidates(
    field: Field,
    headers: list[Header],
    table: Table,
    profile_for: ProfileOf,
    remembered: collections.abc.Mapping[str, str],
) -> list[Match]:
    """Every column that may feed the field, judged by name and then by values."""
    called, few = _names_of(field), len(headers) <= _MANY
    candidates = []
    for header in headers:
        if table.has_header and _says_another(field, header, remembered):
            continue
        match = _by_name(field, header, called, close=few) if table.has_header else None
        if match is None or match.confidence < _PLAIN:
            match = _remembered(field, header.column, remembered) or match
        if match is None and few:
            match = _by_values(field, header.column, profile_for)
        if match:
            profile = profile_for(header.column)
            candidates.append(doubted(_judged(match, field, profile), field, profile))
    return candidates


def _says_another(
    field: Field, header: Header, remembered: collections.abc.Mapping[str, str]
) -> bool:
    """Whether the heading negates or transforms what the field holds, or the other way round; what a person gave to
    the field before stays."""
    is_known = names.key(remembered.get(field.name, "")) == names.key(header.column)
    own = [names.changes(name) for name in (field.name, field.label) if name]
    return not is_known and header.changes not in own


def _remembered(
    field: Field, column: str, remembered: collections.abc.Mapping[str, str]
) -> Match | None:
    if names.key(remembered.get(field.name, "")) != names.key(column) or not names.key(column):
        return None
    reason = "Used for an earlier file of this model."
    return with_unit(_match(field, column, 1.0, reason), field)


def _by_name(field: Field, header: Header, called: list[_Spelling], *, close: bool) -> Match | None:
    """The first kind of likeness that holds between the names; `close` also compares letters."""
    if header.name == field.name:
        return with_unit(_match(field, header.column, 1.0, "The same name."), field)
    if field.label in (header.name, units.parted(header.name)[0]):
        return with_unit(_match(field, header.column, 0.98, "The same label."), field)
    for one in called:
        if one.header.keys & header.keys:
            reason = f"The same {one.words}."
            return with_unit(_match(field, header.column, one.confidence, reason), field)
    for one in called:
        match = _by_meaning(field, header, one, close=close)
        if match:
            return with_unit(match, field)
    return None


def _names_of(field: Field) -> list[_Spelling]:
    spellings = [
        (0.97, "name, written differently", field.name),
        (0.95, "words as the label", field.label),
    ]
    return [
        _Spelling(name=name, confidence=confidence, words=words, header=Header.of(name))
        for confidence, words, name in spellings
        if names.key(name)
    ]


def _by_meaning(field: Field, header: Header, called: _Spelling, *, close: bool) -> Match | None:
    field_header = called.header
    if field_header.spelled and field_header.spelled == header.spelled:
        reason = "The same name in another spelling."
        return _match(field, header.column, called.confidence - 0.03, reason)
    if field_header.meaning and field_header.meaning == header.meaning:
        return _match(field, header.column, 0.85, f"Another word for “{called.name}”.")
    if close and _may_be_alike(field_header.key, header.key):
        likeness = names.likeness(field_header.key, header.key)
        likeness = max(likeness, names.likeness(called.name, header.name))
        if likeness >= 0.84:
            return _match(
                field, header.column, round(0.8 * likeness, 2), f"Nearly the name “{called.name}”."
            )
    return _by_part(field, header, called)


def _by_part(field: Field, header: Header, called: _Spelling) -> Match | None:
    """A match where half of the words, or more, mean the same: `Gewicht` for `body_mass`."""
    common = called.header.meaning & header.meaning
    share = len(common) / max(len(called.header.meaning | header.meaning), 1)
    differ = called.header.meaning ^ header.meaning
    if share < 0.5 or any(map(str.isdigit, differ)) or not any(len(word) > 2 for word in common):
        return None
    confidence = round(0.45 + 0.25 * share, 2)
    return _match(field, header.column, confidence, f"Part of the name “{called.name}”.")


def _may_be_alike(one: str, other: str) -> bool:
    """A quick test before letters are compared; names that differ in a number are never alike."""
    digits = ["".join(c for c in name if c.isdigit()) for name in (one, other)]
    if min(len(one), len(other)) < 3:
        return False
    return digits[0] == digits[1] and one[0] == other[0]


def _by_values(field: Field, column: str, profile_for: ProfileOf) -> Match | None:
    """A match by the values, where the names are not alike: categories that are known, files where a file is
    needed."""
    if field.kind in ("image", "audio") and profile_for(column).files(field.kind) > 0.5:
        return _match(field, column, 0.8, f"The column holds {field.kind} files.")
    if field.kind != "category" or len(field.choices) < 2 or profile_for(column).variety < 2:
        return None
    if profile_for(column).overlap(field.choices) > 0.9:
        return _match(field, column, 0.6, "Its values are the choices of this field.")
    return None


def _judged(match: Match, field: Field, profile: ColumnProfile) -> Match:
    """The match, with less confidence and a reason where the values do not fit the field."""
    # In another unit, whole numbers need not be whole.
    share = profile.fits(replace(field, kind="number") if match.unit else field)
    if share >= 0.9 or profile.is_empty:
        return _within_usual(match, field, profile)
    reason = f"{match.reason} But only {share * 100:.0f} % of its values are {_wanted(field)}."
    factor = 0.4 + 0.6 * share if share >= 0.5 else 0.5 if match.confidence >= 1.0 else 0.4
    # A name that says the field keeps its column: the cells are then named as problems, not lost as unknown.
    least = LEAST if match.confidence >= _PLAIN else 0.0
    return replace(match, confidence=max(least, round(match.confidence * factor, 2)), reason=reason)


def _within_usual(match: Match, field: Field, profile: ColumnProfile) -> Match:
    """The match, with less confidence where the numbers mostly lie outside the field's limits: another unit, or
    another column."""
    if match.unit or field.kind not in NUMERIC_KINDS:
        return match
    share = profile.within(field)
    if share >= 0.5:
        return match
    low, high = _limits(field)
    doubt = f"most values lie outside {low} to {high}: another unit?"
    return _with_doubt(match, doubt, round(match.confidence * 0.7, 2))


def _limits(field: Field) -> tuple[str, str]:
    low, high = field.typical or (field.minimum, field.maximum)
    return "any" if low is None else f"{low:g}", "any" if high is None else f"{high:g}"


def _wanted(field: Field) -> str:
    return {
        "number": "numbers",
        "integer": "whole numbers",
        "boolean": "yes or no",
        "category": "among its choices",
        "datetime": "dates",
        "image": "pictures",
        "audio": "sounds",
        "tensor": "lists of numbers",
    }.get(field.kind, "of its kind")


def with_unit(match: Match, field: Field) -> Match:
    """The match with a conversion where the header's unit differs from the field's and both are of one family."""
    heading = heading_units.read(match.column, field)
    if not heading.unit:
        return match
    reason = f"{match.reason} Converted from {heading.unit} to {heading.to_unit}."
    return replace(match, reason=reason, unit=heading.unit, to_unit=heading.to_unit)


def doubted(match: Match, field: Field, profile: ColumnProfile | None = None) -> Match:
    """The match with less confidence where the heading says another unit, or a scale, or fractions feed percents; it
    stays a suggestion, so that the doubt is read."""
    doubt = heading_units.read(match.column, field).doubt
    unit = heading_units.unit_of(field)
    if profile and profile.is_of_fractions and unit and unit.name == "%" and not match.unit:
        doubt = doubt or "its values run from 0 to 1 and the field is in percent: fractions?"
    if not doubt or match.confidence < LEAST:
        return match
    return _with_doubt(match, doubt, max(LEAST, round(match.confidence * 0.6, 2)))


def _with_doubt(match: Match, doubt: str, confidence: float) -> Match:
    reason = f"{match.reason} But {doubt}"
    return replace(match, confidence=confidence, reason=reason, doubts=(*match.doubts, doubt))


def by_position(table: Table, signature: Signature, profile_for: ProfileOf) -> Sequence[Match]:
    """Matches without a header: one column a field, in order, if their values fit; one column more may be the
    right answer."""
    extra = len(table.columns) - len(signature.inputs)
    if extra not in (0, 1):
        return []
    pairs = list(zip(signature.inputs, table.columns, strict=False))
    if any(profile_for(name).fits(field) < 0.9 for field, name in pairs):
        return []
    reason = "By position: the file has no header."
    return [_match(field, name, _POSITION, reason) for field, name in pairs]


def _match(field: Field, column: str, confidence: float, reason: str) -> Match:
    return Match(field=field.name, column=column, confidence=confidence, reason=reason)
