"""Against a real KServe Python server, version 2 of the protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from mds_client import EndpointFailed, MdsClient, ModelNotFound, Server
from tests.servers.reported import counted
from tests.servers.starting import Running


@pytest.fixture
def client(kserve: Running) -> Iterator[MdsClient]:
    with MdsClient(Server(name="k", url=kserve.url)) as client:
        yield client


def test_it_is_recognised_and_lists_its_models(client: MdsClient) -> None:
    assert client.protocol().NAME == "kserve"
    assert client.is_ready()
    assert [str(i.ref) for i in client.models()] == ["k/bc", "k/bc-typed", "k/crash"]


def test_typed_and_untyped_models_answer_alike(client: MdsClient) -> None:
    row = np.linspace(1, 30, 30)
    typed = client.model("bc-typed")
    assert [field.kind for field in typed.signature().inputs] == ["tensor"]
    by_type = typed.predict({"features": row}).answer.probabilities
    by_guess = client.model("bc").predict({"input-0": row}).answer.probabilities
    assert by_type == pytest.approx(by_guess)


def test_many_rows_travel_as_bytes(client: MdsClient) -> None:
    rows = np.random.default_rng(1).uniform(1, 30, (50, 30))
    model = client.model("bc-typed")
    many = model.predict(rows)
    assert "inference-header-content-length" in {h.lower() for h in many.exchange.request_headers}
    singles = [model.predict({"features": row}).answer.probabilities for row in rows[:5]]
    assert [a.probabilities for a in many.answers[:5]] == [pytest.approx(s) for s in singles]


def test_a_model_that_breaks_says_why(client: MdsClient) -> None:
    with pytest.raises(EndpointFailed, match="boom"):
        client.model("crash").predict({"input-0": [1.0] * 30})
    with pytest.raises(ModelNotFound):
        client.model("nope").predict({"input-0": [1.0] * 30})


def test_its_metrics_count_what_it_was_asked(client: MdsClient, kserve: Running) -> None:
    server = replace(client.server, metrics_url=f"{kserve.url}/metrics")
    model, row = client.model("bc-typed"), np.linspace(1, 30, 30)
    model.predict({"features": row})
    before = counted(server, "bc-typed", 1)
    model.predict({"features": row})
    after = counted(server, "bc-typed", before.requests + 1)
    assert (after.kind, after.requests, after.failed) == ("KServe", before.requests + 1, None)
    assert after.since == before.since
    assert after.mean
    assert 0 < after.mean < 5
    assert after.quantiles
    assert not after.quantiles_of_all
