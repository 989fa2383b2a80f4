"""Turns a model's raw outputs into answers in its own words, one a row."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import overload

from mds_client.prediction import Answer, Output
from mds_client.signature import Role, Signature


def with_roles(signature: Signature, outputs: Sequence[Output]) -> tuple[Output, ...]:
    """Each output with the role that the signature declares, else one guessed from its data."""
    declared = {field.name: field.role for field in signature.outputs if field.role}
    return tuple(replace(o, role=declared.get(o.name) or _guess(o)) for o in outputs)


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


def _sums_to_one(output: Output) -> bool:
    numbers = [v for v in output.row(0) if isinstance(v, int | float)]
    whole = len(numbers) == len(output.row(0)) > 1
    return whole and all(0 <= v <= 1 for v in numbers) and abs(sum(numbers) - 1) < 1e-3


def _answer(signature: Signature, outputs: Sequence[Output], row: int) -> Answer:
    by_role = {output.role: output for output in reversed(outputs)}
    answer = Answer(
        kind="tree",
        probabilities=_probabilities(signature, by_role.get("probabilities"), row),
        score=_float(_first(by_role.get("score"), row)),
        details=_details(signature, by_role, outputs, row),
    )
    if "class" in by_role or answer.probabilities:
        return replace(answer, kind="class", label=_label(signature, by_role, answer, row))
    if "segments" in by_role:
        return replace(
            answer, kind="segments", segments=_segments(_first(by_role["segments"], row))
        )
    if "number" in by_role:
        unit = next((f.unit for f in signature.outputs if f.role == "number"), "")
        return replace(
            answer, kind="number", number=_float(_first(by_role["number"], row)), unit=unit
        )
    if "text" in by_role:
        return replace(answer, kind="text", text=str(_first(by_role["text"], row) or ""))
    return replace(answer, text="The model answered in a form of its own")


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
    shown = {
        by_role[r].name for r in by_role if r in ("class", "probabilities", "score", "segments")
    }
    if not shown & {o.name for o in outputs if o.role in ("class", "probabilities", "segments")}:
        shown |= {by_role[r].name for r in ("number", "text") if r in by_role}
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
