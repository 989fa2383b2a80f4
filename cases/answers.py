"""A model's answer as plain data, and back: a reopened case is drawn like a fresh one."""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, cast

from cases.inputs import plain_inputs
from db.cases import CaseView
from mds_client.prediction import Answer, Box
from mds_client.prediction.masks import Mask

MAX_PROBABILITIES = 20
MAX_SEGMENTS = 2_000
MAX_TEXT = 100_000
MAX_DETAIL_BYTES = 64 * 1024
MAX_BOXES = 500
MAX_RUNS = 8_000  # characters; a mask of more is kept in fewer pixels
MASK_SIDES = (256, 64)
MAX_NUMBERS = 4_096
MAX_PICTURE_BYTES = 512 * 1024

Facts = Mapping[str, object]


def as_facts(answer: Answer) -> dict[str, object]:
    """The answer as plain data, bounded."""
    return {
        "kind": answer.kind,
        "label": answer.label,
        "number": answer.number,
        "unit": answer.unit,
        "text": answer.text[:MAX_TEXT],
        "segments": [list(segment) for segment in answer.segments[:MAX_SEGMENTS]],
        "probabilities": _likeliest(answer),
        "score": answer.score,
        "details": _small_enough(plain_inputs(answer.details)),
    } | _structures(answer)


def answer_of(case: CaseView) -> Answer | None:
    """The answer that a case holds; None when the model gave none."""
    return None if case.answer is None else of_facts(case.answer)


def of_facts(kept: Facts) -> Answer:
    """The answer of which `as_facts` made these."""
    # A fact that is None was not answered, as one that is not there.
    facts = {name: value for name, value in kept.items() if value is not None}
    segments = cast(Sequence[Sequence[float]], facts.get("segments", ()))
    return Answer(
        kind=str(facts["kind"]),
        label=str(facts.get("label", "")),
        number=cast(float | None, facts.get("number")),
        unit=str(facts.get("unit", "")),
        text=str(facts.get("text", "")),
        segments=tuple((start, end) for start, end in segments),
        probabilities=cast(Mapping[str, float], facts.get("probabilities", {})),
        score=cast(float | None, facts.get("score")),
        score_name=str(facts.get("score_name", "")),
        details=cast(Mapping[str, object], facts.get("details", {})),
        interval=_pair(facts.get("interval")),
        coverage=cast(float | None, facts.get("coverage")),
        boxes=tuple(_box(box) for box in cast(Sequence[Facts], facts.get("boxes", ()))),
        picture=b64decode(str(facts.get("picture", ""))),
        table=tuple(cast(Sequence[Facts], facts.get("table", ()))),
        vector=tuple(cast(Sequence[float], facts.get("vector", ()))),
    )


def label_of(answer: Answer) -> str | None:
    """The class that was answered, to count by."""
    return answer.label if answer.kind == "class" else None


def number_of(answer: Answer) -> float | None:
    """The number that was answered, to average over."""
    if answer.kind != "number" or answer.number is None or not math.isfinite(answer.number):
        return None
    return float(answer.number)


def _structures(answer: Answer) -> dict[str, object]:
    """What few answers have; the others stay as small as they are."""
    structures: dict[str, object] = {
        "interval": list(answer.interval) if answer.interval else None,
        "coverage": answer.coverage,
        "score_name": answer.score_name,
        "boxes": [_box_facts(box) for box in answer.boxes[:MAX_BOXES]],
        "picture": b64encode(answer.picture).decode() if _is_kept(answer.picture) else "",
        "table": _rows(answer.table),
        "vector": list(answer.vector[:MAX_NUMBERS]),
    }
    return {name: value for name, value in structures.items() if value not in (None, [], "")}


def _box_facts(box: Box) -> dict[str, object]:
    box = _with_small_mask(box)
    facts: dict[str, object] = {
        "label": box.label,
        "score": box.score,
        "corners": list(box.corners),
        "outline": [list(point) for point in box.outline],
        "note": box.note,
    }
    return facts | ({"mask": asdict(box.mask)} if box.mask else {})


def _with_small_mask(box: Box) -> Box:
    """A mask with an outline of many turns in fewer pixels; the corners of a mask alone are in its pixels."""
    for side in MASK_SIDES:
        if not box.mask or len(box.mask.runs) <= MAX_RUNS:
            break
        smaller = box.mask.coarser(side)
        is_alone = box.corners == box.mask.corners
        box = replace(box, mask=smaller, corners=smaller.corners if is_alone else box.corners)
    return box


def _box(facts: Facts) -> Box:
    left, top, right, bottom = cast(Sequence[float], facts["corners"])
    return Box(
        label=str(facts.get("label") or ""),
        score=cast(float | None, facts.get("score")),
        corners=(left, top, right, bottom),
        outline=tuple((x, y) for x, y in cast(Sequence[Sequence[float]], facts.get("outline"))),
        mask=Mask(**cast(Mapping[str, Any], facts["mask"])) if facts.get("mask") else None,
        note=str(facts.get("note") or ""),
    )


def _is_kept(picture: bytes) -> bool:
    return len(picture) <= MAX_PICTURE_BYTES


def _rows(table: Sequence[Facts]) -> list[dict[str, object]]:
    """The first rows, as many as fit."""
    rows: list[dict[str, object]] = []
    size = 0
    for row in table:
        rows.append(plain_inputs(row))
        size += len(json.dumps(rows[-1]))
        if size > MAX_DETAIL_BYTES:
            return rows[:-1]
    return rows


def _pair(value: object) -> tuple[float, float] | None:
    if not isinstance(value, Sequence) or len(value) != 2:
        return None
    return (float(value[0]), float(value[1]))


def _likeliest(answer: Answer) -> dict[str, float]:
    """The first probabilities, and that of the label wherever it stands."""
    first = dict(list(answer.probabilities.items())[:MAX_PROBABILITIES])
    own = {answer.label: answer.probability} if answer.probability is not None else {}
    return {name: float(value) for name, value in {**first, **own}.items() if value is not None}


def _small_enough(details: dict[str, object]) -> dict[str, object]:
    return details if len(json.dumps(details)) <= MAX_DETAIL_BYTES else {}
