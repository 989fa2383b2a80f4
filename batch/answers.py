"""The answers to a request as columns: at once where they are classes or numbers, else worded row by row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from mds_client.prediction import Answer, Output, Prediction
from mds_client.prediction.certainty import labels_of
from mds_client.signature import Signature

MOST_LABELS = 20
Array = np.ndarray[Any, np.dtype[Any]]
Matrix = Mapping[str, Array]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """`answers` has the headline of each row, `numbers` what is a number, `sure` the probability of the answer, `shares`
    that of each label. NaN and None stand where a row has none."""

    answers: Sequence[str | None] | Array
    numbers: Array
    sure: Array
    shares: Matrix = field(default_factory=dict)


def columns(prediction: Prediction, signature: Signature, rows: int) -> Columns:
    """What a prediction says of its rows."""
    if rows > 3 and not prediction.failures:
        for way in (_classes, _numbers):
            found = way(prediction, signature, rows)
            if found is not None and _is_right(found, prediction, rows):
                return found
    return _worded(prediction, rows)


def _worded(prediction: Prediction, rows: int) -> Columns:
    """Each row by itself, in the words that its case would have."""
    failures = prediction.failures
    return of_each([None if i in failures else prediction.answers[i] for i in range(rows)])


def of_each(worded: Sequence[Answer | None]) -> Columns:
    """Answers as columns, None where a row has none."""
    return Columns(
        answers=[None if answer is None else answer.headline for answer in worded],
        numbers=_floats([None if answer is None else _number(answer) for answer in worded]),
        sure=_floats([None if answer is None else answer.probability for answer in worded]),
        shares={label: _share(worded, label) for label in _labels(worded)},
    )


def _labels(worded: Sequence[Answer | None]) -> Sequence[str]:
    """The labels that the first answers give a probability to; none where they are many."""
    given = (answer.probabilities for answer in worded[:100] if answer)
    labels = dict.fromkeys(label for each in given for label in each)
    return list(labels) if len(labels) <= MOST_LABELS else []


def _share(worded: Sequence[Answer | None], label: str) -> Array:
    return _floats([a.probabilities.get(label) if a else None for a in worded])


def _number(answer: Answer) -> float | None:
    return float(answer.number) if answer.kind == "number" and answer.number is not None else None


def _floats(values: Sequence[float | None]) -> Array:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _classes(prediction: Prediction, signature: Signature, rows: int) -> Columns | None:
    """A class a row, and the probability of each label beside it; None for other answers."""
    by_role = {output.role: output for output in prediction.outputs}
    chosen, shares = by_role.get("class"), by_role.get("probabilities")
    if chosen is None or len(chosen.data) != rows:
        return None
    at, firsts = _codes(chosen)
    words = [prediction.answers[i].headline for i in firsts]
    answers, nothing = np.array(words, dtype=object)[at], np.full(rows, np.nan)
    matrix = _matrix(shares, rows) if shares else None
    if shares is None or matrix is None:
        return Columns(answers=answers, numbers=nothing, sure=nothing)
    names = _names(signature, shares, matrix.shape[1], words)
    if not names:
        return None
    place = np.array([names.index(word) for word in words])[at]
    return Columns(
        answers=answers,
        numbers=nothing,
        sure=matrix[np.arange(rows), place],
        shares=dict(zip(names, matrix.T, strict=True) if len(names) <= MOST_LABELS else ()),
    )


def _names(signature: Signature, shares: Output, width: int, words: Sequence[str]) -> Sequence[str]:
    """The labels of the probabilities, where there are as many and every answer is one of them."""
    names = labels_of(signature, shares.name) or labels_of(signature, "")
    return names if len(names) == width and set(words) <= set(names) else ()


def _codes(output: Output) -> tuple[Array, list[int]]:
    """A number for each different value, row by row, and the first row of each."""
    codes = {value: code for code, value in enumerate(dict.fromkeys(output.data))}
    at = np.array(list(map(codes.__getitem__, output.data)))
    _, firsts = np.unique(at, return_index=True)
    return at, firsts.tolist()


def _numbers(prediction: Prediction, signature: Signature, rows: int) -> Columns | None:
    """A number a row; None for other answers."""
    outputs = [output for output in prediction.outputs if output.role == "number"]
    if len(outputs) != 1 or len(prediction.outputs) != 1 or prediction.answers[0].kind != "number":
        return None
    matrix = _matrix(outputs[0], rows)
    if matrix is None or matrix.shape[1] != 1 or prediction.answers[0].interval:
        return None
    unit = prediction.answers[0].unit
    numbers = matrix[:, 0]
    heads = [
        Answer(kind="number", number=number, unit=unit).headline for number in matrix[:, 0].tolist()
    ]
    return Columns(answers=heads, numbers=numbers, sure=np.full(rows, np.nan))


def _matrix(output: Output, rows: int) -> Array | None:
    try:
        matrix = np.asarray(output.to_numpy(), dtype=np.float64).reshape(rows, -1)
    except (TypeError, ValueError):
        return None
    return matrix if np.isfinite(matrix).all() else None


def _is_right(found: Columns, prediction: Prediction, rows: int) -> bool:
    """Whether some rows say the same when they are worded by themselves."""
    for i in (0, rows // 2, rows - 1):
        answer = prediction.answers[i]
        sure = np.nan if answer.probability is None else answer.probability
        shares = {label: values[i] for label, values in found.shares.items()}
        same = (
            found.answers[i] == answer.headline
            and _is_close(found.sure[i], sure)
            and (not shares or shares == dict(answer.probabilities))
            and _is_close(found.numbers[i], _number(answer) or np.nan)
        )
        if not same and not (found.numbers[i] == 0 and _number(answer) == 0):
            return False
    return True


def _is_close(one: float, other: float) -> bool:
    """Whether two numbers are the same but for rounding, or both are missing; numpy's own takes a hundred times as long."""
    return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-8) or (one != one and other != other)


def as_arrow(found: Columns) -> list[tuple[str, pa.Array]]:
    """The columns with their names: a label's probability under `p:` and the label."""
    columns = [
        ("answer", pa.array(found.answers, pa.string())),
        ("number", pa.array(found.numbers, from_pandas=True)),
        ("sure", pa.array(found.sure, from_pandas=True)),
    ]
    shares = [(f"p:{n}", pa.array(v, from_pandas=True)) for n, v in found.shares.items()]
    return columns + shares
