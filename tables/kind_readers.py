"""How one cell becomes a value of a field, kind by kind, for what is no plain number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from mds_client.signature import Field, File
from tables import categories, dates, lenient_json, numbers
from tables.booleans import truth
from tables.source_column import Cells, whole_number


def _boolean(source: Cells, wanted: Field) -> Callable[[object], object]:
    return truth


def _category(source: Cells, wanted: Field) -> Callable[[object], object]:
    if not wanted.choices:
        return _written if wanted.datatype == "BYTES" else lambda cell: _code(cell, source.decimal)
    known = categories.known(wanted.choices)
    return lambda cell: (
        cell if _is_choice(cell, wanted.choices) else known.get(categories.plain(cell))
    )


def _code(cell: object, decimal: str) -> object:
    """A category that the model knows by number."""
    exact = None if isinstance(cell, bool) else whole_number(cell, decimal)
    if exact is not None:
        return exact
    code = numbers.number(cell, decimal) if isinstance(cell, str) else cell
    return int(code) if isinstance(code, float) and code.is_integer() else code


def _is_choice(cell: object, choices: Sequence[object]) -> bool:
    return any(type(cell) is type(choice) and cell == choice for choice in choices)


def _text(source: Cells, wanted: Field) -> Callable[[object], object]:
    return _written


def _written(cell: object) -> object:
    """As a person would write it: a whole number without its point, a date in ISO form."""
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return dates.of_value(cell)
    return None if isinstance(cell, File | list | dict | np.ndarray) else str(cell)


def _datetime(source: Cells, wanted: Field) -> Callable[[object], object]:
    first = source.day_first is not False
    is_mixed = dates.contradict(cell for cell in source.cells if isinstance(cell, str))

    def moment(cell: object) -> object:
        if isinstance(cell, date):
            return dates.of_value(cell)
        if isinstance(cell, int | float | np.number) and not isinstance(cell, bool):
            return dates.of_serial(float(cell)) or dates.moment(f"{cell:.0f}")
        if not isinstance(cell, str):
            return None
        read = dates.moment(cell, day_first=first)
        return read or (dates.moment(cell, day_first=not first) if is_mixed else None)

    return moment


def _file(source: Cells, wanted: Field) -> Callable[[object], object]:
    return lambda cell: cell if isinstance(cell, File) else None


def _tensor(source: Cells, wanted: Field) -> Callable[[object], object]:
    def tensor(cell: object) -> object:
        if isinstance(cell, str):
            return _json_value(cell) if cell.lstrip().startswith("[") else _listed(cell, source)
        return cell.tolist() if isinstance(cell, np.ndarray) else cell

    return tensor


def _listed(text: str, source: Cells) -> object:
    """Numbers with blanks or semicolons between them."""
    parts = text.replace(";", " ").split()
    listed = [numbers.number(part, source.decimal) for part in parts]
    return None if None in listed else listed


def _json(source: Cells, wanted: Field) -> Callable[[object], object]:
    def document(cell: object) -> object:
        if isinstance(cell, str) and cell.lstrip().startswith(("{", "[")):
            return _json_value(cell)
        return cell.tolist() if isinstance(cell, np.ndarray) else cell

    return document


def _json_value(text: str) -> object:
    try:
        return lenient_json.loads(text)
    except (ValueError, RecursionError):
        return None


READERS: dict[str, Callable[[Cells, Field], Callable[[object], object]]] = {
    "boolean": _boolean,
    "category": _category,
    "text": _text,
    "datetime": _datetime,
    "image": _file,
    "audio": _file,
    "tensor": _tensor,
    "json": _json,
}
