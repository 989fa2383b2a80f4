"""Turns a model's raw outputs into answers in its own words, one a row."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import overload

from mds_client.prediction import JSON_TEXT, Answer, Box, Output
from mds_client.prediction.certainty import Certainty, certainty, labels_in_answer, labels_of
from mds_client.prediction.object_detection import boxes_of, boxes_side_by_side
from mds_client.prediction.output_names import meaning
from mds_client.prediction.output_parsing import (
    matrix_table,
    parsed,
    picture_of,
    quantile_of,
    table_of,
    vector_of,
)
from mds_client.prediction.segmentation import regions_in, regions_of
from mds_client.signature import Role, Signature

_LIKELY = 0.5
_OF_FIRST_CLASS = ("p0", "p_0", "P0", "P_0")
_ROUNDED = 0.02  # how far probabilities that are parts of one whole may be off after rounding


class Answers(Sequence[Answer]):
    """One answer a row, worded when it is looked at: a file has thousands, of which a page shows few."""

    def __init__(self, signature: Signature, outputs: Sequence[Output], rows: int) -> None:
        self._signature, self._outputs, self._rows = signature, outputs, range(rows)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Answer: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Answer, ...]: ...
    def __getitem__(self, index: int | slice) -> Answer | tuple[Answer, ...]:
        if isinstance(index, slice):
            return tuple(self[row] for row in self._rows[index])
        return _answer(self._signature, self._outputs, self._rows[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


def answers(signature: Signature, outputs: Sequence[Output], rows: int) -> Answers:
    """One answer a row. `outputs` must have roles already."""
    return Answers(signature, outputs, rows)


def _are_shares(values: Sequence[object]) -> bool:
    return all(isinstance(v, int | float) and 0 <= v <= 1 for v in values)


def _are_independent(output: Output | None, probabilities: Mapping[str, float]) -> bool:
    """Several probabilities that are not parts of one whole: each label is likely or not by itself.

    Labels that only the answer lists may be the likeliest of many: those are parts of one whole.
    """
    numbers = list(probabilities.values())
    if len(numbers) == 1:
        return numbers[0] < _LIKELY
    if output is not None and output.labels and _LIKELY <= sum(numbers) < 1:
        return False
    return _are_shares(numbers) and abs(sum(numbers) - 1) > _ROUNDED


def _answer(signature: Signature, outputs: Sequence[Output], row: int) -> Answer:
    shown, head = _pictured(signature, outputs, row)
    outputs = [output for output in outputs if output.name not in shown]
    by_role = {output.role: output for output in reversed(outputs)}
    sure = certainty(signature, by_role, row)
    answer = Answer(
        kind="tree",
        probabilities=sure.probabilities,
        score=sure.score,
        score_name=sure.score_name,
        details=_details(signature, by_role, outputs, row, sure),
    )
    if head:
        return replace(
            head, score=answer.score, score_name=answer.score_name, details=answer.details
        )
    if sure.label or answer.probabilities:
        is_multi = "class" not in by_role and _are_independent(
            by_role.get("probabilities"), answer.probabilities
        )
        kind, label = ("multilabel", "") if is_multi else ("class", sure.label)
        return replace(answer, kind=kind, label=label)
    if "segments" in by_role:
        return replace(
            answer, kind="segments", segments=_segments(_first(by_role["segments"], row))
        )
    return _without_role(signature, by_role, outputs, row, answer)


def _pictured(
    signature: Signature, outputs: Sequence[Output], row: int
) -> tuple[Sequence[str], Answer | None]:
    """The detections or regions in a picture, with the names of the outputs that they were read from."""
    names, boxes = _boxes_among(signature, outputs, row)
    if names:
        return names, Answer(kind="boxes", boxes=boxes)
    for output in outputs:
        if regions := _regions_in(signature, output, row):
            return (output.name,), Answer(kind="regions", boxes=regions)
    return (), None


def _boxes_among(
    signature: Signature, outputs: Sequence[Output], row: int
) -> tuple[Sequence[str], tuple[Box, ...]]:
    """The detections among the outputs that nobody declared as details."""
    details = {field.name for field in signature.outputs if field.role == "detail"}
    others = [output for output in outputs if output.name not in details]
    labels = {output.name: labels_of(signature, output.name) for output in others}
    return boxes_side_by_side(others, labels, row)


def _regions_in(signature: Signature, output: Output, row: int) -> tuple[Box, ...]:
    """The regions in an output that was declared neither as something else nor as a picture."""
    if not _is_open(signature, output) or _is_declared_picture(signature, output):
        return ()
    return regions_of(output, row, labels_of(signature, output.name))


def _without_role(
    signature: Signature,
    by_role: Mapping[Role, Output],
    outputs: Sequence[Output],
    row: int,
    answer: Answer,
) -> Answer:
    """What the outputs themselves look like: boxes or a picture before a number, a number before text.

    A table is the answer where no output's name says that it is.
    """
    is_named = len(outputs) > 1 and bool(by_role.keys() & {"number", "text"})
    for output in outputs:
        shaped = _shaped(signature, output, row, answer)
        if read := _read(by_role, shaped, row):
            return read
        if shaped and not (is_named and shaped.kind == "table"):
            return shaped
    numbered = _numbered(signature, outputs, row, answer)
    if numbered:
        return numbered
    if written := _written(by_role, row, answer):
        return written
    return _vector(signature, outputs, row, answer) or replace(
        answer, text="The model answered in a form of its own"
    )


def _written(by_role: Mapping[Role, Output], row: int, answer: Answer) -> Answer | None:
    """The text; where there is none, no list of boxes is beside it."""
    text = _first(by_role.get("text"), row)
    if "text" not in by_role or text is None:
        return None
    text = str(text or "")
    written = _headed(answer, by_role["text"].name, Answer(kind="text", text=text))
    is_nowhere = "boxes" in by_role and not text.strip()
    return _without(written, by_role["boxes"].name) if is_nowhere else written


def _read(by_role: Mapping[Role, Output], found: Answer | None, row: int) -> Answer | None:
    """The text that was read in a picture with where its words stand, where the labels of the boxes are words of it."""
    text = str(_first(by_role.get("text"), row) or "")
    is_itself = parsed(text) is not None
    if found is None or found.kind != "boxes" or not text.strip() or is_itself:
        return None
    words = [" ".join(box.label.split()) for box in found.boxes]
    if not all(word and word in " ".join(text.split()) for word in words):
        return None
    return _without(replace(found, kind="text", text=text), by_role["text"].name)


def _vector(
    signature: Signature, outputs: Sequence[Output], row: int, answer: Answer
) -> Answer | None:
    """The one list of numbers that has no labels, where nothing else could be the answer."""
    never_the_answer = ("detail", "aside", "labels")
    named = [o for o in outputs if meaning(o.name) == "answer"]
    candidates = named or [
        o for o in outputs if len(outputs) == 1 or meaning(o.name) not in never_the_answer
    ]
    if (
        len(candidates) != 1
        or len(candidates[0].shape) != 2
        or not _is_open(signature, candidates[0])
    ):
        return None
    if _named_columns(signature, outputs, candidates[0], row):
        return None
    vector = vector_of(candidates[0], row)
    return (
        _headed(answer, candidates[0].name, Answer(kind="vector", vector=vector))
        if len(vector) > 1
        else None
    )


def _is_open(signature: Signature, output: Output) -> bool:
    """Whether nobody declared what the output is, or as boxes, which its form says too."""
    return all(f.name != output.name or f.role in ("", "boxes") for f in signature.outputs)


def _is_declared_picture(signature: Signature, output: Output) -> bool:
    return any(f.name == output.name and f.kind == "image" for f in signature.outputs)


def _shaped(signature: Signature, output: Output, row: int, answer: Answer) -> Answer | None:
    """The answer with this output at its head, where it is boxes, a picture or a table."""
    if not _is_open(signature, output):
        return None
    document = parsed(_first(output, row)) if len(output.row(row)) == 1 else None
    if boxes := boxes_of(document):
        return _headed(answer, output.name, Answer(kind="boxes", boxes=boxes))
    if regions := regions_in(document, labels_of(signature, output.name)):
        return _headed(answer, output.name, Answer(kind="regions", boxes=regions))
    is_declared = _is_declared_picture(signature, output)
    if picture := picture_of(output, row, is_declared=is_declared):
        return _headed(answer, output.name, Answer(kind="image", picture=picture))
    table = table_of(document) or matrix_table(output, row, labels_of(signature, output.name))
    return _headed(answer, output.name, Answer(kind="table", table=table)) if table else None


def _headed(answer: Answer, name: str, head: Answer) -> Answer:
    details = _without(answer, name).details
    return replace(head, score=answer.score, score_name=answer.score_name, details=details)


def _numbered(
    signature: Signature, outputs: Sequence[Output], row: int, answer: Answer
) -> Answer | None:
    """The number, between its bounds where other outputs or its labels are named like bounds."""
    numbers = _single_numbers(outputs, row)
    declared = [f.name for f in signature.outputs if f.role == "number" and f.name in numbers]
    numbers = numbers or _quantiles(signature, outputs, row)
    edges = _edges(numbers, declared)
    main = next((name for name in (*declared, *numbers) if name not in edges), None)
    if main is None or numbers[main] is None:
        return None  # an interval alone is no number
    unit = _unit_of(signature, main) or _unit(signature)
    with_number = replace(answer, kind="number", number=numbers[main], unit=unit)
    return _between(with_number, numbers, edges, main)


def _single_numbers(outputs: Sequence[Output], row: int) -> dict[str, float | None]:
    """The outputs that may be the number by their role; none where these are the shares of classes, `p0` and `p1`."""
    numbers = {o.name: _number(_first(o, row)) for o in outputs if o.role == "number"}
    return {} if any(name in _OF_FIRST_CLASS for name in numbers) else numbers


def _edges(numbers: Collection[str], declared: Sequence[str]) -> dict[str, float]:
    """The quantiles that these bounds are, by their names; where all would be, only if two are a pair."""
    places = {name: quantile_of(name) for name in numbers if name not in declared}
    edges = {n: place for n, place in places.items() if place is not None and place != 0.5}
    return {} if len(edges) == len(numbers) and not _has_both(edges) else edges


def _quantiles(
    signature: Signature, outputs: Sequence[Output], row: int
) -> dict[str, float | None]:
    """One number a label, where every label is named like a quantile."""
    for output in outputs:
        labels = labels_of(signature, output.name)
        values = output.row(row)
        if len(labels) == len(values) > 1 and all(quantile_of(n) is not None for n in labels):
            return dict(zip(labels, map(_number, values), strict=True))
    return {}


def _has_both(edges: Mapping[str, float]) -> bool:
    """Whether there is a bound on each side of the median."""
    return bool(edges) and min(edges.values()) < 0.5 < max(edges.values())


def _between(
    answer: Answer, numbers: Mapping[str, float | None], edges: Mapping[str, float], main: str
) -> Answer:
    """The widest bounds on both sides; the share between them where their names say it."""
    if not _has_both(edges):
        return _without(answer, main)
    low, high = min(edges, key=edges.__getitem__), max(edges, key=edges.__getitem__)
    least, most = numbers[low], numbers[high]
    if least is None or most is None or least > most:
        return _without(answer, main)
    coverage = _coverage(edges[low], edges[high])
    return _without(replace(answer, interval=(least, most), coverage=coverage), main, low, high)


def _coverage(low: float, high: float) -> float | None:
    """The probability between two quantiles; None where a bound is only called the least or the most."""
    return round(high - low, 6) if low > 0 and high < 1 else None


def _without(answer: Answer, *names: str) -> Answer:
    """The answer without these outputs among its details: its headline shows them."""
    kept = {name: value for name, value in answer.details.items() if name not in names}
    return replace(answer, details=kept)


def _unit_of(signature: Signature, name: str) -> str:
    return next((field.unit for field in signature.outputs if field.name == name), "")


def _unit(signature: Signature) -> str:
    return next((f.unit for f in signature.outputs if f.role == "number"), "")


def _segments(value: object) -> tuple[tuple[float, float], ...]:
    try:
        segments = json.loads(value) if isinstance(value, str) else value
        return tuple((float(s["start"]), float(s["end"])) for s in segments)  # type: ignore[union-attr]
    except (ValueError, TypeError, KeyError):
        return ()


def _details(
    signature: Signature,
    by_role: Mapping[Role, Output],
    outputs: Sequence[Output],
    row: int,
    sure: Certainty,
) -> dict[str, object]:
    """Outputs that no other part of the answer shows: labels too, where not each of them stands in it."""
    roles: tuple[Role, ...] = (
        "class", "probabilities", "probability", "score", "segments", "labels",
    )  # fmt: skip
    shown = {by_role[role].name for role in roles if role in by_role}
    if not sure.probabilities and "probabilities" in by_role:
        shown.discard(by_role["probabilities"].name)
    details = {o.name: _detail(signature, outputs, o, row) for o in outputs if o.name not in shown}
    listed = labels_in_answer(by_role, row)
    named = [detail for detail in details.values() if isinstance(detail, Mapping)]
    if any(set(names) >= set(listed) for names in ({sure.label, *sure.probabilities}, *named)):
        return details
    return details | {by_role["labels"].name: list(by_role["labels"].row(row))}


def _detail(signature: Signature, outputs: Sequence[Output], output: Output, row: int) -> object:
    """One value as it is, several by their labels where the model or the answer says them."""
    values, labels = output.row(row), _named_columns(signature, outputs, output, row)
    if len(values) == 1 and not labels:
        document = parsed(values[0]) if output.content_type == JSON_TEXT else None
        return values[0] if document is None else document
    return dict(zip(labels, values, strict=True)) if labels else list(values)


def _named_columns(
    signature: Signature, outputs: Sequence[Output], output: Output, row: int
) -> tuple[str, ...]:
    """The words for an output's values, where there are as many."""
    is_listing = output.role == "labels"
    among_outputs = () if is_listing else labels_in_answer({o.role: o for o in outputs}, row)
    width = len(output.row(row))
    known = (labels_of(signature, output.name), output.labels, among_outputs if width > 1 else ())
    return next((labels for labels in known if len(labels) == width), ())


def _first(output: Output | None, row: int) -> object:
    values = output.row(row) if output else ()
    return values[0] if values else None


def _number(value: object) -> float | None:
    """The number; a whole one stays whole, with all its digits."""
    return value if type(value) is int else _float(value)


def _float(value: object) -> float | None:
    """The number, if it is one; none where it is infinite, or larger than a float can be."""
    if not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
