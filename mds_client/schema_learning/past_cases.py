"""What is learned from the cases so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from mds_client.schema_learning.cells import ODD, any_number, plain_cell
from mds_client.schema_learning.columns import MOST_SAMPLED, Column
from mds_client.schema_learning.examples import varied
from mds_client.schema_learning.payloads import of_matrix
from mds_client.schema_learning.traits import are_all_seen, sorted_few, usual_range
from mds_client.sensitive_values import withheld
from mds_client.signature import FILE_KINDS, NUMERIC_KINDS, Field, Signature, Values
from mds_client.signature.facts import MAX_INPUTS, Facts, FieldFacts


def from_cases(rows: Sequence[Values], signature: Signature) -> Facts:
    """The usual ranges, choices and examples among the values that people entered, the latest last.

    Kinds come from the signature: `inputs` stays empty, unless the signature knows nothing and all rows had the
    same length. Nothing is kept of sensitive fields and of files. Never raises.
    """
    sampled = [row for row in rows[-MOST_SAMPLED:] if isinstance(row, Mapping)]
    if signature.layout == "unknown" and signature.inputs:
        return replace(_of_lists(sampled, signature.inputs[0].name), name="cases")
    fields = _facts_by_field(signature, sampled)
    return Facts(source="learned", name="cases", fields=fields, about={"Cases": f"{len(rows):,}"})


def _facts_by_field(signature: Signature, rows: Sequence[Values]) -> dict[str, FieldFacts]:
    """What the rows say of each field, by its name; without the fields of which they say nothing."""
    learnable = [f for f in signature.inputs if not f.sensitive and f.kind not in FILE_KINDS]
    columns = [_entered_column(field, rows) for field in learnable]
    chosen = varied(columns) if rows and columns else []
    pairs = zip(learnable, columns, strict=True)
    facts = {f.name: _field_facts(f, column, column.at(chosen)) for f, column in pairs}
    return {name: learned for name, learned in facts.items() if learned.known()}


def _of_lists(rows: Sequence[Values], name: str) -> Facts:
    """What rows of numbers have in common, for a model of which nothing is known."""
    cells = [plain_cell(row.get(name)) for row in rows]
    lists = [value for value in cells if isinstance(value, list)]
    flats = [v[0] if len(v) == 1 and isinstance(v[0], list) else v for v in lists]
    if len({len(value) for value in flats}) != 1 or not 0 < len(flats[0]) <= MAX_INPUTS:
        return Facts(source="learned")
    return of_matrix(flats) or Facts(source="learned")


def _entered_column(field: Field, rows: Sequence[Values]) -> Column:
    values = [_entered_value(field, row.get(field.name)) for row in rows]
    return Column(header=field.name, kind=field.kind, values=values, length=len(rows))


def _entered_value(field: Field, value: object) -> object:
    """The value in a form that can be kept; None where it could not be sent now."""
    plain = None if withheld(value) else plain_cell(value)
    plain = plain.isoformat() if isinstance(plain, date) else plain
    with suppress(*ODD):
        return plain if field.check(plain) is None else None
    return None


def _field_facts(field: Field, column: Column, examples: tuple[object, ...]) -> FieldFacts:
    """What cases say of a field whose kind is known."""
    present = [value for value in column.values if value is not None]
    numbers = [value for value in present if any_number(value) is not None]
    return FieldFacts(
        choices=_learned_choices(field, present),
        typical=usual_range(numbers) if field.kind in NUMERIC_KINDS else None,
        examples=examples if present else None,
    )


def _learned_choices(field: Field, present: Sequence[object]) -> tuple[object, ...] | None:
    """The choices that people took, for a field that must have some and declares none."""
    words = [value for value in present if isinstance(value, str | int | float)]
    is_open = field.kind == "category" and not field.choices
    return sorted_few(set(words)) or None if is_open and are_all_seen(words) else None
