"""Against a real KServe Python server, version 1 of the protocol."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from mds_client import EndpointFailed, MdsClient, ModelNotFound, Server
from tests.servers.starting import Running


@pytest.fixture
def client(kserve: Running) -> Iterator[MdsClient]:
    # The server speaks both versions; only the settings can ask for the older one.
    with MdsClient(Server(name="k", url=kserve.url, protocol="kserve-v1")) as client:
        yield client


def test_its_own_probe_recognises_it_and_lists_its_models(client: MdsClient) -> None:
    assert client.is_ready()
    found = {str(info.ref): info.state for info in client.models()}
    assert found == {"k/bc": "READY", "k/bc-typed": "READY", "k/crash": "READY"}
    assert client.model("bc").signature().layout == "unknown"


def test_rows_are_answered_one_by_one(client: MdsClient) -> None:
    rows = [{"input-0": row} for row in np.random.default_rng(1).uniform(1, 30, (3, 30))]
    answered = client.model("bc").predict(rows)
    assert answered.outputs[0].shape[0] == 3
    assert len(answered.answers) == 3


def test_errors_are_told_in_the_servers_words(client: MdsClient) -> None:
    with pytest.raises(ModelNotFound):
        client.model("nope").signature()
    with pytest.raises(EndpointFailed):
        client.model("bc").predict({"input-0": [1.0, 2.0]})
