"""Turns a model's raw outputs into answers in its own words, one a row."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import overload

from mds_client.prediction import Answer, Output
from mds_client.prediction.object_detection import boxes_of, boxes_side_by_side
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

_ROUNDED = 0.02  # how far probabilities that are parts of one whole may be off after rounding


def with_roles(signature: Signature, outputs: Sequence[Output]) -> tuple[Output, ...]:
    """Each output with the role that the signature declares, else one guessed from its data."""
    declared = {field.name: field.role for field in signature.outputs if field.role}
    roles = [_role(output, declared.get(output.name, "")) for output in outputs]
    # What dataclasses.replace does, without its search for the fields.
    return tuple(
        Output(**{**vars(o), "role": role}) for o, role in zip(outputs, roles, strict=True)
    )


def _role(output: Output, declared: Role) -> Role:
    """What is declared, but a class for which there are several numbers: one probability a label."""
    if declared == "class" and len(output.row(0)) > 1 and _are_shares(output.row(0)):
        return "probabilities"
    return declared or _guess(output)


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


def _guess(output: Output) -> Role:
    width = len(output.row(0))
    if output.datatype == "BYTES":
        return "text" if width == 1 else "detail"
    if width == 1 and output.data and output.data[0] is not None:
        return "number"
    return "probabilities" if _sums_to_one(output) else "detail"


def _are_shares(values: Sequence[object]) -> bool:
    return all(isinstance(v, int | float) and 0 <= v <= 1 for v in values)


def _are_independent(probabilities: Mapping[str, float]) -> bool:
    """Several probabilities that are not parts of one whole: each label is likely or not by itself."""
    numbers = list(probabilities.values())
    return len(numbers) > 1 and _are_shares(numbers) and abs(sum(numbers) - 1) > _ROUNDED


def _sums_to_one(output: Output) -> bool:
    numbers = [v for v in output.row(0) if isinstance(v, int | float)]
    whole = len(numbers) == len(output.row(0)) > 1
    return whole and all(0 <= v <= 1 for v in numbers) and abs(sum(numbers) - 1) < 1e-3


def _answer(signature: Signature, outputs: Sequence[Output], row: int) -> Answer:
    shown, head = _pictured(signature, outputs, row)
    outputs = [output for output in outputs if output.name not in shown]
    by_role = {output.role: output for output in reversed(outputs)}
    answer = Answer(
        kind="tree",
        probabilities=_probabilities(signature, by_role.get("probabilities"), row),
        score=_float(_first(by_role.get("score"), row)),
        details=_details(signature, by_role, outputs, row),
    )
    if head:
        return replace(head, score=answer.score, details=answer.details)
    if "class" in by_role or answer.probabilities:
        is_multi = "class" not in by_role and _are_independent(answer.probabilities)
        kind, label = (
            ("multilabel", "") if is_multi else ("class", _label(signature, by_role, answer, row))
        )
        return replace(answer, kind=kind, label=label)
    if "segments" in by_role:
        return replace(
            answer, kind="segments", segments=_segments(_first(by_role["segments"], row))
        )
    return _without_role(signature, by_role, outputs, row, answer)


def _pictured(
    signature: Signature, outputs: Sequence[Output], row: int
) -> tuple[Sequence[str], Answer | None]:
    """What was found in a picture, from outputs side by side or from a map of classes; the outputs' names."""
    unsaid = [output for output in outputs if _is_open(signature, output)]
    labels = {output.name: _labels(signature, output.name) for output in outputs}
    details = {field.name for field in signature.outputs if field.role == "detail"}
    beside = [output for output in outputs if output.name not in details]
    names, boxes = boxes_side_by_side(beside, labels, row)
    if names:
        return names, Answer(kind="boxes", boxes=boxes)
    pictures = {field.name for field in signature.outputs if field.kind == "image"}
    for output in (output for output in unsaid if output.name not in pictures):
        if regions := regions_of(output, row, labels[output.name]):
            return (output.name,), Answer(kind="regions", boxes=regions)
    return (), None


def _without_role(
    signature: Signature,
    by_role: Mapping[Role, Output],
    outputs: Sequence[Output],
    row: int,
    answer: Answer,
) -> Answer:
    """What the outputs themselves look like: boxes, a picture or a table before a number, before text."""
    shaped = next(filter(None, (_shaped(signature, o, row, answer) for o in outputs)), None)
    if shaped:
        return shaped
    numbered = _numbered(signature, outputs, row, answer)
    if numbered:
        return numbered
    if "text" in by_role:
        text = str(_first(by_role["text"], row) or "")
        return _headed(answer, by_role["text"].name, Answer(kind="text", text=text))
    vectors = (
        (o.name, vector_of(o, row)) for o in outputs if _is_open(signature, o) and len(o.shape) == 2
    )
    for name, vector in vectors:
        if len(vector) > 1 and not _labels(signature, name):
            return _headed(answer, name, Answer(kind="vector", vector=vector))
    return replace(answer, text="The model answered in a form of its own")


def _is_open(signature: Signature, output: Output) -> bool:
    """Whether nobody declared what the output is."""
    return not any(f.name == output.name and f.role for f in signature.outputs)


def _shaped(signature: Signature, output: Output, row: int, answer: Answer) -> Answer | None:
    """The answer with this output at its head, where it is boxes, a picture or a table."""
    if not _is_open(signature, output):
        return None
    document = parsed(_first(output, row)) if len(output.row(row)) == 1 else None
    if boxes := boxes_of(document):
        return _headed(answer, output.name, Answer(kind="boxes", boxes=boxes))
    if regions := regions_in(document, _labels(signature, output.name)):
        return _headed(answer, output.name, Answer(kind="regions", boxes=regions))
    is_declared = any(f.name == output.name and f.kind == "image" for f in signature.outputs)
    if picture := picture_of(output, row, is_declared=is_declared):
        return _headed(answer, output.name, Answer(kind="image", picture=picture))
    table = table_of(document) or matrix_table(output, row, _labels(signature, output.name))
    return _headed(answer, output.name, Answer(kind="table", table=table)) if table else None


def _headed(answer: Answer, name: str, head: Answer) -> Answer:
    details = {key: value for key, value in answer.details.items() if key != name}
    return replace(head, score=answer.score, details=details)


def _numbered(
    signature: Signature, outputs: Sequence[Output], row: int, answer: Answer
) -> Answer | None:
    """The number, between its bounds where other outputs or its labels are named like bounds."""
    numbers = {o.name: _float(_first(o, row)) for o in outputs if o.role == "number"}
    declared = [f.name for f in signature.outputs if f.role == "number" and f.name in numbers]
    numbers = numbers or _quantiles(signature, outputs, row)
    if not numbers:
        return None
    edges = _edges(numbers, declared)
    main = next((name for name in (*declared, *numbers) if name not in edges), next(iter(numbers)))
    unit = _unit_of(signature, main) or _unit(signature)
    found = replace(answer, kind="number", number=numbers[main], unit=unit)
    return _between(found, numbers, edges, main)


def _edges(numbers: Collection[str], declared: Sequence[str]) -> dict[str, float | None]:
    """Which of these numbers are bounds, by their names; where all would be, only if two are a pair."""
    places = {name: quantile_of(name) for name in numbers if name not in declared}
    edges: dict[str, float | None] = {
        name: place for name, place in places.items() if place not in (None, 0.5)
    }
    return {} if len(edges) == len(numbers) and not _has_both(edges) else edges


def _quantiles(
    signature: Signature, outputs: Sequence[Output], row: int
) -> dict[str, float | None]:
    """One number a label, where every label is named like a quantile."""
    for output in outputs:
        labels = _labels(signature, output.name)
        values = output.row(row)
        if len(labels) == len(values) > 1 and all(quantile_of(n) is not None for n in labels):
            return dict(zip(labels, map(_float, values), strict=True))
    return {}


def _has_both(edges: Mapping[str, float | None]) -> bool:
    places = [place for place in edges.values() if place is not None]
    return bool(places) and min(places) < 0.5 < max(places)


def _between(
    found: Answer, numbers: Mapping[str, float | None], edges: Mapping[str, float | None], main: str
) -> Answer:
    """The widest bounds on both sides; the share between them where their names say it."""
    hidden = {main}
    if _has_both(edges):
        low, high = (
            min(edges, key=lambda n: edges[n] or 0.0),
            max(edges, key=lambda n: edges[n] or 0.0),
        )
        least, most = numbers[low], numbers[high]
        if least is not None and most is not None and least <= most:
            known = (edges[low] or 0) > 0 and (edges[high] or 1) < 1
            coverage = round((edges[high] or 0) - (edges[low] or 0), 6) if known else None
            found = replace(found, interval=(least, most), coverage=coverage)
            hidden |= {low, high}
    kept = {name: value for name, value in found.details.items() if name not in hidden}
    return replace(found, details=kept)


def _unit_of(signature: Signature, name: str) -> str:
    return next((field.unit for field in signature.outputs if field.name == name), "")


def _unit(signature: Signature) -> str:
    return next((f.unit for f in signature.outputs if f.role == "number"), "")


def _label(signature: Signature, by_role: Mapping[Role, Output], answer: Answer, row: int) -> str:
    if "class" not in by_role:
        return next(iter(answer.probabilities))
    found = _first(by_role["class"], row)
    labels = _labels(signature, by_role["class"].name) or _labels(signature, "")
    if isinstance(found, int | float) and 0 <= found < len(labels):
        return labels[int(found)]
    return str(found)


def _labels(signature: Signature, name: str) -> tuple[str, ...]:
    """The labels of that output; of any output when the name is empty."""
    return next((f.labels for f in signature.outputs if f.labels and name in ("", f.name)), ())


def _probabilities(signature: Signature, output: Output | None, row: int) -> dict[str, float]:
    if output is None:
        return {}
    numbers = [_float(value) or 0.0 for value in output.row(row)]
    labels = _labels(signature, output.name) or _labels(signature, "")
    if len(labels) != len(numbers):
        labels = tuple(f"Class {i}" for i in range(len(numbers)))
    pairs = zip(labels, numbers, strict=True)
    return dict(sorted(pairs, key=lambda pair: -pair[1]))


def _segments(value: object) -> tuple[tuple[float, float], ...]:
    try:
        found = json.loads(value) if isinstance(value, str) else value
        return tuple((float(s["start"]), float(s["end"])) for s in found)  # type: ignore[union-attr]
    except (ValueError, TypeError, KeyError):
        return ()


def _details(
    signature: Signature, by_role: Mapping[Role, Output], outputs: Sequence[Output], row: int
) -> dict[str, object]:
    """Outputs that no other part of the answer shows."""
    roles: tuple[Role, ...] = ("class", "probabilities", "score", "segments")
    shown = {by_role[role].name for role in roles if role in by_role}
    return {o.name: _detail(signature, o, row) for o in outputs if o.name not in shown}


def _detail(signature: Signature, output: Output, row: int) -> object:
    """One value as it is, several by their labels where the model declares them."""
    values, labels = output.row(row), _labels(signature, output.name)
    if len(values) == 1:
        return values[0]
    if labels and len(labels) == len(values):
        return dict(zip(labels, values, strict=True))
    return list(values)


def _first(output: Output | None, row: int) -> object:
    values = output.row(row) if output else ()
    return values[0] if values else None


def _float(value: object) -> float | None:
    """The number, if it is one; infinite where it is larger than a float can be."""
    if not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
