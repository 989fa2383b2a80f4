"""A file of truths: which of its columns names the case, or a business key, and which has what is right."""

from __future__ import annotations

from dataclasses import dataclass

from tables.table import Table
from tables.truth_column import cell_of

_CASE = ("case", "case id", "mds case")
_KEY = ("key", "business key")
_TRUTH = ("truth", "right answer", "label")


@dataclass(frozen=True, kw_only=True)
class NamedTruth:
    """A row: where it stands, the id or the key, and what is right; None where that cell is empty."""

    place: str
    name: str
    truth: object


def columns_of(table: Table, *, is_by_key: bool) -> tuple[str, str]:
    """The column that names each case, by its id or its business key, and that of what is right; empty where none is
    called so."""
    named = _KEY if is_by_key else _CASE
    return _column(table, named), _column(table, _TRUTH)


def named_truths(table: Table, named: str, truth: str) -> list[NamedTruth]:
    """The rows of the file, by these columns."""
    cells = zip(table.frame[named], table.frame[truth], strict=True)
    return [
        NamedTruth(
            place=table.place(position), name=_text(each), truth=cell_of(right, table.decimal)
        )
        for position, (each, right) in enumerate(cells)
    ]


def _column(table: Table, names: tuple[str, ...]) -> str:
    columns = {str(name).strip().lower().replace("_", " "): str(name) for name in table.frame}
    return next((columns[name] for name in names if name in columns), "")


def _text(value: object) -> str:
    """A cell as a name: 1042 and 1042.0 are one key."""
    if value is None or value != value:  # NaN differs from itself
        return ""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value).strip()  # type: ignore[call-overload]
