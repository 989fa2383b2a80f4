"""Answers that are kept at once are those that are kept one by one."""

from __future__ import annotations

import random

import pytest

from cases.answers_alike import _are_right, _classes, _numbers, columns_of_all
from cases.attempt import answer_columns
from mds_client.prediction import Output, Prediction
from mds_client.prediction.answers import answers
from mds_client.signature import Field, Signature
from tests.stub_predictor import PENGUINS, exchange

ROWS = 40
NUMBERS = random.Random(1)


def _predicted(*outputs: Output, labels: tuple[str, ...] = ()) -> tuple[Prediction, Signature]:
    fields = tuple(
        Field(name=o.name, kind="number", role=o.role, labels=labels if i == 0 else ())
        for i, o in enumerate(outputs)
    )
    signature = Signature(model=PENGUINS, inputs=(), outputs=fields)
    return (
        Prediction(
            model=PENGUINS,
            outputs=outputs,
            answers=answers(signature, outputs, ROWS),
            exchange=exchange(),
        ),
        signature,
    )


def _shares(width: int) -> list[float]:
    rows = [[NUMBERS.random() for _ in range(width)] for _ in range(ROWS - 1)] + [[1.0] * width]
    return [share / sum(row) for row in rows for share in row]


CLASSES = Output(
    name="species", datatype="INT64", shape=(ROWS,), data=[i % 3 for i in range(ROWS)], role="class"
)
SHARES = Output(name="p", datatype="FP64", shape=(ROWS, 3), data=_shares(3), role="probabilities")
NUMBER = Output(
    name="n", datatype="FP64", shape=(ROWS, 1), data=[i / 7 for i in range(ROWS)], role="number"
)
TEXT = Output(name="t", datatype="BYTES", shape=(ROWS,), data=["a"] * ROWS, role="text")


@pytest.mark.parametrize(
    ("outputs", "labels", "way"),
    [
        ((CLASSES,), ("x", "y", "z"), _classes),
        ((CLASSES, SHARES), ("x", "y", "z"), _classes),
        ((NUMBER,), (), _numbers),
        ((TEXT,), (), None),
        ((CLASSES, NUMBER), ("x", "y", "z"), None),
    ],
)
def test_they_are_the_same(
    outputs: tuple[Output, ...], labels: tuple[str, ...], way: object
) -> None:
    prediction, signature = _predicted(*outputs, labels=labels)
    one_by_one = [answer_columns(answer) for answer in prediction.answers]
    found = columns_of_all(prediction, signature, range(ROWS))
    assert [found[i] for i in range(ROWS)] == one_by_one
    some = columns_of_all(prediction, signature, range(1, ROWS, 3))
    assert some == {i: one_by_one[i] for i in range(1, ROWS, 3)}
    at_once = [w for w in (_classes, _numbers) if _holds(w, prediction, signature)]
    assert at_once == ([way] if way else [])


def _holds(way: object, prediction: Prediction, signature: Signature) -> bool:
    found = way(prediction, signature, range(ROWS))  # type: ignore[operator]
    return found is not None and _are_right(found, prediction, range(ROWS))
