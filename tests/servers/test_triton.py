"""Against a real Triton: JSON and binary, every datatype there and back, versions, errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mds_client import (
    EndpointRefused,
    Field,
    InvalidValues,
    MdsClient,
    ModelNotFound,
    ModelRef,
    Server,
    Signature,
)
from mds_client.signature.datatypes import numpy_of
from tests.servers.reported import counted
from tests.servers.starting import Running

VALUES = {
    "BOOL": [True, False],
    "UINT8": [0, 255],
    "UINT16": [0, 65535],
    "UINT32": [0, 2**32 - 1],
    "UINT64": [0, 2**64 - 1],
    "INT8": [-128, 127],
    "INT16": [-(2**15), 2**15 - 1],
    "INT32": [-(2**31), 2**31 - 1],
    "INT64": [-(2**63), 2**63 - 1],
    "FP16": [-1.5, 65504.0],
    "FP32": [0.1, -3.4e38],
    "FP64": [0.1, 1.7e308],
}


@pytest.fixture
def client(triton: Running) -> Iterator[MdsClient]:
    with MdsClient(Server(name="t", url=triton.url)) as client:
        yield client


def test_it_is_recognised_with_evidence(client: MdsClient) -> None:
    assert client.protocol().NAME == "triton"
    assert client.detected
    assert "Triton's extensions" in client.detected.evidence
    assert [(p.method, p.path, p.status) for p in client.detected.probes] == [("GET", "/v2", 200)]
    assert {offer.kind for offer in client.protocol().offers(ModelRef(server="t", name="bc"))} >= {
        "binary", "statistics", "load", "versions", "metrics",
    }  # fmt: skip


def test_models_are_listed_with_versions_states_and_reasons(client: MdsClient) -> None:
    listed = {str(info.ref): info for info in client.models()}
    assert {"t/bc@1", "t/bc@2", "t/echo@1", "t/broken@1"} <= set(listed)
    assert listed["t/bc@2"].is_ready
    assert listed["t/broken@1"].state == "UNAVAILABLE"
    assert "cannot load" in listed["t/broken@1"].reason


def test_json_and_binary_are_answered_alike(client: MdsClient) -> None:
    model = client.model("bc")
    rows = np.random.default_rng(1).uniform(1, 30, (50, 30)).astype(np.float32)
    many = model.predict(rows)
    single = [model.predict({"features": row}) for row in rows]
    assert many.exchange.request_headers["Content-Type"] == "application/octet-stream"
    assert single[0].exchange.request_headers["Content-Type"] == "application/json"
    assert many.model.version == "2"
    assert [a.label for a in many.answers] == [p.answer.label for p in single]
    both = zip(many.answers, single, strict=True)
    assert all(a.probabilities == pytest.approx(p.answer.probabilities, abs=1e-6) for a, p in both)


def test_its_metrics_count_what_it_was_asked(client: MdsClient, triton: Running) -> None:
    server = replace(client.server, metrics_url=f"{triton.metrics}/metrics")
    model = client.model("bc")
    model.predict({"features": [1.0] * 30})
    before = counted(server, "bc")
    model.predict({"features": [1.0] * 30})
    after = counted(server, "bc", before.requests + 1)
    assert (after.kind, after.requests - before.requests) == ("Triton", 1)
    assert after.failed == before.failed
    assert after.mean
    assert 0 < after.mean < 5
    assert after.quantiles is None


def test_a_version_can_be_asked_for(client: MdsClient) -> None:
    answered = client.model("bc", "1").predict({"features": [1.0] * 30})
    assert answered.model.version == "1"


def test_every_datatype_comes_back_as_it_was_sent(client: MdsClient) -> None:
    signature = client.model("echo").signature()
    assert not any(field.required for field in signature.inputs)
    for datatype, values in VALUES.items():
        one = Signature(
            model=signature.model,
            inputs=(Field(name=datatype, kind="tensor", datatype=datatype, shape=(-1, -1)),),
        )
        sent = np.array([values], dtype=numpy_of(datatype))
        (output,) = client.predict(one, sent).outputs
        assert output.name == f"OUT_{datatype}"
        assert np.array(output.data, dtype=sent.dtype).tolist() == sent.ravel().tolist(), datatype


def test_text_comes_back_as_it_was_sent(client: MdsClient) -> None:
    field = Field(name="BYTES", kind="text", datatype="BYTES", shape=(-1, 1))
    signature = Signature(model=ModelRef(server="t", name="echo"), inputs=(field,))
    texts = ["AZ", "été", "日本", '"quoted" \\ <b>', "x" * 5000]
    answered = client.predict(signature, pd.DataFrame({"BYTES": texts}))
    assert [a.text for a in answered.answers] == texts


def test_errors_are_ours(client: MdsClient) -> None:
    with pytest.raises(InvalidValues):
        client.model("bc").predict({"features": [1.0] * 29})
    wrong = Signature(
        model=ModelRef(server="t", name="bc"),
        inputs=(Field(name="features", kind="tensor", datatype="FP32", shape=(-1, 29)),),
    )
    with pytest.raises(EndpointRefused, match="shape") as refused:
        client.predict(wrong, {"features": [1.0] * 29})
    assert refused.value.request_id
    with pytest.raises(ModelNotFound):
        client.model("nope").predict({"features": [1.0] * 30})
