"""A signature as a table of words, one row a field, and the edits of that table as facts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from mds_client.signature import FILE_KINDS, Field, File, Signature
from mds_client.signature.facts import Facts, FieldFacts
from ui.drafts import value_of

BETWEEN = "|"
_EMPTY = FieldFacts()
_TEXTS = ("kind", "label", "unit", "description", "group", "format", "pattern")
_NUMBERS = ("minimum", "maximum")
_DTYPES = {
    **dict.fromkeys(("field", *_TEXTS, "choices", "choice_labels", "example"), "string"),
    **dict.fromkeys((*_NUMBERS, "low", "high"), "Float64"),
    "order": "Int64",
    **dict.fromkeys(("optional", "sensitive", "business_key", "protected"), "boolean"),
}

Edits = Mapping[int, Mapping[str, object]]


def table_of(signature: Signature) -> pd.DataFrame:
    """The inputs in the order in which they were declared."""
    rows = [row_of(field) for field in signature.inputs]
    frame = pd.DataFrame(rows, columns=list(_DTYPES))
    return frame.astype(_DTYPES)


def row_of(field: Field) -> dict[str, object]:
    """What the cells of a field show."""
    words = {name: getattr(field, name) or None for name in _TEXTS}
    low, high = field.typical or (None, None)
    return {
        "field": field.name,
        **words,
        "choices": joined(field.choices),
        "choice_labels": joined(field.choice_labels),
        "example": _written(field.examples[0]) if field.examples else None,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "low": low,
        "high": high,
        "order": field.order,
        "optional": not field.required,
        "sensitive": field.sensitive,
        "business_key": field.business_key,
        "protected": field.protected,
    }


def joined(members: Sequence[object]) -> str | None:
    """Several words in one cell."""
    return f" {BETWEEN} ".join(map(str, members)) or None


def parted(cell: object) -> tuple[str, ...]:
    """The words in one cell."""
    words = [word.strip() for word in str(cell or "").split(BETWEEN)]
    return tuple(word for word in words if word)


def edited(opened: Facts, shown: Signature, bare: Signature, edits: Edits) -> Facts:
    """The facts after these edits of the table of `shown`, which was made from `opened`.

    An emptied cell clears the fact. A cell that repeats what the sources say (`bare`) is a fact of the overlay only
    where it was one before.
    """
    fields = dict(opened.fields)
    own = {field.name: field for field in bare.inputs}
    for index, cells in edits.items():
        if index < len(shown.inputs):
            field = shown.inputs[index]
            before = fields.get(field.name, _EMPTY)
            after = replace(before, **_facts(field, cells))  # type: ignore[arg-type]
            fields[field.name] = _without_echo(after, before, own.get(field.name))
    fields |= _rows(fields, shown, edits)
    return replace(opened, fields={name: facts for name, facts in fields.items() if facts.known()})


def half_ranges(edits: Edits, shown: Signature) -> list[str]:
    """The titles of fields whose usual range has only one end."""
    ranges = [(shown.inputs[i], cells) for i, cells in edits.items() if i < len(shown.inputs)]
    edges = [
        (field, _ends(field, cells)) for field, cells in ranges if {"low", "high"} & set(cells)
    ]
    return [field.title for field, (low, high) in edges if (low is None) != (high is None)]


def _facts(field: Field, cells: Mapping[str, object]) -> dict[str, object]:
    """The facts that edited cells say; None where a cell was emptied."""
    facts = {name: read(field, cells[name]) for name, read in _READ.items() if name in cells}
    if "optional" in facts:
        facts["required"] = facts.pop("optional")
    if "low" in cells or "high" in cells:
        low, high = _ends(field, cells)
        facts["typical"] = None if low is None or high is None else (low, high)
    return facts


def _ends(field: Field, cells: Mapping[str, object]) -> tuple[float | None, float | None]:
    low, high = field.typical or (None, None)
    return _number(field, cells.get("low", low)), _number(field, cells.get("high", high))


def _text(field: Field, cell: object) -> str | None:
    return str(cell).strip() or None if cell is not None else None


def _number(field: Field, cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) and not pd.isna(cell) else None


def _whole(field: Field, cell: object) -> int | None:
    return int(cell) if isinstance(cell, int | float) and not pd.isna(cell) else None


def _flag(field: Field, cell: object) -> bool | None:
    return None if cell is None else bool(cell)


def _choices(field: Field, cell: object) -> tuple[object, ...] | None:
    return tuple(_choice(field, word) for word in parted(cell)) or None


def _choice(field: Field, word: str) -> object:
    """A choice as the wire has it; what is no number stays a word, for the check to name."""
    if field.datatype == "BYTES":
        return word
    try:
        is_float = field.datatype.startswith(("FP", "BF"))
        return float(word) if is_float and not word.lstrip("-").isdigit() else int(word)
    except ValueError:
        return word


_READ: Mapping[str, Callable[[Field, object], object]] = {
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(_NUMBERS, _number),
    "order": _whole,
    "choices": _choices,
    "choice_labels": lambda _, cell: parted(cell) or None,
    "optional": lambda _, cell: None if cell is None else not cell,
    **dict.fromkeys(("sensitive", "business_key", "protected"), _flag),
}


def _without_echo(facts: FieldFacts, before: FieldFacts, own: Field | None) -> FieldFacts:
    """The facts without those that only repeat what the sources declare."""
    echo = [
        name
        for name, value in facts.known().items()
        if own is not None and getattr(before, name) is None and getattr(own, name) == value
    ]
    return replace(facts, **dict.fromkeys(echo))


# Examples are whole rows: an edit of one value is kept as an edit of its row.


def _rows(
    fields: Mapping[str, FieldFacts], shown: Signature, edits: Edits
) -> dict[str, FieldFacts]:
    """The examples with the first row as it is in the table now."""
    first = {i: cells["example"] for i, cells in edits.items() if "example" in cells}
    if not first:
        return {}
    count = len(shown.example_rows)
    return {
        field.name: replace(
            fields.get(field.name, _EMPTY), examples=_column(field, first, index, count)
        )
        for index, field in enumerate(shown.inputs)
        if field.kind not in FILE_KINDS
    }


def _column(
    field: Field, first: Mapping[int, object], index: int, count: int
) -> tuple[object, ...] | None:
    rest = field.examples[1:count]
    if index not in first:
        return field.examples[:1] + rest or None
    value = _example(field, first[index])
    return (value, *rest) if value is not None or not field.required else None


def _example(field: Field, cell: object) -> object:
    """What was typed as a value of the field; text where it is none."""
    text = "" if cell is None else str(cell)
    try:
        return value_of(field, text)
    except ValueError:
        return text


def _written(value: object) -> str:
    match value:
        case File():
            return value.name
        case bool():
            return "yes" if value else "no"
        case None:
            return ""
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case list() | tuple() | dict():
            return json.dumps(value, ensure_ascii=False)
    return str(value)
