"""One cell of a table as a plain value, and the kind of a column: the first that takes (nearly) all of its cells."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import cast

import numpy as np

from mds_client.signature import File, Kind

Cells = Sequence[object]
Reader = Callable[[object], object]
_LARGEST = 2**63
_MOST_TEXT = 2_000
_MOST_NESTED = 5_000_000
_MISSING = {"", "na", "n/a", "#n/a", "nan", "nat", "<na>", "null", "none", "?", "-", "--", "."}
ODD = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


def plain_cell(cell: object) -> object:
    """The cell as Python has it; None for what is missing or cannot be read."""
    try:
        return _of_python(cell.item() if isinstance(cell, np.generic) else cell)
    except Exception:  # a cell may be an object of any class, and raise what it likes
        return None


def _of_python(cell: object) -> object:
    if cell is None or type(cell).__name__ in ("NaTType", "NAType"):
        return None
    if isinstance(cell, str):
        return None if cell.strip().casefold() in _MISSING else cell[:_MOST_TEXT]
    if isinstance(cell, bool | date | File):
        return cell
    if isinstance(cell, float) or type(cell).__name__ == "Decimal":
        number = float(cast(float, cell))
        return number if math.isfinite(number) else None
    if isinstance(cell, int):
        return int(cell) if abs(cell) < _LARGEST else str(cell)
    return _nested(cell)


def _nested(cell: object) -> object:
    """Lists and mappings as JSON has them; bytes are text."""
    if isinstance(cell, bytes):
        return cell[:_MOST_TEXT].decode()
    if isinstance(cell, np.ndarray):
        cell = cell.tolist()
    if isinstance(cell, list | tuple | Mapping):
        written = json.dumps(cell if isinstance(cell, list | tuple) else dict(cell))
        return (
            json.loads(written, parse_constant=lambda _: None)
            if len(written) <= _MOST_NESTED
            else None
        )
    return _of_python(str(cell)[:_MOST_TEXT])


_TRUTHS = {"true": True, "false": False}
_NUMBER = re.compile(
    r"[+-]?(?:(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?"
)
_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NEARLY_ALL = 0.98


def typed(cells: Cells) -> tuple[Kind, Cells]:
    """The kind with the cells as its values; what does not fit is missing."""
    present = [cell for cell in cells if cell is not None]
    for kind, reads, share in _KINDS:
        if present and _fits(present, reads, share):
            return kind, [None if cell is None else reads(cell) for cell in cells]
    return "text", [None if cell is None else as_text(cell) for cell in cells]


def _fits(present: Cells, reads: Reader, share: float) -> bool:
    """Whether enough cells fit the kind. The first ones are tried before the rest: most columns are decided by
    them."""
    start = [cell for cell in present[:20] if reads(cell) is None]
    if len(start) > max(1, 10 * (1 - share)) or (start and share == 1):
        return False
    read = sum(reads(cell) is not None for cell in present)
    return read >= share * len(present)


def _boolean(cell: object) -> object:
    return _TRUTHS.get(cell.strip().casefold()) if isinstance(cell, str) else _only(bool, cell)


def _only(kind: type, cell: object) -> object:
    return cell if isinstance(cell, kind) else None


def whole_number(cell: object) -> object:
    if isinstance(cell, str) and _INTEGER.fullmatch(cell.strip()):
        return int(cell.strip())
    return cell if isinstance(cell, int) and not isinstance(cell, bool) else None


def any_number(cell: object) -> object:
    if isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()):
        number = float(cell.strip())
        return number if math.isfinite(number) else None
    return cell if isinstance(cell, int | float) and not isinstance(cell, bool) else None


def _datetime(cell: object) -> object:
    if isinstance(cell, date):
        return cell.isoformat()
    if not isinstance(cell, str) or not _DATE.match(cell):
        return None
    try:
        return datetime.fromisoformat(cell.strip()) and cell.strip()
    except ValueError:
        return None


def _json(cell: object) -> object:
    return cell if isinstance(cell, list | dict) else None


def _tensor(cell: object) -> object:
    """Lists of numbers of one shape each."""
    if not isinstance(cell, list) or not cell:
        return None
    try:
        return cell if np.asarray(cell).dtype.kind in "iuf" else None
    except ValueError:
        return None


_KINDS: tuple[tuple[Kind, Reader, float], ...] = (
    ("boolean", _boolean, 1),
    ("integer", whole_number, 1),
    ("number", any_number, _NEARLY_ALL),
    ("datetime", _datetime, _NEARLY_ALL),
    ("tensor", _tensor, 1),
    ("json", _json, 1),
)


def as_text(cell: object) -> object:
    if isinstance(cell, File):
        return None
    return json.dumps(cell) if isinstance(cell, list | dict) else str(cell)
