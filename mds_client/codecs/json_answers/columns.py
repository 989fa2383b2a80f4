"""One answer a row as outputs: a column for each member, in the one datatype that holds it."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Collection, Mapping, Sequence

from mds_client.codecs.json_answers.unwrapping import unwrapped
from mds_client.codecs.json_schema.keywords import MAX_FIELDS, MAX_NAME
from mds_client.prediction import JSON_TEXT, Output
from mds_client.prediction.answer_parts import is_nothing
from mds_client.prediction.shares import Shares, shares_by_label
from mds_client.signature import Field, Role

_LARGEST_SIGNED, _LARGEST = 2**63, 2**64
_DEEPEST = 32
_ERROR = "error"
_FAILURE = re.compile(
    r"error|fail|exception|invalid|bad|missing|cannot|could not|unable|fehler", re.I
)


def outputs_of(
    answers: Sequence[object], declared: Sequence[Field] = (), name: str = "output"
) -> tuple[Output, ...]:
    """One answer a row as outputs. Raises ValueError, TypeError or RecursionError.

    An object is one output for each member; anything else is one output of this name.
    """
    labels = frozenset(label for field in declared for label in field.labels)
    rows, errors = _of_one_form(_read_alike(answers, labels))
    columns = _without_words(_columns(rows, declared) or {name: rows})
    if errors:
        known = columns.get(_ERROR, [None] * len(rows))
        columns[_ERROR] = [errors.get(place, known[place]) for place in range(len(rows))]
    return tuple(_output(name, column, declared) for name, column in columns.items())


def _read_alike(answers: Sequence[object], labels: Collection[str]) -> list[object]:
    """The rows, read in the same way: where one certainly holds probabilities, so do others with the same labels."""
    rows = [_read(answer, labels) for answer in answers]
    known = {str(label) for row in rows if isinstance(row, Shares) for label in row}
    if not known or all(isinstance(row, Shares) for row in rows):
        return rows
    return [_read(answer, {*labels, *known}) for answer in answers]


def _read(answer: object, labels: Collection[str]) -> object:
    """A row without its wrappers; a mapping whose keys are declared labels is their probabilities."""
    if labels and isinstance(answer, Mapping) and all(key in labels for key in answer):
        return shares_by_label("probabilities", answer) or unwrapped(answer)
    return unwrapped(answer)


def _of_one_form(rows: list[object]) -> tuple[list[object], dict[int, object]]:
    """The rows, those without an answer in the form of the others: else one that failed would change how all are read.

    With the words about failures, by the places of their rows.
    """
    if len(rows) < 2 or not any(isinstance(row, Mapping | list) for row in rows):
        return rows, {}
    errors = {place: words for place, row in enumerate(rows) if (words := _only_error(row))}
    answered = [row for row in rows if not _is_unanswered(row)]
    if not answered or len(answered) == len(rows):
        return rows, {}
    blank = _blank(answered[0])
    return [blank if _is_unanswered(row) else row for row in rows], errors


def _is_unanswered(row: object) -> bool:
    return _says_none(row) or bool(_only_error(row))


def _only_error(row: object) -> object:
    """The words of a row that is only about a failure; None for any other."""
    if isinstance(row, Mapping):
        return row[_ERROR] if set(row) == {_ERROR} else None
    return row if isinstance(row, str) and _FAILURE.search(row) else None


def _says_none(row: object) -> bool:
    """Whether a row is null, or an object of nothing else."""
    return row is None or (isinstance(row, Mapping) and all(v is None for v in row.values()))


def _blank(answered: object) -> object:
    """A row of the same form in which every value is missing."""
    if isinstance(answered, Shares):
        return Shares()
    if isinstance(answered, Mapping):
        return {n: Shares() if isinstance(v, Shares) else None for n, v in answered.items()}
    return [None] * len(answered) if isinstance(answered, list) else None


def _without_words(columns: dict[str, list[object]]) -> dict[str, list[object]]:
    """Columns of numbers without the words in them: those for no number are missing, and words about a failure are the
    error of their row."""
    words = {name: _words_among_numbers(column) for name, column in columns.items()}
    cleaned = {
        name: [None if place in words[name] else value for place, value in enumerate(column)]
        for name, column in columns.items()
    }
    worded = [items for by_place in words.values() for items in by_place.items()]
    errors = {place: word for place, word in worded if not is_nothing(word)}
    if not errors or _ERROR in cleaned:
        return cleaned
    size = len(next(iter(cleaned.values())))
    return cleaned | {_ERROR: [errors.get(place) for place in range(size)]}


def _words_among_numbers(column: Sequence[object]) -> dict[int, str]:
    """The words of a column of numbers by their places, where all are for no number or about a failure."""
    words = {place: value for place, value in enumerate(column) if isinstance(value, str)}
    if not words or not any(map(_is_number, column)):
        return {}
    is_known = all(is_nothing(word) or _FAILURE.search(word) for word in words.values())
    return words if is_known else {}


def _columns(rows: Sequence[object], declared: Sequence[Field]) -> dict[str, list[object]]:
    """The members of rows that are all objects, by name; none for other rows."""
    objects = [row for row in rows if isinstance(row, Mapping) and not _is_mapping(row, declared)]
    if len(objects) < len(rows):
        return {}
    names = list(dict.fromkeys(str(key) for row in objects for key in row))[:MAX_FIELDS]
    return {name: [row.get(name) for row in objects] for name in names}


def _is_mapping(row: Mapping[str, object], declared: Sequence[Field]) -> bool:
    """Whether an object as a whole is probabilities by label, or bytes."""
    is_declared = len(row) == 1 and any(field.name in row for field in declared)
    return set(row) == {"b64"} or (isinstance(row, Shares) and not is_declared)


def _output(name: str, column: Sequence[object], declared: Sequence[Field]) -> Output:
    return (
        _by_label(name, column, declared)
        or _single_values(name, column)
        or _tensor(name, column)
        or _make_output(
            name, "BYTES", (len(column),), [_as_text(v) for v in column], content_type=JSON_TEXT
        )
    )


def _by_label(name: str, column: Sequence[object], declared: Sequence[Field]) -> Output | None:
    """Probabilities by label: declared ones in their order, else all labels of all rows."""
    rows = [row for row in column if isinstance(row, Mapping)]
    if len(rows) < len(column) or not rows:
        return None
    labels = _declared_labels(name, rows, declared) or _all_labels(rows)
    data = [row.get(label) for row in rows for label in labels]
    shape = (len(column), len(labels))
    return (
        _make_output(name, "FP64", shape, data, role="probabilities", labels=labels)
        if labels
        else None
    )


def _declared_labels(
    name: str, rows: Sequence[Mapping[str, object]], declared: Sequence[Field]
) -> tuple[str, ...]:
    """The labels that are declared of an output, where every row has them all."""
    labels = next((f.labels for f in declared if f.name == name and f.role == "probabilities"), ())
    return labels if all(row.keys() == set(labels) for row in rows) else ()


def _all_labels(rows: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """The labels of rows that are probabilities; none where one is something else."""
    if not all(isinstance(row, Shares) for row in rows):
        return ()
    return tuple(dict.fromkeys(str(label) for row in rows for label in row))


def _single_values(name: str, column: Sequence[object]) -> Output | None:
    """One boolean, number or text in each row; any of them may be missing."""
    known = [value for value in column if value is not None]
    shape = (len(column),)
    if known and all(isinstance(value, bool) for value in known):
        return _make_output(name, "BOOL", shape, column, role="class")
    if all(_is_number(value) for value in known):
        return _numbers(name, shape, column)
    if all(isinstance(value, str) for value in known):
        return _make_output(name, "BYTES", shape, column, role="text")
    return None


def _numbers(name: str, shape: tuple[int, ...], values: Sequence[object]) -> Output:
    """Numbers as they are: whole ones that no datatype holds are the text of their digits.

    Raises ValueError for one that is larger than any float.
    """
    known = [v for v in values if isinstance(v, int | float)]
    if any(map(_is_endless, known)):
        raise ValueError("a number is too large")
    if not known or any(isinstance(value, float) for value in known):
        return _make_output(name, "FP64", shape, values, role="number")
    if datatype := _whole_datatype(min(known), max(known)):
        return _make_output(name, datatype, shape, values, role="number")
    return _make_output(
        name, "BYTES", shape, [None if v is None else str(v) for v in values], role="text"
    )


def _whole_datatype(low: float, high: float) -> str:
    """The one that holds whole numbers from low to high; empty where none does."""
    if low < -_LARGEST_SIGNED or high >= _LARGEST:
        return ""
    return "INT64" if high < _LARGEST_SIGNED else "UINT64"


def _is_endless(value: float) -> bool:
    try:
        return math.isinf(float(value))
    except OverflowError:
        return True


def _tensor(name: str, column: Sequence[object]) -> Output | None:
    """Lists of one size of numbers, truths or texts; bytes in base64 count as one value. A list of one stays one."""
    if any(isinstance(value, list) and len(value) == 1 for value in column):
        return None
    try:
        shape, leaves = _shape(column, 0), [_leaf(leaf) for leaf in _leaves(column)]
    except (TypeError, ValueError):
        return None
    known = [leaf for leaf in leaves if leaf is not None]
    if known and all(map(_is_number, known)):
        return _numbers(name, shape, leaves)
    datatype = _worded_datatype({type(leaf) for leaf in known})
    return _make_output(name, datatype, shape, leaves) if datatype else None


def _worded_datatype(kinds: set[type]) -> str:
    """The one that holds truths, or texts and bytes; empty for a mixture and for nothing."""
    if kinds == {bool}:
        return "BOOL"
    return "BYTES" if kinds and kinds <= {str, bytes} else ""


def _shape(value: object, depth: int) -> tuple[int, ...]:
    """The sizes of nested lists. Raises ValueError where they are ragged or too deep."""
    if not isinstance(value, list | tuple):
        return ()
    inner = {_shape(item, depth + 1) for item in value}
    if len(inner) > 1 or depth > _DEEPEST:
        raise ValueError("ragged lists")
    return (len(value), *next(iter(inner), ()))


def _leaves(value: Sequence[object]) -> list[object]:
    if not any(isinstance(item, list) for item in value):
        return list(value)
    return [
        leaf for item in value for leaf in (_leaves(item) if isinstance(item, list) else [item])
    ]


def _leaf(leaf: object) -> object:
    """One element. Raises TypeError for an object, ValueError for text that is no base64."""
    if isinstance(leaf, Mapping):
        if set(leaf) != {"b64"}:
            raise TypeError("an object")
        content = base64.b64decode(str(leaf["b64"]), validate=True)
        try:
            return content.decode()
        except UnicodeDecodeError:
            return content
    return leaf


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _make_output(
    name: str,
    datatype: str,
    shape: tuple[int, ...],
    data: Sequence[object],
    *,
    role: Role = "detail",
    labels: Sequence[str] = (),
    content_type: str = "",
) -> Output:
    """Raises ValueError for text that is no Unicode."""
    for text in (name, *labels, *(value for value in data if isinstance(value, str))):
        text.encode()
    return Output(
        name=str(name)[:MAX_NAME], datatype=datatype, shape=shape, data=tuple(data), role=role,
        labels=tuple(label[:MAX_NAME] for label in labels), content_type=content_type,
    )  # fmt: skip
