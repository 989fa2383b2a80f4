"""What a person entered, as plain data, and whether two forms hold the same."""

import numpy as np
import pytest

from cases.inputs import same_inputs
from mds_client.signature import File

RED = File(name="red.png", media_type="image/png", data=b"red")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"a": 5}, {"a": 5.0}),
        ({"a": None, "b": ""}, {}),
        ({"a": float("nan")}, {"a": None}),
        ({"a": [1.0, float("nan")]}, {"a": [1.0, float("nan")]}),
        ({"a": np.array([[1.0, 2.0]])}, {"a": [[1, 2]]}),
        ({"a": RED}, {"a": File(name="other.png", media_type="", data=b"red")}),
        ({"a": {"x": (1, 2)}}, {"a": {"x": [1, 2]}}),
    ],
)
def test_the_same_inputs_are_the_same(one: dict[str, object], other: dict[str, object]) -> None:
    assert same_inputs(one, other)
    assert same_inputs(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 5}, {"a": 6}),
        ({"a": 5}, {}),
        ({"a": 0}, {"a": None}),
        ({"a": False}, {"a": None}),
        ({"a": "1"}, {"a": 1}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": RED}, {"a": File(name="red.png", media_type="image/png", data=b"blue")}),
        ({"a": RED}, {}),
        ({"a": 1}, {"b": 1}),
    ],
)
def test_other_inputs_are_others(one: dict[str, object], other: dict[str, object]) -> None:
    assert not same_inputs(one, other)
    assert not same_inputs(other, one)
