"""Against a real Ray Serve: its routes, a FastAPI document, nested fields, errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mds_client import EndpointRefused, InvalidValues, MdsClient, Server
from tests.servers.reported import counted
from tests.servers.starting import Running

ROW = {
    "age": 41,
    "income": 31250.5,
    "housing": "own",
    "address.city": "Leeds",
    "address.is_rural": False,
}


@pytest.fixture
def client(ray_serve: Running) -> Iterator[MdsClient]:
    with MdsClient(Server(name="r", url=ray_serve.url)) as client:
        yield client


def test_it_is_recognised_and_its_operations_are_listed(client: MdsClient) -> None:
    assert client.protocol().NAME == "openapi"
    assert client.is_ready()
    assert [info.ref.name for info in client.models()] == ["loans.predict"]


def test_its_schema_is_fields(client: MdsClient) -> None:
    signature = client.model("loans.predict").signature()
    assert [(f.name, f.kind) for f in signature.inputs] == [
        ("age", "integer"),
        ("income", "number"),
        ("housing", "category"),
        ("address.city", "text"),
        ("address.is_rural", "boolean"),
    ]
    assert (signature["age"].minimum, signature["age"].maximum) == (18, 120)
    assert signature["housing"].choices == ("own", "rent", "other")
    assert signature.title == "Is this loan repaid?"


def test_it_answers_in_the_words_of_its_schema(client: MdsClient) -> None:
    answer = client.model("loans.predict").predict(ROW).answer
    assert (answer.kind, answer.label) == ("class", "grant")


def test_what_the_schema_forbids_does_not_leave(client: MdsClient) -> None:
    with pytest.raises(InvalidValues, match="at least 18"):
        client.model("loans.predict").predict({**ROW, "age": 3})


def test_what_the_model_refuses_comes_with_its_words(client: MdsClient) -> None:
    with pytest.raises(EndpointRefused, match="There is no such city"):
        client.model("loans.predict").predict({**ROW, "address.city": "Nowhere"})


_ASKED = 20


def test_its_metrics_count_what_it_was_asked(client: MdsClient, ray_serve: Running) -> None:
    """By the route of the operation, as it is called here; what the app refuses itself is no failure of the deployment."""
    server = replace(client.server, metrics_url=f"{ray_serve.metrics}/metrics")
    model = client.model("loans.predict")
    model.predict(ROW)
    before = counted(server, "loans.predict", 1)
    for _ in range(_ASKED):
        model.predict(ROW)
    after = counted(server, "loans.predict", before.requests + _ASKED)
    # Ray hands on its counts every few seconds: some of what other tests asked may come in between.
    assert before.requests + _ASKED <= after.requests < before.requests + 2 * _ASKED
    assert (after.kind, after.failed) == ("Ray Serve", 0)
    assert after.mean
    assert 0 < after.mean < 5
    assert after.quantiles
    assert not after.quantiles_of_all
