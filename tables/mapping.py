"""Which column feeds which field: suggested with a confidence and a reason, corrected by a person."""

from __future__ import annotations

import collections.abc
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache

from mds_client.signature import Field, Signature
from tables.column_profile import profile_of
from tables.match import LEAST, Match
from tables.matching import _WEAK, Header, by_position, candidates, doubted, with_unit
from tables.table import Table

_MOST_NAMED = 12


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """Columns for fields, in the order of the fields; each field has one column at most.

    `unused` has the columns that feed none, `missing` the names of needed fields that have none. `fixed` are
    values by field that hold for every row, where the file has no column. `replaced` has field, cell and the value
    that a person said the cell means.
    """

    matches: tuple[Match, ...]
    unused: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    fixed: tuple[tuple[str, object], ...] = ()
    replaced: tuple[tuple[str, str, object], ...] = ()

    def __getitem__(self, field: str) -> Match:
        """The match of a field. Raises KeyError when it has none."""
        for match in self.matches:
            if match.field == field:
                return match
        raise KeyError(field)

    def column(self, field: str) -> str:
        """The column of a field; empty when it has none."""
        return next((match.column for match in self.matches if match.field == field), "")

    def with_fixed(self, values: collections.abc.Mapping[str, object]) -> Mapping:
        """The mapping with these values for fields that have no column; None fixes nothing."""
        fixed = {n: v for n, v in values.items() if v is not None and not self.column(n)}
        missing = tuple(name for name in self.missing if name not in fixed)
        return replace(self, fixed=tuple(fixed.items()), missing=missing)

    def replaced_in(self, field: str) -> dict[str, object]:
        """What cells of the field's column mean, as far as a person said so."""
        return {cell: value for name, cell, value in self.replaced if name == field}

    @property
    def confidence(self) -> float:
        """That of the least certain match; 0 when a needed field has no column."""
        if self.missing or not self.matches:
            return 0.0
        return min(match.confidence for match in self.matches)

    @property
    def to_remember(self) -> dict[str, str]:
        """Columns by field, as `suggest` takes them again for the next file of this model."""
        return {match.field: match.column for match in self.matches}


def suggest(
    table: Table,
    signature: Signature,
    remembered: collections.abc.Mapping[str, str] | None = None,
) -> Mapping:
    """The most likely column for each field of the signature.

    `remembered` has columns by field from an earlier file (`Mapping.to_remember`). Compared are names,
    labels, synonyms, units and the values themselves; every column is given once at most.
    """
    headers = [
        Header.of(name, of=column)
        for column in table.columns
        for name in (column, *table.short_names.get(column, ()))
    ]
    objects = [Header.of(name) for name in table.whole]
    profile_for = cache(lambda name: profile_of(table, name))
    matches = [
        match
        for field in signature.inputs
        for match in candidates(
            field,
            [*headers, *objects] if field.kind in ("json", "tensor") else headers,
            table,
            profile_for,
            remembered or {},
        )
    ]
    if not table.has_header:
        matches += by_position(table, signature, profile_for)
    return _mapping(_best(matches), table, signature)


def corrected(
    mapping: Mapping, field: str, column: str | None, table: Table, signature: Signature
) -> Mapping:
    """The mapping with a person's choice for one field; None takes its column away.

    Where another field had the column, it loses it. Raises KeyError for a field that the signature, or
    a column that the table, does not have.
    """
    wanted = signature[field]
    kept = [match for match in mapping.matches if field != match.field and column != match.column]
    if column is not None:
        if column not in table.columns and column not in table.whole:
            raise KeyError(column)
        match = Match(field=field, column=column, confidence=1.0, reason="You chose this column.")
        kept.append(doubted(with_unit(match, wanted), wanted))
    return _mapping(kept, table, signature)


def sentence_on_unfed(
    mapping: Mapping, signature: Signature, given: collections.abc.Collection[str] = ()
) -> str:
    """What becomes of fields that neither a column nor a value for all rows feeds: the needed ones stop the file, the
    others go as unknown. Empty where there are none.

    `given` are fields that have their value from elsewhere.
    """
    optional = [f.title for f in _unfed(mapping, signature, given) if not f.required]
    sentences = (
        sentence_on_needed(mapping, signature, given),
        _sentence_on_unknown(optional, signature),
    )
    return " ".join(filter(None, sentences))


def _unfed(
    mapping: Mapping, signature: Signature, given: collections.abc.Collection[str]
) -> list[Field]:
    known = {*given, *dict(mapping.fixed), *(match.field for match in mapping.matches)}
    return [field for field in signature.inputs if field.name not in known]


def sentence_on_needed(
    mapping: Mapping, signature: Signature, given: collections.abc.Collection[str] = ()
) -> str:
    """Why no row of the file can be sent: a needed field has no value, or not one of its columns is a field; empty where
    rows can be."""
    unfed = _unfed(mapping, signature, given)
    titles = [field.title for field in unfed if field.required]
    if not titles and unfed and len(unfed) == len(signature.inputs):
        return "Nothing can be sent: no column of the file is a field of the model."
    if not titles:
        return ""
    names_of = ", ".join(titles[:_MOST_NAMED])
    more = f" and {len(titles) - _MOST_NAMED} more" if len(titles) > _MOST_NAMED else ""
    return f"Nothing can be sent: the model needs a column, or one value for all rows, for {names_of}{more}."


def _sentence_on_unknown(lacking: list[str], signature: Signature) -> str:
    if not lacking:
        return ""
    total = len(signature.inputs)
    more = f" and {len(lacking) - _MOST_NAMED} more" if len(lacking) > _MOST_NAMED else ""
    verb = "has no column and goes" if len(lacking) == 1 else "have no column and go"
    names_of = ", ".join(lacking[:_MOST_NAMED])
    fields = "field" if total == 1 else "fields"
    return f"{len(lacking)} of {total} {fields} {verb} as unknown: {names_of}{more}."


def _mapping(matches: Iterable[Match], table: Table, signature: Signature) -> Mapping:
    by_field = {match.field: match for match in matches}
    ordered = [by_field[f.name] for f in signature.inputs if f.name in by_field]
    return Mapping(
        matches=tuple(ordered),
        unused=_unused(table, {match.column for match in ordered}),
        missing=tuple(f.name for f in signature.inputs if f.required and f.name not in by_field),
    )


def _unused(table: Table, used: Collection[str]) -> tuple[str, ...]:
    """The columns that go into no field, neither by themselves nor as a part of an object that does."""
    parts = tuple(f"{name}." for name in table.whole if name in used)
    return tuple(n for n in table.columns if not (n in used or n.startswith(parts)))


def _best(matches: list[Match]) -> list[Match]:
    """One match for each field and column, the most certain first. Of weak matches that are equally likely none
    is taken."""
    fields: set[str] = set()
    columns: set[str] = set()
    kept = []
    for match in sorted(matches, key=lambda one: -one.confidence):
        if match.confidence < LEAST or match.field in fields or match.column in columns:
            continue
        if not _is_draw(match, [one for one in matches if one.field not in fields]):
            kept.append(match)
            fields.add(match.field)
            columns.add(match.column)
    return kept


def _is_draw(match: Match, others: list[Match]) -> bool:
    """Whether the same column would as well feed another field, and the names say little."""
    return match.confidence < _WEAK and any(
        one.column == match.column
        and one.field != match.field
        and one.confidence >= match.confidence
        for one in others
    )
