"""What detectors answer, in the forms that they answer it."""

from __future__ import annotations

import math

import pytest

from mds_client.errors import UnreadableAnswer
from mds_client.prediction import Output
from mds_client.protocols.detectors import verdict_of
from mds_client.transport.exchange import Response

RESPONSE = Response(status=200, body=b"{}")


def _outputs(**values: list[object]) -> list[Output]:
    return [
        Output(name=name, datatype="FP64", shape=(1, len(data)), data=data)
        for name, data in values.items()
    ]


def test_flags_and_scores_are_of_the_rows_and_drift_of_all() -> None:
    each = verdict_of("d", _outputs(is_outlier=[0, 1], instance_score=[0.1, 7.5]), 2, RESPONSE)
    assert (each.kind, each.flags, each.scores, each.is_flagged) == (
        "outlier",
        (False, True),
        (0.1, 7.5),
        True,
    )
    # Adversarial detectors of Alibi Detect answer beside it what they would correct.
    odd = verdict_of("d", _outputs(corrected=[2.0], is_adversarial=[True]), 1, RESPONSE)
    assert (odd.kind, odd.flags, odd.scores) == ("adversarial", (True,), ())
    # One flag a field, with the chance of each.
    drift = verdict_of(
        "d",
        _outputs(
            is_drift=[0, 1, 0],
            p_val=[0.5, 0.001, math.nan],
            distance=[0.1, 0.4, 0.2],
            threshold=[0.05],
        ),
        90,
        RESPONSE,
    )
    assert (drift.kind, drift.flags) == ("drift", (True,))
    assert (drift.p, drift.distance, drift.threshold) == (0.001, 0.4, 0.05)
    assert verdict_of("d", [], 1, RESPONSE).kind == "collecting"


@pytest.mark.parametrize(
    "outputs",
    [
        _outputs(predict=[1]),
        _outputs(is_outlier=[0, 1, 1]),
        _outputs(is_outlier=["yes", "no"]),
        _outputs(is_outlier=[None, None]),
        _outputs(is_drift=[]),
    ],
)
def test_an_answer_that_says_nothing_of_the_rows_is_no_verdict(outputs: list[Output]) -> None:
    with pytest.raises(UnreadableAnswer, match="answers no is_outlier"):
        verdict_of("watcher", outputs, 2, RESPONSE)
