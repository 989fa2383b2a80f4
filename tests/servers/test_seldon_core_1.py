"""Against the real Python wrapper of Seldon Core 1: metadata, probabilities, errors, feedback."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from mds_client import EndpointFailed, InvalidValues, MdsClient, Server
from mds_client.signature import Field, Signature
from tests.servers.starting import Running


@pytest.fixture
def client(seldon_core_1: Running) -> Iterator[MdsClient]:
    with MdsClient(Server(name="s", url=seldon_core_1.url)) as client:
        yield client


def test_it_is_recognised_and_listed(client: MdsClient) -> None:
    assert client.protocol().NAME == "seldon-core-1"
    assert client.is_ready()
    assert [(str(i.ref), i.state) for i in client.models()] == [("s/tumour", "READY")]


def test_its_metadata_are_columns(client: MdsClient) -> None:
    signature = client.model("tumour").signature()
    assert len(signature.inputs) == 30
    assert signature.inputs[0].name == "mean radius"
    assert signature.is_tabular


def test_rows_have_probabilities_with_labels(client: MdsClient) -> None:
    names = [field.name for field in client.model("tumour").signature().inputs]
    rows = [dict.fromkeys(names, 0.01), dict.fromkeys(names, 900.0)]
    prediction = client.model("tumour").predict(rows)
    assert len(prediction.answers) == 2
    for answer in prediction.answers:
        assert answer.probabilities.keys() == {"malignant", "benign"}


def test_a_missing_value_does_not_leave(client: MdsClient) -> None:
    with pytest.raises(InvalidValues, match="Mean radius is needed"):
        client.model("tumour").predict({})


def test_a_wrong_shape_is_told_in_its_own_words(client: MdsClient) -> None:
    known = client.model("tumour").signature()
    short = Signature(
        model=known.model,
        inputs=tuple(Field(name=name, kind="number", datatype="FP64") for name in "xy"),
        layout="matrix",
        tensor=known.tensor,
    )
    with pytest.raises(EndpointFailed, match="operands could not be broadcast"):
        client.predict(short, {"x": 1.0, "y": 2.0})


def test_feedback_is_taken(client: MdsClient, seldon_core_1: Running) -> None:
    names = [field.name for field in client.model("tumour").signature().inputs]
    exchange = client.model("tumour").predict(dict.fromkeys(names, 0.01)).exchange
    request = client.protocol().feedback_request(
        exchange.request_body, exchange.response_body, is_right=True, request_id=exchange.request_id
    )
    assert request
    answer = httpx.post(
        seldon_core_1.url + request.path, content=request.body, headers=dict(request.headers)
    )
    assert answer.status_code == 200
    assert answer.json()["data"]["ndarray"] == [1.0]
