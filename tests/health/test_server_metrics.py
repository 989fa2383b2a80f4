"""What servers report of themselves: a real MLServer, texts as other servers write them, and texts that are none."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import timedelta

import numpy as np
import pytest

from api.v1.health.times import reported_of
from db.ids import utc_now
from health.answer_times import reported_words
from health.server_metrics.contract import Figures, Quantile
from health.server_metrics.exposition import MOST_SERIES, UnreadableMetrics, samples
from health.server_metrics.figures import BEGAN, figures
from health.server_metrics.kinds import names, readers
from health.server_metrics.quantiles import quantile
from health.server_metrics.readings import Readings
from mds_client import EndpointFailed, MdsClient, Server
from tests.mds_client.faults import Behaviour, answers, misbehaving, stalls
from tests.servers.starting import Running


def patient() -> Readings:
    """However busy the machine is."""
    return Readings(patience=60)


def _of(text: str, model: str) -> Figures | None:
    return figures(samples(text, names() | {BEGAN}), model, readers())


def _read(server: Server, model: str) -> Figures:
    reading = patient().of(server, model)
    assert reading
    assert reading.figures, reading.sentence
    return reading.figures


def test_a_real_mlserver_counts_what_it_is_asked(mds: Running) -> None:
    server = Server(name="demo", url=mds.url, metrics_url=mds.metrics)
    with MdsClient(server) as client:
        model, flaky = client.model("diabetes-progress"), client.model("flaky")
        (row, *_), odd = model.signature().example_rows, flaky.signature().example_rows[0]
        model.predict(row)
        before = _read(server, "diabetes-progress")
        for _ in range(3):
            model.predict(row)
        after = _read(server, "diabetes-progress")
        with suppress(EndpointFailed):
            flaky.predict(odd)
        is_counted = _read(server, "flaky")
    assert is_counted.requests >= 1
    assert (after.requests - before.requests, after.failed) == (3, before.failed)
    assert after.mean
    assert 0 < after.mean < 5
    assert after.since == before.since
    assert after.since
    assert timedelta() < utc_now() - after.since < timedelta(days=1)
    assert after.quantiles_of_all
    assert after.quantiles
    seconds = [each.seconds for each in after.quantiles]
    assert seconds == sorted(seconds)
    reading = patient().of(server, "diabetes-progress")
    assert reading
    told = reported_of(reading)
    assert told
    assert (told.kind, told.requests, told.failed) == ("MLServer", after.requests, after.failed)
    assert [each.share for each in told.quantiles] == [0.5, 0.95, 0.99]
    assert (told.quantiles_of_all, told.is_of_a_day, told.since) == (True, False, after.since)
    words = reported_words(reading)
    assert told.sentence == words
    assert words.startswith(f"{after.requests:,} requests, {after.failed} failed, ")
    assert "Of all models on this server together: Half within" in words


def test_a_reading_is_kept_for_a_quarter_of_a_minute(mds: Running) -> None:
    now = [0.0]
    server = Server(name="demo", url=mds.url, metrics_url=mds.metrics)
    kept = Readings(lambda: now[0], patience=60)
    with MdsClient(server) as client:
        model = client.model("diabetes-progress")
        row = model.signature().example_rows[0]
        model.predict(row)
        first = kept.of(server, "diabetes-progress")
        model.predict(row)
        now[0] = 14.9
        assert kept.of(server, "diabetes-progress") == first
        now[0] = 15.0
        later = kept.of(server, "diabetes-progress")
    assert first
    assert first.figures
    assert later
    assert later.figures
    assert later.figures.requests == first.figures.requests + 1
    assert kept.of(Server(name="none", url=mds.url), "diabetes-progress") is None


TRITON = """
nv_inference_request_success{model="bc",version="1"} 6
nv_inference_request_success{model="bcd",version="1"} 60
nv_inference_request_failure{model="bc",reason="OTHER",version="1"} 0
nv_inference_request_failure{model="bc",reason="BACKEND",version="1"} 1
nv_inference_request_duration_us{model="bc",version="1"} 54678
"""
TORCHSERVE = """
ts_inference_latency_microseconds{model_name="bc",model_version="1.0",hostname="vm",} 11834.997
ts_inference_latency_microseconds{model_name="bc",model_version="default",hostname="vm",} 122878.0
ts_inference_requests_total{model_name="bc",model_version="1.0",hostname="vm",} 1.0
ts_inference_requests_total{model_name="bc",model_version="default",hostname="vm",} 5.0
"""
_BY = 'deployment_name="bc",predictor_name="p",method="post"'
_SELDON = "seldon_api_executor_server_requests_seconds"
SELDON = f"""
{_SELDON}_bucket{{{_BY},service="predictions",code="200",le="0.1"}} 8
{_SELDON}_bucket{{{_BY},service="predictions",code="200",le="0.2"}} 18
{_SELDON}_bucket{{{_BY},service="predictions",code="200",le="+Inf"}} 19
{_SELDON}_bucket{{{_BY},service="predictions",code="500",le="0.1"}} 0
{_SELDON}_bucket{{{_BY},service="predictions",code="500",le="0.2"}} 0
{_SELDON}_bucket{{{_BY},service="predictions",code="500",le="+Inf"}} 1
{_SELDON}_sum{{{_BY},service="predictions",code="200"}} 3
{_SELDON}_sum{{{_BY},service="predictions",code="500"}} 1
{_SELDON}_count{{{_BY},service="predictions",code="200"}} 19
{_SELDON}_count{{{_BY},service="predictions",code="500"}} 1
{_SELDON}_count{{{_BY},service="status",code="200"}} 4000
"""
SELDON_2 = """
seldon_model_infer_total{model="bc",model_internal="bc_4",code="200"} 6
seldon_model_infer_total{model="bc",model_internal="bc_4",code="OK"} 3
seldon_model_infer_total{model="bc",model_internal="bc_5",code="404"} 1
seldon_model_infer_seconds_total{model="bc",model_internal="bc_4",code="200"} 0.5
"""
_RAY = "ray_serve_deployment"
RAY = f"""
{_RAY}_processing_latency_ms_bucket{{deployment="bc",application="loans",le="100.0"}} 10
{_RAY}_processing_latency_ms_bucket{{deployment="bc",application="loans",le="+Inf"}} 10
{_RAY}_processing_latency_ms_sum{{deployment="bc",application="loans"}} 500
{_RAY}_processing_latency_ms_count{{deployment="bc",application="loans"}} 10
{_RAY}_error_counter_total{{deployment="bc",application="loans"}} 2
"""
RAY_ROUTES = (
    RAY.replace('deployment="bc"', 'deployment="bc",route="/loans/predict"')
    + f"""
{_RAY}_processing_latency_ms_count{{deployment="bc",application="loans",route="/loans/{{id}}/why"}} 90
{_RAY}_processing_latency_ms_count{{deployment="bc",application="loans",route="/loans"}} 900
"""
)
KSERVE = """
process_start_time_seconds 1.79521947617e+09
request_predict_seconds_bucket{model_name="bc",le="0.01"} 4
request_predict_seconds_bucket{model_name="bc",le="+Inf"} 4
request_predict_seconds_count{model_name="bc"} 4
request_predict_seconds_sum{model_name="bc"} 0.02
"""
GENERATION = """
model_infer_request_success_total{model="bc_1",version="None"} 4
model_infer_request_success_total{model="bc_12",version="None"} 3
model_infer_request_success_total{model="bc_x",version="None"} 100
model_infer_request_failure_total{model="bc_1",version="None"} 1
"""


@pytest.mark.parametrize(
    ("text", "model", "kind", "requests", "failed", "mean", "quantiles"),
    [
        (TRITON, "bc", "Triton", 7, 1, 54678e-6 / 6, None),
        (TORCHSERVE, "bc", "TorchServe", 6, None, 134712.997e-6 / 6, None),
        (SELDON, "bc", "Seldon Core", 20, 1, 0.2, ((0.12, False), (0.2, True), (0.2, True))),
        (SELDON_2, "bc", "Seldon Core 2", 10, 1, 0.05, None),
        (RAY, "bc", "Ray Serve", 10, 2, 0.05, ((0.05, False), (0.095, False), (0.099, False))),
        (RAY, "loans", "Ray Serve", 10, 2, 0.05, ((0.05, False), (0.095, False), (0.099, False))),
        (RAY_ROUTES, "loans.predict", "Ray Serve", 10, 2, 0.05, ((0.05, False), (0.095, False), (0.099, False))),
        (RAY_ROUTES, "loans.id.why", "Ray Serve", 90, 0, 0.0, None),
        (KSERVE, "bc", "KServe", 4, None, 0.005, ((0.005, False), (0.0095, False), (0.0099, False))),
        (GENERATION, "bc", "MLServer", 8, 1, None, None),
    ],
)  # fmt: skip
def test_each_kind_of_server_is_read_as_it_writes(
    text: str,
    model: str,
    kind: str,
    requests: int,
    failed: int | None,
    mean: float | None,
    quantiles: tuple[tuple[float, bool], ...] | None,
) -> None:
    found = _of(text, model)
    assert found
    assert (found.kind, found.requests, found.failed) == (kind, requests, failed)
    assert found.mean == (None if mean is None else pytest.approx(mean))
    read = [(each.seconds, each.is_least) for each in found.quantiles or ()]
    wanted = [(pytest.approx(seconds), is_least) for seconds, is_least in quantiles or ()]
    assert read == wanted
    assert _of(text, "b") is None


def test_a_quantile_lies_in_the_bucket_of_the_exact_one() -> None:
    drawn = np.random.default_rng(7).lognormal(-3, 1, 5_000)
    ends = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5]
    buckets = {end: float((drawn <= end).sum()) for end in [*ends, math.inf]}
    for share in (0.5, 0.95, 0.99):
        exact = np.quantile(drawn, share, method="inverted_cdf")
        low, high = max([0.0, *[e for e in ends if e < exact]]), min(e for e in ends if e >= exact)
        found = quantile(share, buckets)
        assert found
        assert low <= found.seconds <= high
    assert quantile(0.95, {0.1: 1.0, math.inf: 4.0}) == Quantile(seconds=0.1, is_least=True)
    assert quantile(0.5, {0.1: 3.0, 0.2: 2.0, math.inf: 4.0}) == Quantile(
        seconds=pytest.approx(0.1 * 2 / 3)
    )
    for nothing in ({}, {math.inf: 3.0}, {0.1: 3.0}, {0.1: 0.0, math.inf: 0.0}):
        assert quantile(0.5, nothing) is None


def test_texts_that_are_none_are_told_or_left_out() -> None:
    name = "nv_inference_request_success"
    assert samples(f"<html>\n{name}_other 1\n# {name} 1\n", {name}) == []
    numbers = "\n".join(f'{name}{{model="m"}} {n}' for n in ("NaN", "+Inf", "-1", "3"))
    assert [each.value for each in samples(numbers, {name})] == [3.0]
    assert samples(f'{name}{{model="{"x" * 5_000}"}} 1', {name}) == []
    for text in (f"{name}{{", f"{name} none", f"{name}{{{name}"):
        with pytest.raises(UnreadableMetrics, match="no text of metrics"):
            samples(text, {name})
    with pytest.raises(UnreadableMetrics, match="too many"):
        samples(f"{name} 1\n" * (MOST_SERIES + 1), {name})
    assert _of(f"{BEGAN} 1e300\n{TRITON}", "bc") == _of(TRITON, "bc")


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        (answers(404, "no"), "answered with the status 404"),
        (answers(200, b"\xff\xfe\x00"), "counts no request of this model"),
        (answers(200, b"x" * (5 << 20)), "could not be read"),
        (stalls(0.0), "address of its metrics"),
    ],
)
def test_what_does_not_answer_is_a_sentence(behaviour: Behaviour, sentence: str) -> None:
    with misbehaving(behaviour) as url:
        for address in ({"metrics_url": url}, {"prometheus_url": url}):
            reading = patient().of(Server(name="s", url="http://127.0.0.1:9", **address), "bc")
            assert reading
            assert reading.figures is None
            assert sentence in reading.sentence or "prometheus_url" in address
            assert reading.sentence
