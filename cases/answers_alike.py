"""The answers to many rows as the columns of their cases, at once where they are classes or numbers: worded one by one they cost
more than the way over the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cases.attempt import answer_columns
from db.types import Plain, without_nan
from mds_client.prediction import Output, Prediction
from mds_client.prediction.certainty import labels_of
from mds_client.signature import Signature

MOST_LABELS = 20
_FEW = 8
Columns = Mapping[str, object]
Array = np.ndarray[Any, np.dtype[Any]]


def columns_of_all(
    prediction: Prediction, signature: Signature, wanted: Sequence[int]
) -> Mapping[int, Columns]:
    """The columns of the cases of these rows that hold their answers, by the row. Those that are made at once are compared
    with some that are worded by themselves, and given up where one differs."""
    if len(wanted) >= _FEW:
        for way in (_classes, _numbers):
            found = way(prediction, signature, wanted)
            if found is not None and _are_right(found, prediction, wanted):
                return dict(zip(wanted, found, strict=True))
    return {row: answer_columns(prediction.answers[row]) for row in wanted}


def _are_right(found: Sequence[Columns], prediction: Prediction, wanted: Sequence[int]) -> bool:
    rows = len(wanted)
    places = {0, 1, rows // 3, rows // 2, rows - 1}
    return all(found[i] == answer_columns(prediction.answers[wanted[i]]) for i in places)


def _classes(
    prediction: Prediction, signature: Signature, wanted: Sequence[int]
) -> list[Columns] | None:
    """A class a row, alone or with the probability of each label."""
    by_role = {output.role: output for output in prediction.outputs}
    chosen, rows = by_role.pop("class", None), len(prediction.answers)
    shares = by_role.pop("probabilities", None)
    if chosen is None or by_role or len(chosen.data) != rows:
        return None
    at, firsts = _codes([chosen.data[row] for row in wanted])
    models = [answer_columns(prediction.answers[wanted[i]]) for i in firsts]
    if shares is None:
        return [models[code] for code in at]
    listed = _listed(shares, signature, rows, wanted)
    if listed is None:
        return None
    facts = [_facts(model) for model in models]
    return [
        {**models[code], "answer": _plain(facts[code], probabilities=chances)}
        for code, chances in zip(at, listed, strict=True)
    ]


def _codes(values: Sequence[object]) -> tuple[list[int], list[int]]:
    """A number for each different value, row by row, and the first row of each."""
    codes: dict[object, int] = {}
    at = [codes.setdefault(value, len(codes)) for value in values]
    _, firsts = np.unique(at, return_index=True)
    return at, firsts.tolist()


def _facts(columns: Columns) -> Mapping[str, object]:
    answer = without_nan(columns["answer"])
    return answer if isinstance(answer, Mapping) else {}


def _plain(facts: Mapping[str, object], **own: object) -> Plain:
    """The facts of an answer with these, whose numbers are finite."""
    return Plain(facts, **own)


def _listed(
    shares: Output, signature: Signature, rows: int, wanted: Sequence[int]
) -> list[dict[str, float]] | None:
    """The probabilities of each of these rows by label, the highest first; None where there are no labels for them, or many."""
    matrix = _matrix(shares, rows)
    names = labels_of(signature, shares.name) or labels_of(signature, "")
    if matrix is None or len(names) != matrix.shape[1] or len(names) > MOST_LABELS:
        return None
    matrix = matrix[wanted]
    order = np.argsort(-matrix, axis=1, kind="stable")
    values = np.take_along_axis(matrix, order, axis=1).tolist()
    words = np.array(names, dtype=object)[order].tolist()
    return [dict(zip(w, v, strict=True)) for w, v in zip(words, values, strict=True)]


def _numbers(
    prediction: Prediction, signature: Signature, wanted: Sequence[int]
) -> list[Columns] | None:
    """A number a row, and nothing else."""
    if len(prediction.outputs) != 1 or prediction.outputs[0].role != "number":
        return None
    matrix = _matrix(prediction.outputs[0], len(prediction.answers))
    if matrix is None or matrix.shape[1] != 1:
        return None
    model = answer_columns(prediction.answers[wanted[0]])
    facts = _facts(model)
    return [
        {**model, "answer": _plain(facts, number=number), "answer_number": number}
        for number in matrix[wanted, 0].tolist()
    ]


def _matrix(output: Output, rows: int) -> Array | None:
    try:
        matrix: Array = np.asarray(output.to_numpy(), dtype=np.float64).reshape(rows, -1)
    except (TypeError, ValueError):
        return None
    return matrix if np.isfinite(matrix).all() else None
