"""Problems of one kind as one line, and what a cell that is no choice may mean: `f` for female."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mds_client.signature import Field, Signature
from tables import booleans, categories, names
from tables.converting import RowProblem

_ALIKE = (
    "female f w weiblich frau femme féminin mujer hembra femenino femmina ♀",
    "male m männlich mann homme masculin hombre macho masculino maschio ♂",
)
_SAME = [frozenset(line.split()) for line in _ALIKE]


@dataclass(frozen=True, kw_only=True)
class ProblemKind:
    """Problems with one sentence, column and field, and the rows that have it.

    `fix` is the choice that the cell most likely means; None where nothing is likely.
    """

    column: str
    field: str
    sentence: str
    cell: str
    rows: tuple[int, ...]
    fix: object = None


def kinds_of(problems: Sequence[RowProblem], signature: Signature) -> list[ProblemKind]:
    """The problems by kind, the most frequent first."""
    rows: dict[tuple[str, str, str, str], list[int]] = {}
    for one in problems:
        rows.setdefault((one.column, one.field, one.sentence, one.cell), []).append(one.row)
    fields = {field.name: field for field in signature.inputs}
    kinds = [
        ProblemKind(
            column=column,
            field=field,
            sentence=sentence,
            cell=cell,
            rows=tuple(places),
            fix=likely_choice(cell, fields[field]) if field in fields and cell else None,
        )
        for (column, field, sentence, cell), places in rows.items()
    ]
    return sorted(kinds, key=lambda kind: -len(kind.rows))


def likely_choice(cell: str, field: Field) -> object:
    """The one choice that the cell abbreviates, translates or names among other words; None where several do."""
    if field.kind != "category" or not field.choices:
        return None
    for is_meant in (_means_the_same, _abbreviates, _is_named_in):
        choices = [choice for choice in field.choices if is_meant(cell, choice)]
        if choices:
            return choices[0] if len(choices) == 1 else None
    return None


def _means_the_same(cell: str, choice: object) -> bool:
    one, other = categories.plain(cell), categories.plain(choice)
    if any({one, other} <= words for words in _SAME):
        return True
    truth = booleans.truth(one)
    return truth is not None and not other.isdigit() and truth is booleans.truth(other)


def _abbreviates(cell: str, choice: object) -> bool:
    short = categories.plain(cell).rstrip(".")
    return bool(short) and short.isalpha() and categories.plain(choice).startswith(short)


def _is_named_in(cell: str, choice: object) -> bool:
    words, wanted = names.words(cell), names.words(str(choice))
    return bool(wanted) and set(wanted) <= set(words)
