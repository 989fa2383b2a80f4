"""What is told before a file is asked about: what the rows took that were tried, scaled up."""

from __future__ import annotations

import itertools

import pytest

from batch.plan import Request, dry_run, estimate, expected_cases
from cases.audit_sample import AuditPolicy
from cases.chunks import ChunkRecorder
from tests.batch.asking import SIGNATURE, Model


def _recorder(model: Model) -> ChunkRecorder:
    clock = itertools.count()
    return ChunkRecorder(
        model=model,
        signature=SIGNATURE,
        key="",
        person="ada",
        record="drawn",
        audit=AuditPolicy(probability=0.1),
        stopwatch=lambda: float(next(clock)),
    )


def test_some_rows_are_tried_and_what_is_refused_is_told() -> None:
    model = Model(bad=(30,))
    rows = [{"x": i, "y": 0.0} for i in range(60)]
    found = dry_run(_recorder(model).send, rows)
    assert [answer.number for answer in found.first] == [0, 1, 2, 3, 4]
    assert [(each.rows, each.seconds) for each in found.requests] == [(5, 1.0), (20, 1.0)]
    assert (found.rows, found.failed) == (25, 35)
    refused = dry_run(_recorder(Model(bad=(0,))).send, rows[:5])
    assert refused.first == ["The model did not accept this."] * 5
    assert estimate(1_000, refused.requests) is None


def test_the_cost_of_a_request_and_of_a_row_are_told_apart() -> None:
    """10 ms a request and 0.1 ms a row; the first request woke the server."""
    tried = [
        Request(rows=5, seconds=3.0),
        Request(rows=20, seconds=0.012),
        Request(rows=100, seconds=0.020),
    ]
    found = estimate(100_000, tried, at_once=4)
    assert found
    # 50, 100, … 1,600 rows while a request is quicker than an eighth of a second: 1,600 are not.
    assert found.request_rows == 1_600
    assert found.requests == 5 + -(-(100_000 - 1_550) // 1_600)
    assert found.slowest == pytest.approx(found.requests * 0.010 + 100_000 * 0.0001)
    assert found.quickest == pytest.approx(found.slowest / 4)
    small = estimate(100_000, tried, most_rows=8, at_once=1)
    assert small
    assert (small.request_rows, small.requests) == (8, 12_500)
    written = estimate(100_000, tried, cases=100_000, at_once=64)
    assert written
    assert written.quickest > 10


def test_a_slow_model_gets_few_rows_in_a_request() -> None:
    found = estimate(100, [Request(rows=5, seconds=5.0), Request(rows=20, seconds=20.0)])
    assert found
    assert (found.request_rows, found.requests) == (1, 100)
    assert found.slowest == pytest.approx(100)


def test_how_many_cases_come_of_it() -> None:
    assert expected_cases(1_000, "all", 0.01, 0.1) == 1_000
    assert expected_cases(1_000, "drawn", 0.01, 0.1) == 100
    assert expected_cases(1_000, "sample", 0.01, 0.1) == 109
