"""Against a real TorchServe: it is recognised and asked, and its metrics are read."""

from __future__ import annotations

import pytest

from mds_client import MdsClient, Server
from tests.servers.reported import counted
from tests.servers.starting import Running


def test_its_metrics_count_what_it_was_asked(torchserve: Running) -> None:
    server = Server(
        name="t",
        url=torchserve.url,
        models=("tumour",),
        metrics_url=f"{torchserve.metrics}/metrics",
    )
    with MdsClient(server) as client:
        assert client.protocol().NAME == "torchserve"
        assert client.is_ready()
        model = client.model("tumour")
        (answer,) = model.predict({"input-0": [0.6, 0.4]}).answers
        assert list(answer.probabilities.values()) == pytest.approx([0.5, 0.5])
        before = counted(server, "tumour", 1)
        for _ in range(3):
            model.predict({"input-0": [0.1, 0.2]})
        after = counted(server, "tumour", before.requests + 3)
    assert (after.kind, after.requests) == ("TorchServe", before.requests + 3)
    assert (after.failed, after.quantiles) == (None, None)
    assert after.mean
    assert 0 < after.mean < 5
