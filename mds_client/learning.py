"""What can be learned of a model's inputs from data: a table, a pasted request, the cases asked so far.

Data come from anywhere: what is odd is passed over, what is much is sampled, always in the same way.
"""

from __future__ import annotations

import ast
import json
import math
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from math import prod
from typing import Any, cast

import numpy as np

from mds_client.declared import signature_of
from mds_client.dialect import flat
from mds_client.facts import MAX_CHOICES, MAX_INPUTS, Facts, FieldFacts, about, is_name
from mds_client.signature import (
    FILE_KINDS,
    NUMERIC_KINDS,
    Field,
    File,
    Kind,
    ModelRef,
    Signature,
    Values,
)

Columns = Mapping[str, Sequence[object]]
Cells = Sequence[object]

MAX_COLUMNS = 10_000
MAX_ROWS = 1_000_000
EXAMPLES = 10
_MOST_CELLS = 1_000_000  # looked at one by one
_MOST_SAMPLED = 10_000
_FEWEST_SAMPLED = 100
_MOST_SCANNED = 20_000_000  # looked at for choices that the sample may have missed
_MOST_CANDIDATES = 200
_MOST_COMPARED = 100
_MOST_TEXT = 2_000
_MOST_PASTED = 5_000_000
_MOST_PYTHON = 100_000
_MOST_NESTED = 5_000_000
_ENOUGH = 20  # values for a usual range
_LARGEST = 2**63


def learned(columns: Columns, *, name: str = "", target: str = "") -> Facts:
    """The facts in the columns of a table, `target` left out; they may be of different lengths.

    Cells are of any type: text as in a file, numbers, dates, lists, None and NaN for what is missing; a
    pandas DataFrame is such a mapping. Of more than 10,000 columns the first are read, of the first million
    rows a fixed sample. Choices and usual ranges are given only where enough rows speak for them. Never
    raises.
    """
    read = _read(columns, target)
    if not read:
        return Facts(source="learned", name=name, about={"Rows": "0"})
    found = {header: column.facts() for header, column in read.items()}
    rows = _varied(list(read.values()))
    fields = {h: replace(found[h], examples=read[h].at(rows) or None) for h in found}
    words = {"Rows": f"{max(c.length for c in read.values()):,}", "Columns": f"{len(read):,}"}
    words |= {} if target else _possible_target(list(fields))
    return Facts(
        source="learned", name=name, inputs=tuple(fields), fields=fields, about=about(words)
    )


def payload(content: str | bytes, *, name: str = "") -> Facts:
    """The facts in the body of a request to any server, or in a curl command that sends one.

    Names, kinds and an example row. Without inputs where nothing can be read; `about` says so. Never raises.
    """
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    try:
        found = _of_payload(_said_in(text[:_MOST_PASTED].strip()))
    except _ODD:
        found = None
    if found is None or not found.inputs:
        return Facts(source="learned", name=name, about={"Problem": _NOT_READ})
    return replace(found, name=name)


def from_cases(rows: Sequence[Values], signature: Signature) -> Facts:
    """The usual ranges, choices and examples among the values that were asked so far, the latest last.

    Kinds are the signature's affair: `inputs` stays empty, but where the signature knows nothing and all
    rows had the same length. Of a sensitive field and of files nothing is kept. Never raises.
    """
    asked = [row for row in rows[-_MOST_SAMPLED:] if isinstance(row, Mapping)]
    if signature.layout == "unknown" and signature.inputs:
        return replace(_of_lists(asked, signature.inputs[0].name), name="cases")
    kept = [f for f in signature.inputs if not f.sensitive and f.kind not in FILE_KINDS]
    columns = [_asked_column(field, asked) for field in kept]
    chosen = _varied(columns) if asked and columns else []
    pairs = zip(kept, columns, strict=True)
    fields = {f.name: _asked(f, column, column.at(chosen)) for f, column in pairs}
    said = {name: facts for name, facts in fields.items() if facts.said()}
    return Facts(source="learned", name="cases", fields=said, about={"Cases": f"{len(rows):,}"})


_ODD = (
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
_NOT_READ = "This is not the body of a request in any of the forms that are known."


# A table: each column is read once, at the same sampled rows.


@dataclass(frozen=True, kw_only=True)
class _Column:
    """One column: `values` are those of the sampled rows as the kind has them, None where missing."""

    header: str
    kind: Kind
    values: Cells
    length: int
    choices: tuple[object, ...] = ()
    has_gaps: bool = False

    def facts(self) -> FieldFacts:
        present = [value for value in self.values if value is not None]
        label, unit = _parted(self.header)
        return FieldFacts(
            kind=self.kind,
            label=label or None,
            unit=unit or None,
            shape=_shape(present) if self.kind == "tensor" else None,
            required=False if self.has_gaps or len(present) < len(self.values) else None,
            choices=self.choices or None,
            format=_format(self.kind, present),
            typical=_typical(present) if self.kind in ("number", "integer") else None,
        )

    def at(self, rows: Sequence[int]) -> tuple[object, ...]:
        return tuple(self.values[row] for row in rows)


def _read(columns: Columns, target: str) -> dict[str, _Column]:
    named = {h: _sequence(c) for h, c in _items(columns) if is_name(h) and h != target}
    lengths = {h: min(_length(c), MAX_ROWS) for h, c in named.items()}
    kept = [h for h in named if lengths[h]]
    if not kept:
        return {}
    length = max(lengths[h] for h in kept)
    places = _places(length, len(kept))
    is_small = length * len(kept) <= _MOST_SCANNED
    return {h: _column(h, named[h], length, places, is_small) for h in kept}


def _items(columns: Columns) -> Iterator[tuple[str, object]]:
    for header in islice(columns, MAX_COLUMNS):
        try:
            yield str(header), columns[header]
        except _ODD:
            continue


def _sequence(column: object) -> Sequence[object]:
    """The column as something that is read by position: what pandas has is read by label."""
    found = column
    try:
        if hasattr(found, "to_numpy"):
            # As objects where NumPy has no such type: nullable whole numbers would become fractions.
            found = found.to_numpy(
                None if isinstance(getattr(found, "dtype", None), np.dtype) else object
            )
            # Two columns of one name come as a table.
            found = found[:, 0] if hasattr(column, "columns") else found
    except _ODD:
        return ()
    if isinstance(found, np.ndarray) and found.ndim:
        days = found.astype("datetime64[us]") if found.dtype.kind == "M" else found
        return cast(Sequence[object], days)
    return found if isinstance(found, Sequence) and not isinstance(found, str | bytes) else ()


def _length(column: Sequence[object]) -> int:
    try:
        return len(column)
    except _ODD:
        return 0


def _places(length: int, columns: int) -> list[int]:
    """Rows to look at: all, or one at random out of each of many equal stretches."""
    most = min(max(_MOST_CELLS // columns, _FEWEST_SAMPLED), _MOST_SAMPLED)
    if length <= most:
        return list(range(length))
    edges = np.linspace(0, length, most + 1)
    within = np.random.default_rng(0).random(most) * np.diff(edges)
    return list(map(int, np.minimum(edges[:-1] + within, length - 1)))


def _column(
    header: str, column: Sequence[object], length: int, places: Sequence[int], is_small: bool
) -> _Column:
    cells = _cells(column, places)
    kind, values = _typed(cells)
    whole = column if is_small and len(places) < length else ()
    choices = _choices(kind, values, whole)
    return _Column(
        header=header,
        kind="category" if choices else kind,
        values=values,
        length=length,
        choices=choices,
        has_gaps=len(places) < length and _has_gap(column),
    )


def _cells(column: Sequence[object], places: Sequence[int]) -> list[object]:
    """The plain values at those rows; None where the column is shorter."""
    inside = [place for place in places if place < len(column)]
    if isinstance(column, np.ndarray):
        found: list[object] = column[inside].tolist()
    else:
        found = [_at(column, place) for place in inside]
    return [_plain(cell) for cell in found] + [None] * (len(places) - len(inside))


def _at(column: Sequence[object], place: int) -> object:
    try:
        return column[place]
    except _ODD:
        return None


def _has_gap(column: Sequence[object]) -> bool:
    """Whether the sample may have missed that values are missing: seen at once in an array of floats."""
    is_float = isinstance(column, np.ndarray) and column.dtype.kind == "f"
    return is_float and bool(np.isnan(cast(Any, column)).any())


# One cell.

_MISSING = {"", "na", "n/a", "#n/a", "nan", "nat", "<na>", "null", "none", "?", "-", "--", "."}


def _plain(cell: object) -> object:
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


# The kind of a column: the first that takes (nearly) all of its values.

_Reader = Callable[[object], object]
_TRUTHS = {"true": True, "false": False}
_NUMBER = re.compile(
    r"[+-]?(?:(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?"
)
_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NEARLY_ALL = 0.98


def _typed(cells: Cells) -> tuple[Kind, Cells]:
    """The kind with the cells as its values; what does not fit is missing."""
    present = [cell for cell in cells if cell is not None]
    for kind, reads, share in _KINDS:
        if present and _fits(present, reads, share):
            return kind, [None if cell is None else reads(cell) for cell in cells]
    return "text", [None if cell is None else _text(cell) for cell in cells]


def _fits(present: Cells, reads: _Reader, share: float) -> bool:
    """Most columns are told by their first values: they are looked at before the rest."""
    start = [cell for cell in present[:20] if reads(cell) is None]
    if len(start) > max(1, 10 * (1 - share)) or (start and share == 1):
        return False
    read = sum(reads(cell) is not None for cell in present)
    return read >= share * len(present)


def _boolean(cell: object) -> object:
    return _TRUTHS.get(cell.strip().casefold()) if isinstance(cell, str) else _only(bool, cell)


def _only(kind: type, cell: object) -> object:
    return cell if isinstance(cell, kind) else None


def _integer(cell: object) -> object:
    if isinstance(cell, str) and _INTEGER.fullmatch(cell.strip()):
        return int(cell.strip())
    return cell if isinstance(cell, int) and not isinstance(cell, bool) else None


def _number(cell: object) -> object:
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


_KINDS: tuple[tuple[Kind, _Reader, float], ...] = (
    ("boolean", _boolean, 1),
    ("integer", _integer, 1),
    ("number", _number, _NEARLY_ALL),
    ("datetime", _datetime, _NEARLY_ALL),
    ("tensor", _tensor, 1),
    ("json", _json, 1),
)


def _text(cell: object) -> object:
    if isinstance(cell, File):
        return None
    return json.dumps(cell) if isinstance(cell, list | dict) else str(cell)


# What is said of a column.


def _shape(present: Cells) -> tuple[int, ...]:
    shapes = {np.shape(cast(Any, value)) for value in present}
    if len({len(shape) for shape in shapes}) > 1:
        return (-1, -1)
    sizes = [set(size) for size in zip(*shapes, strict=True)]
    return (-1, *(size.pop() if len(size) == 1 else -1 for size in sizes))


def _typical(present: Cells) -> tuple[float, float] | None:
    """The range of all but the lowest and the highest hundredth."""
    if len(present) < _ENOUGH:
        return None
    low, high = np.percentile(np.asarray(present, dtype=np.float64), [1, 99])
    return (float(low), float(high)) if math.isfinite(low) and math.isfinite(high) else None


def _format(kind: Kind, present: Cells) -> str | None:
    if kind == "datetime":
        return "date" if all(len(str(value)) == 10 for value in present) else "date-time"
    if kind == "json":
        forms = {"list" if isinstance(value, list) else "map" for value in present}
        return forms.pop() if len(forms) == 1 else None
    if kind != "text" or not present:
        return None
    texts = list(map(str, present))
    if float(np.median([len(value) for value in texts])) > 80 or any("\n" in t for t in texts):
        return "long"
    return "identifier" if _are_identifiers(texts) else None


def _are_identifiers(texts: Sequence[str]) -> bool:
    """Nearly all distinct, without spaces, and with a digit: not words."""
    if len(texts) < _ENOUGH or len(set(texts)) < 0.95 * len(texts):
        return False
    plain = sum(" " not in t and any(c.isdigit() for c in t) for t in texts)
    return plain >= 0.95 * len(texts)


def _choices(kind: Kind, values: Cells, whole: Sequence[object]) -> tuple[object, ...]:
    """The few values that a column has, in order; none where there may well be others."""
    present = [value for value in values if value is not None]
    is_few = {"text": _are_few_texts, "integer": _are_few_codes}.get(kind)
    if is_few is None or not is_few(present):
        return ()
    found = set(present) | _distinct(whole, _text if kind == "text" else _integer)
    return _sorted(found)


def _distinct(whole: Sequence[object], reads: _Reader) -> set[object]:
    """Every value of a whole column, the rare ones too."""
    try:
        cells: set[object] = set(whole.tolist() if isinstance(whole, np.ndarray) else whole)
    except _ODD:
        return set()
    plain = [_plain(cell) for cell in cells] if len(cells) < 10 * MAX_CHOICES else range(10_000)
    return {reads(cell) for cell in plain if cell is not None} - {None}


def _sorted(found: set[object]) -> tuple[object, ...]:
    """In order; nothing where they are too many to choose from."""
    return tuple(sorted(found, key=_in_order)) if len(found) <= MAX_CHOICES else ()


def _are_few_texts(present: Cells) -> bool:
    count, distinct = len(present), set(present)
    is_short = all(len(str(value)) <= 80 for value in distinct)
    share = 2 if len(distinct) <= 20 else 5
    return (
        is_short and 2 <= len(distinct) <= MAX_CHOICES and count >= max(10, share * len(distinct))
    )


def _are_few_codes(present: Cells) -> bool:
    """Codes count from zero or one without a gap; few rows could be of any number."""
    codes = sorted(cast(set[int], set(present)))
    if not 2 <= len(codes) <= 4 or len(present) < 10 * len(codes):
        return False
    return codes[0] in (0, 1) and codes == list(range(codes[0], codes[0] + len(codes)))


def _in_order(value: object) -> tuple[bool, Any]:
    """Numbers before words."""
    return isinstance(value, str), value


# Units in headers.

_UNITS = frozenset(
    [
        "%", "‰", "percent", "pct", "nm", "µm", "um", "mm", "cm", "dm", "m", "km", "in", "inch",
        "inches", "ft", "feet", "mi", "miles", "mg", "g", "kg", "lb", "lbs", "oz", "ml", "cl",
        "l", "liter", "litre", "liters", "litres", "gal", "ms", "s", "sec", "seconds", "min",
        "minutes", "h", "hours", "hrs", "days", "weeks", "months", "years", "yrs", "eur", "€",
        "usd", "$", "gbp", "£", "chf", "jpy", "¥", "°c", "°f", "c", "f", "k", "celsius",
        "fahrenheit", "kelvin", "v", "mv", "kv", "volt", "ma", "amp", "w", "kw", "mw", "kwh",
        "wh", "hz", "khz", "mhz", "ghz", "db", "pa", "hpa", "kpa", "mpa", "bar", "mbar", "psi",
        "mmhg", "kn", "j", "kj", "kcal", "cal", "rpm", "bpm", "kmh", "mph", "kph", "mps",
        "px", "bytes", "kb", "mb", "gb", "m2", "m²", "m3", "m³", "cm2", "cm²", "cm3", "cm³", "km2",
        "km²", "ha", "sqft", "sqm", "deg", "degrees", "°", "rad", "ppm", "ppb", "mol", "mmol", "iu",
    ]
)  # fmt: skip
_TOO_SHORT = 1  # a single letter at the end of a name is an index more often than a unit
_BRACKETS = re.compile(
    r"([^\[\]()]{1,300}?)\s{0,9}[\[(]\s{0,9}(?:in )?([^\[\]()]{1,20}?)\s{0,9}[\])]"
)
_TAIL = re.compile(r"(.{1,300}?)[ _.-]+(?:in[ _])?([^\s_.-]{1,12})")
# Not after these: "log in", "check_in", "opt_in" are no lengths.
_WORDS_TOO = frozenset(["in", "min", "bar", "mol", "deg", "mi", "cal", "pct", "sec"])


def _parted(header: str) -> tuple[str, str]:
    """A header that ends in a unit as the label without it, and the unit; else both empty."""
    if (found := _BRACKETS.fullmatch(header.strip())) and _is_unit(found[2]):
        return _label(found[1]), found[2]
    found = _TAIL.fullmatch(header.strip())
    if not found or len(found[2]) <= _TOO_SHORT or found[2].casefold() in _WORDS_TOO:
        return "", ""
    return (_label(found[1]), found[2]) if _is_unit(found[2]) else ("", "")


def _is_unit(text: str) -> bool:
    """One unit, or one by another: kg/m², mg/dL."""
    parts = re.split(r"[/·*]", text.casefold().replace("μ", "µ"))
    known = _UNITS | {"dl", "1"}
    return len(parts) <= 3 and parts[0] in known and all(p in known for p in parts[1:])


def _label(words: str) -> str:
    text = words.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


_TARGETS = frozenset(
    ["target", "label", "labels", "class", "y", "outcome", "result", "truth", "diagnosis", "species",
     "survived", "churn", "prediction", "predicted"]
)  # fmt: skip


def _possible_target(headers: Sequence[str]) -> dict[str, str]:
    found = next((h for h in reversed(headers) if h.strip().casefold() in _TARGETS), None)
    if found is None or len(headers) < 2:
        return {}
    return {"Possibly the answer": f"The column “{found}” may be what the model answers."}


# Examples: whole rows that differ.


def _varied(columns: Sequence[_Column]) -> list[int]:
    """Up to ten different rows of the sample, each of what those before it show the least."""
    compared = columns[:: -(-len(columns) // _MOST_COMPARED)]
    rows = list({_content(compared, row): row for row in reversed(_candidates(columns))}.values())
    rows.sort()
    seen = [_graded([column.values[row] for row in rows]) for column in compared]
    marks = {row: [(i, g[place]) for i, g in enumerate(seen)] for place, row in enumerate(rows)}
    chosen: list[int] = []
    shown: Counter[tuple[int, object]] = Counter()
    while rows and len(chosen) < EXAMPLES:
        best = min(rows, key=lambda row: (sum(shown[mark] for mark in marks[row]), row))
        rows.remove(best)
        chosen.append(best)
        shown.update(marks[best])
    return chosen


def _content(columns: Sequence[_Column], row: int) -> str:
    return repr([str(column.values[row])[:100] for column in columns])


def _candidates(columns: Sequence[_Column]) -> list[int]:
    """Rows with the fewest gaps, from everywhere in the sample."""
    gaps = np.zeros(len(columns[0].values), dtype=int)
    for column in columns:
        gaps += [value is None for value in column.values]
    if gaps.min() == len(columns):
        return []
    rows = np.flatnonzero(gaps == gaps.min())
    if len(rows) < EXAMPLES:
        rows = np.sort(np.argsort(gaps, kind="stable")[:EXAMPLES])
    spread = np.linspace(0, len(rows) - 1, min(len(rows), _MOST_CANDIDATES)).astype(int)
    return list(map(int, rows[spread]))


def _graded(values: Cells) -> list[object]:
    """Numbers by the quarter that they lie in, anything else as it is."""
    numbers = [value for value in values if isinstance(value, int | float)]
    edges = np.percentile(np.asarray(numbers or [0], dtype=np.float64), [25, 50, 75])
    return [
        int(np.searchsorted(edges, value)) if isinstance(value, int | float) else str(value)[:100]
        for value in values
    ]


# A pasted request.


def _said_in(text: str) -> object:
    """The JSON that the text is, or that a command in it sends. Raises one of _ODD."""
    for candidate in _candidates_in(text):
        try:
            return json.loads(candidate, parse_constant=lambda _: None)
        except ValueError:
            continue
    with suppress(*_ODD):
        return ast.literal_eval(text[:_MOST_PYTHON])
    return _embedded(text)


def _candidates_in(text: str) -> Iterator[str]:
    yield text
    if not text.lstrip("$ ").startswith("curl"):
        return
    try:
        words = [word.strip() for word in shlex.split(text.replace("\\\n", " "))]
    except ValueError:
        return
    for flag, word in zip(words, [*words[1:], ""], strict=True):
        if flag in ("-d", "--json") or flag.startswith("--data"):
            yield flag.partition("=")[2] or word
        elif flag.startswith("-d"):
            yield flag[2:]


def _embedded(text: str) -> object:
    """The first JSON inside other words."""
    reader = json.JSONDecoder()
    for place in islice(re.finditer(r"[\[{]", text), 20):
        with suppress(ValueError):
            found, _ = reader.raw_decode(text, place.start())
            if found:
                return found
    return None


def _of_payload(said: object) -> Facts | None:
    """The facts in a body of any dialect. Raises one of _ODD."""
    if not isinstance(said, Mapping):
        return _of_rows(said, is_one_row=True)
    for key, reads in _FORMS.items():
        if key in said:
            return reads(said[key])
    if "data" in said and said.keys() <= {"data", "meta", "names", "columns", "index"}:
        return _of_split(said) if "columns" in said else _of_seldon(said["data"])
    only = next(iter(said.values()), None)
    return _of_rows(only if len(said) == 1 and isinstance(only, list) else said)


def _of_rows(rows: object, *, is_one_row: bool = False) -> Facts | None:
    """A table as lists, as objects, or as an object of columns."""
    if isinstance(rows, Mapping):
        are_columns = all(isinstance(v, list) for v in rows.values()) and len(rows) > 0
        same = are_columns and len({len(v) for v in rows.values()}) == 1
        return _table(rows if same else {key: [value] for key, value in rows.items()})
    if isinstance(rows, str):
        return _table({"text": [rows]})
    if not isinstance(rows, list) or not rows:
        return None
    if all(isinstance(row, Mapping) for row in rows):
        keys = dict.fromkeys(key for row in rows[:1000] for key in row)
        return _table({key: [row.get(key) for row in rows] for key in keys})
    if all(isinstance(row, str) for row in rows):
        return _table({"text": rows})
    if not any(isinstance(row, list) for row in rows):
        rows = [rows] if is_one_row else [[row] for row in rows]
    return _of_matrix(rows)


def _of_matrix(rows: Sequence[object], datatype: str = "") -> Facts | None:
    """Lists of values, one a row; rows of lists are tensors. Where one column has fractions all may."""
    width = max(len(row) for row in rows if isinstance(row, list))
    is_flat = not any(isinstance(cell, list) for row in rows[:100] for cell in _listed(row))
    if not is_flat or width > MAX_INPUTS:
        return _table({"input-0": rows})
    table = [_listed(row) for row in rows]
    columns = [[row[i] if i < len(row) else None for row in table] for i in range(width)]
    facts = _table({f"column {i + 1}": column for i, column in enumerate(columns)})
    kinds = {field.kind for field in facts.fields.values()}
    is_exact = datatype.startswith(("INT", "UINT")) or (not datatype and "number" not in kinds)
    fields = {n: f if is_exact else _with_fractions(f) for n, f in facts.fields.items()}
    typed = {n: replace(f, datatype=datatype or None) for n, f in fields.items()}
    return replace(facts, fields=typed)


def _with_fractions(facts: FieldFacts) -> FieldFacts:
    return replace(facts, kind="number") if facts.kind == "integer" else facts


def _listed(row: object) -> list[object]:
    return row if isinstance(row, list) else [row]


def _table(columns: Columns) -> Facts:
    facts = learned(columns)
    return replace(facts, about={"Rows": facts.about.get("Rows", "0")})


def _of_split(table: object) -> Facts | None:
    """Names and rows apart."""
    if not isinstance(table, Mapping) or "data" not in table:
        return _of_rows(table)
    names, rows = table.get("columns") or table.get("names"), table["data"]
    if not isinstance(names, list) or not rows:
        return _of_rows(rows)
    return _table({str(name): [row[i] for row in rows] for i, name in enumerate(names)})


def _of_inputs(inputs: object) -> Facts | None:
    """Tensors of the Open Inference Protocol, or a table under the same word."""
    are_tensors = isinstance(inputs, list) and all(
        isinstance(t, Mapping) and {"name", "datatype", "data"} <= t.keys() for t in inputs
    )
    if not are_tensors or not inputs:
        return _of_rows(inputs)
    tensors = cast(list[Mapping[str, Any]], inputs)[:MAX_INPUTS]
    if (
        len(tensors) == 1
        and len(_sizes(tensors[0])) == 2
        and 1 < _sizes(tensors[0])[1] <= MAX_INPUTS
    ):
        rows = np.asarray(flat(tensors[0]["data"]), dtype=object).reshape(_sizes(tensors[0]))
        return _of_matrix(rows.tolist(), str(tensors[0]["datatype"]))
    return _of_tensors(tensors)


def _sizes(tensor: Mapping[str, Any]) -> tuple[int, ...]:
    leaves = len(flat(tensor["data"]))
    sizes = tuple(int(size) for size in tensor.get("shape") or (leaves,))
    if prod(sizes) != leaves:
        raise ValueError("the data do not fit the shape")
    return sizes


def _of_tensors(tensors: Sequence[Mapping[str, Any]]) -> Facts:
    declared = [{**tensor, "shape": [-1, *_sizes(tensor)[1:]]} for tensor in tensors]
    model = ModelRef(server="pasted", name="pasted")
    fields = {field.name: field for field in signature_of(model, {"inputs": declared}).inputs}
    facts = {t["name"]: _of_field(fields[t["name"]], t) for t in tensors if t["name"] in fields}
    return Facts(source="learned", inputs=tuple(facts), fields=facts)


def _of_field(field: Field, tensor: Mapping[str, Any]) -> FieldFacts:
    sizes, leaves = _sizes(tensor), flat(tensor["data"])
    first = np.asarray(leaves[: prod(sizes[1:])], dtype=object).reshape(sizes[1:]).tolist()
    while field.kind != "tensor" and isinstance(first, list) and len(first) == 1:
        first = first[0]
    return FieldFacts(
        kind=field.kind,
        datatype=field.datatype,
        shape=field.shape,
        content_type=field.content_type or None,
        examples=None if field.kind in ("image", "audio") else (first,),
    )


def _of_seldon(data: object) -> Facts | None:
    """`names` with `ndarray` or with `tensor`; other servers call a bare table `data`."""
    if not isinstance(data, Mapping) or not {"ndarray", "tensor"} & data.keys():
        return _of_rows(data)
    rows = data.get("ndarray")
    if rows is None:
        tensor = data["tensor"]
        rows = np.asarray(tensor["values"]).reshape(tensor["shape"]).tolist()
    return _of_split({"names": data.get("names"), "data": rows})


_FORMS: Mapping[str, Callable[[object], Facts | None]] = {
    "dataframe_split": _of_split,
    "dataframe_records": _of_rows,
    "input_data": _of_split,
    "instances": _of_rows,
    "inputs": _of_inputs,
    "jsonData": _of_rows,
    "strData": _of_rows,
}


# Cases.


def _of_lists(rows: Sequence[Values], name: str) -> Facts:
    """What rows of numbers have in common, for a model of which nothing is known."""
    given = [_plain(row.get(name)) for row in rows]
    lists = [value for value in given if isinstance(value, list)]
    flats = [v[0] if len(v) == 1 and isinstance(v[0], list) else v for v in lists]
    if len({len(value) for value in flats}) != 1 or not 0 < len(flats[0]) <= MAX_INPUTS:
        return Facts(source="learned")
    return _of_matrix(flats) or Facts(source="learned")


def _asked_column(field: Field, rows: Sequence[Values]) -> _Column:
    values = [_asked_value(field, row.get(field.name)) for row in rows]
    return _Column(header=field.name, kind=field.kind, values=values, length=len(rows))


def _asked_value(field: Field, value: object) -> object:
    """The value in a form that can be kept; None where it could not be sent now."""
    plain = _plain(value)
    plain = plain.isoformat() if isinstance(plain, date) else plain
    with suppress(*_ODD):
        return plain if field.check(plain) is None else None
    return None


def _asked(field: Field, column: _Column, examples: tuple[object, ...]) -> FieldFacts:
    """What cases say of a field whose kind is known: choices only where it must have some."""
    present = [value for value in column.values if value is not None]
    numbers = [value for value in present if _number(value) is not None]
    words = [value for value in present if isinstance(value, str | int | float)]
    is_choice = field.kind == "category" and not field.choices and _are_all_seen(words)
    return FieldFacts(
        choices=_sorted(set(words)) or None if is_choice else None,
        typical=_typical(numbers) if field.kind in NUMERIC_KINDS else None,
        examples=examples if present else None,
    )


def _are_all_seen(words: Cells) -> bool:
    """Whether every value came up so often that there will hardly be others."""
    return len(words) >= max(_ENOUGH, 5 * len(set(words)))
