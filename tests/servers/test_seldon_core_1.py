"""Against the real Python wrapper of Seldon Core 1: metadata, probabilities, errors, feedback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from cases.recording import predict_and_record
from db.ids import utc_now
from feedback.deliveries import deliver, of_case
from feedback.submission import submit
from health.server_metrics.readings import Readings
from mds_client import EndpointFailed, EndpointUnreachable, InvalidValues, MdsClient, Server
from mds_client.signature import Field, Signature
from mds_client.transport.exchange import Request
from services import build
from settings import ServerSettings, Settings
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


def test_its_wrapper_counts_no_requests_and_says_so(
    client: MdsClient, seldon_core_1: Running
) -> None:
    server = replace(client.server, metrics_url=f"{seldon_core_1.metrics}/metrics")
    reading = Readings(patience=60).of(server, "tumour")
    assert reading
    assert reading.sentence == "It counts no request of this model."


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


def test_reward_and_truth_arrive_after_an_outage(
    seldon_core_1: Running, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the click to the real wrapper, through the outbox: while it is away nothing is lost."""
    server = ServerSettings(name="s", url=seldon_core_1.url, feedback=True)
    found = build(
        Settings(
            database_url=sqlite_url, servers=[server], warm_explainers=False, embedded_worker=False
        )
    )
    try:
        model = found.clients["s"].model("tumour")
        values = dict.fromkeys((field.name for field in model.signature().inputs), 0.01)
        case = predict_and_record(model, values, sessions=found.sessions, key="k").case
        other = "benign" if case.answer_label == "malignant" else "malignant"
        said = {"person": "ann", "judgement": "incorrect", "truth": other, "key": "f"}
        submit(found.sessions, case_id=case.id, **said)
        sent: list[bytes] = []
        real = found.clients["s"]._send

        def away(*_args: object, **_more: object) -> object:
            raise EndpointUnreachable("Nobody answers.")

        def noted(request: Request, *args: object, **more: object) -> object:
            sent.append(request.body)
            return real(request, *args, **more)

        monkeypatch.setattr(found.clients["s"], "_send", away)
        now = utc_now()
        for minutes in range(0, 61, 5):
            moment = now + timedelta(minutes=minutes)
            deliver(found.sessions, found.sends, clock=lambda moment=moment: moment)
        (waits,) = of_case(found.sessions, case.id)
        assert (waits.state, waits.words) == ("waiting", "Nobody answers.")
        monkeypatch.setattr(found.clients["s"], "_send", noted)
        later = now + timedelta(hours=3)
        assert deliver(found.sessions, found.sends, clock=lambda: later).sent == 1
        (done,) = of_case(found.sessions, case.id)
        assert done.state == "sent"
        (body,) = [json.loads(each) for each in sent if b"reward" in each]
        assert 0 < body["reward"] < 1
        row = dict(
            zip(body["truth"]["data"]["names"], body["truth"]["data"]["ndarray"][0], strict=True)
        )
        assert row == {other: 1.0, case.answer_label: 0.0}
        assert body["response"]["meta"]["puid"] == case.request_id
    finally:
        found.close()
