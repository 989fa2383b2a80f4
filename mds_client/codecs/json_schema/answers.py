"""Any JSON of an answer as outputs, and what a schema says of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mds_client.codecs.json_schema.keywords import MAX_FIELDS, MAX_NAME, Facts, first_of
from mds_client.codecs.json_schema.schema import Schema
from mds_client.prediction import Output
from mds_client.signature import Field, Role


def outputs_of(answers: Sequence[object], declared: Sequence[Field] = ()) -> tuple[Output, ...]:
    """The JSON of one answer a row as outputs. Raises ValueError, TypeError or RecursionError.

    An object is one output for each member; anything else is one output.
    """
    if answers and all(_is_object(answer) for answer in answers):
        first = answers[0]
        names = list(first) if isinstance(first, Mapping) else []
        if all(isinstance(a, Mapping) and a.keys() == set(names) for a in answers):
            columns = [[a[name] for a in answers if isinstance(a, Mapping)] for name in names]
            return tuple(
                _output(name, column, declared)
                for name, column in zip(names[:MAX_FIELDS], columns, strict=False)
            )
    return (_output("output", answers, declared),)


def output_fields(schema: Schema) -> tuple[Field, ...]:
    """What an answer's schema says: labels of a class, names of probabilities, plain members."""
    if _are_probabilities(schema.facts):
        return (_probabilities("output", schema.facts),)
    if not schema.facts.get("properties"):
        return (_as_output(schema.field("output")),) if schema.facts.get("type") else ()
    found = []
    for name, member in first_of(schema.facts["properties"]).items():
        facts = schema.resolved(member)
        is_mapping = _are_probabilities(facts)
        one = Schema(member, schema.root).field(name)
        found.append(
            _probabilities(name, facts) if is_mapping else _as_output(replace(one, name=name))
        )
    return tuple(found)


def _as_output(field: Field) -> Field:
    role: Role = "class" if field.kind == "category" else ""
    labels = tuple(str(choice) for choice in field.choices) if field.datatype == "BYTES" else ()
    return replace(field, role=role, labels=labels, examples=(), required=True)


def _are_probabilities(facts: Facts) -> bool:
    """Two or more members that are all numbers from 0 to 1 by declaration."""
    members = first_of(facts.get("properties"))
    return len(members) > 1 and all(
        isinstance(m, Mapping)
        and m.get("type") == "number"
        and m.get("minimum") in (0, 0.0)
        and m.get("maximum") in (1, 1.0)
        for m in members.values()
    )


def _probabilities(name: str, facts: Facts) -> Field:
    labels = tuple(first_of(facts.get("properties")))
    return Field(
        name=name, kind="tensor", datatype="FP64", shape=(-1, len(labels)),
        role="probabilities", labels=labels,
    )  # fmt: skip


def _is_object(answer: object) -> bool:
    return isinstance(answer, Mapping) and bool(answer) and not sums_to_one(answer)


def sums_to_one(answer: object) -> bool:
    """Whether it maps two or more labels to probabilities."""
    if not isinstance(answer, Mapping) or len(answer) < 2:
        return False
    numbers = [v for v in answer.values() if isinstance(v, int | float) and not isinstance(v, bool)]
    whole = len(numbers) == len(answer) and all(0 <= number <= 1 for number in numbers)
    return whole and abs(sum(numbers) - 1) < 1e-3


def _output(name: str, column: Sequence[object], declared: Sequence[Field]) -> Output:
    return (
        _by_label(name, column, declared)
        or _single_values(name, column)
        or _number_lists(name, column)
        or _of(name, "BYTES", (len(column),), [_as_text(value) for value in column])
    )


def _by_label(name: str, column: Sequence[object], declared: Sequence[Field]) -> Output | None:
    """Probabilities by label, where the output is declared so and every row has all labels."""
    labels = next((f.labels for f in declared if f.name == name and f.role == "probabilities"), ())
    rows = [v for v in column if isinstance(v, Mapping) and v.keys() == set(labels)]
    if not labels or len(rows) < len(column):
        return None
    data = [row[label] for row in rows for label in labels]
    return _of(name, "FP64", (len(column), len(labels)), data, "probabilities")


def _single_values(name: str, column: Sequence[object]) -> Output | None:
    """One boolean, number or text in each row; a number may be missing."""
    if all(isinstance(value, bool) for value in column):
        return _of(name, "BOOL", (len(column),), column)
    if all(value is None or _is_number(value) for value in column):
        whole = all(isinstance(value, int) for value in column)
        return _of(name, "INT64" if whole else "FP64", (len(column),), column, "number")
    if all(isinstance(value, str) for value in column):
        return _of(name, "BYTES", (len(column),), column, "text")
    return None


def _number_lists(name: str, column: Sequence[object]) -> Output | None:
    """Lists of numbers of one length."""
    width = _width(column)
    if not width:
        return None
    data = [value for row in column if isinstance(row, list) for value in row]
    return _of(name, "FP64", (len(column), width), data)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _of(
    name: str, datatype: str, shape: tuple[int, ...], data: Sequence[object], role: Role = "detail"
) -> Output:
    return Output(
        name=str(name)[:MAX_NAME], datatype=datatype, shape=shape, data=tuple(data), role=role
    )


def _width(column: Sequence[object]) -> int:
    """The length of lists of numbers that are all of one length; else 0."""
    widths = {len(v) if isinstance(v, list) else 0 for v in column}
    numbers = all(
        isinstance(leaf, int | float) and not isinstance(leaf, bool)
        for row in column if isinstance(row, list) for leaf in row
    )  # fmt: skip
    return next(iter(widths)) if len(widths) == 1 and numbers else 0
