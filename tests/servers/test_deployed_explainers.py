"""Explainers beside real models: found, asked, read, and held against what the model itself answers.

KServe and MLServer serve theirs. Seldon Core 1 has its explainer in another container, which is no Python
package: in its place stands a small HTTP server that asks the real wrapper and answers in that container's
form. TorchServe is spoken to by its documented messages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from explanations import (
    Explainers,
    Explanation,
    ExplanationFailed,
    ExplanationRequest,
    InlineExplainers,
)
from mds_client import MdsClient, Server
from mds_client.protocols.explainers import explainer_of
from mds_client.signature import Field, Signature, Values
from tests.listening import Handler, listening, url_of
from tests.servers.starting import Running

Answer = Callable[[str, Any], tuple[int, object]]


@contextmanager
def _serving(answer: Answer) -> Iterator[str]:
    """A real HTTP server: the path and the JSON that came, to a status and the JSON to send."""

    class Answering(Handler):
        def do_GET(self) -> None:
            self._send(None)

        def do_POST(self) -> None:
            self._send(json.loads(self.received()))

        def _send(self, said: Any) -> None:
            status, body = answer(self.path, said)
            self.send_json(body, status)

    with listening(Answering) as server:
        yield url_of(server)


def _signature(client: MdsClient, name: str, version: str = "") -> Signature:
    model = client.model(name, version)
    return replace(model.signature(), explainer=explainer_of(client.explainers(), model.ref))


def _explained(client: MdsClient, signature: Signature, row: Values) -> Explanation:
    answer = client.predict(signature, row).answer
    request = ExplanationRequest(
        method="native", server=client.server, signature=signature, values=row, answer=answer
    )
    with InlineExplainers(client) as explainers:
        return explainers.start(request).result()


def test_mlservers_is_found_asked_and_compared_in_a_process(mds_url: str) -> None:
    server = Server(name="demo", url=mds_url)
    with MdsClient(server) as client, Explainers(is_eager=False) as explainers:
        signature = _signature(client, "penguins", "v2")
        assert signature.explainer
        assert signature.explainer.title == "penguins-explainer"
        assert _signature(client, "penguins", "v1").explainer is None
        row = signature.example_rows[0]
        answer = client.predict(signature, row).answer
        request = ExplanationRequest(
            method="native", server=server, signature=signature, values=row, answer=answer
        )
        told = explainers.start(request).result(timeout=120)
    assert told.title == "The deployed explainer (penguins-explainer)"
    assert told.base is not None
    total = told.base + sum(a.amount for a in told.attributions)
    assert total == pytest.approx(told.prediction)
    assert "The deployed explainer and ours agree on" in told.sentence
    assert told.wire
    assert "explanation" in told.wire.received


def test_mlservers_explains_whatever_row_it_is_sent(mds_url: str) -> None:
    with MdsClient(Server(name="demo", url=mds_url)) as client:
        signature = _signature(client, "penguins", "v2")
        first, second, unmeasured = (signature.example_rows[i] for i in (0, 1, 24))
        told = [_explained(client, signature, row) for row in (first, second, unmeasured)]
    amounts = [{a.field: a.amount for a in each.attributions} for each in told]
    assert amounts[0] != amounts[1]
    assert all(each.kind == "attribution" for each in told)


@pytest.mark.parametrize("protocol", ["auto", "kserve-v1"])
def test_kserves_is_asked_where_the_settings_name_it(kserve: Running, protocol: str) -> None:
    url, row = kserve.url, {"input-0": [float(n) for n in range(1, 31)]}
    with MdsClient(Server(name="k", url=url, protocol=protocol)) as client:
        assert _signature(client, "bc").explainer is None
    server = Server(name="k", url=url, protocol=protocol, explainers={"bc": "bc"})
    with MdsClient(server) as client:
        signature = _signature(client, "bc")
        told = _explained(client, signature, row)
        said = client.explain(signature, row).content
    assert told.title == "The deployed explainer"
    (amounts,) = said["explanations"]  # type: ignore[index, call-overload]
    assert {a.title: a.amount for a in told.attributions} == {
        f"Number {place + 1}": amount for place, amount in enumerate(amounts)
    }
    assert told.wire
    assert told.wire.url == f"{url}/v1/models/bc:explain"


def test_kserves_with_named_columns_is_compared_with_ours(kserve: Running) -> None:
    server = Server(name="k", url=kserve.url, protocol="kserve-v1", explainers={"bc": "bc"})
    columns = tuple(
        Field(name=f"x{n}", kind="number", examples=(float(n), 30.0 - n)) for n in range(30)
    )
    with MdsClient(server) as client:
        bare = _signature(client, "bc")
        whole = Field(name="x", kind="tensor", datatype="FP64")
        answers = (Field(name="predictions", kind="category", datatype="INT64", role="class"),)
        signature = replace(bare, inputs=columns, layout="matrix", tensor=whole, outputs=answers)
        told = _explained(client, signature, {f"x{n}": float(n + 1) for n in range(30)})
    assert len(told.attributions) == 30
    assert (
        "It does not say for which answer" in told.sentence
        or "Our own explanation names" in told.sentence
    )


def test_kserve_says_when_a_model_has_none(kserve: Running) -> None:
    server = Server(name="k", url=kserve.url, explainers={"crash": "crash"})
    with MdsClient(server) as client:
        signature = _signature(client, "crash")
        request = ExplanationRequest(
            method="native",
            server=server,
            signature=signature,
            values={"input-0": [1.0, 2.0]},
            answer=client.model("bc").predict({"input-0": [1.0] * 30}).answer,
        )
        with InlineExplainers(client) as explainers, pytest.raises(ExplanationFailed) as failed:
            explainers.start(request).result()
    assert "gave no explanation" in failed.value.sentence


def _seldons_explainer(model: str) -> Answer:
    """As the explainer container of Seldon Core 1 answers: alibi's JSON, after it has asked the model."""

    def answer(path: str, said: Any) -> tuple[int, object]:
        assert path == "/api/v1.0/explain"
        row = said["data"]["ndarray"][0]
        asked = httpx.post(f"{model}/api/v1.0/predictions", json={"data": {"ndarray": [row]}})
        chances = asked.json()["data"]["ndarray"][0]
        # One condition about the field that the row has most of.
        column = max(range(len(row)), key=lambda place: row[place])
        condition = f"{said['data']['names'][column]} > {row[column] - 1:.2f}"
        raw = {
            "feature": [column],
            "prediction": [chances.index(max(chances))],
            "instance": row,
            "success": True,
        }
        data = {"anchor": [condition], "precision": 0.99, "coverage": 0.5, "raw": raw}
        return 200, {"meta": {"name": "AnchorTabular", "version": "0.9.4"}, "data": data}

    return answer


def test_seldons_is_at_an_address_of_its_own(seldon_core_1: Running) -> None:
    with _serving(_seldons_explainer(seldon_core_1.url)) as beside:
        server = Server(name="s", url=seldon_core_1.url, explainer_url=beside)
        with MdsClient(server) as client:
            signature = _signature(client, "tumour")
            inputs = tuple(
                replace(field, examples=tuple(float(n + place) for n in range(40)))
                for place, field in enumerate(signature.inputs)
            )
            signature = replace(signature, inputs=inputs)
            told = _explained(client, signature, signature.example_rows[20])
    assert told.kind == "rule"
    assert told.conditions[0].endswith("is above 48")
    assert "It says 99 %; of " in told.sentence
    assert told.wire
    assert told.wire.url == f"{beside}/api/v1.0/explain"


def _torchserve(path: str, said: Any) -> tuple[int, object]:
    """TorchServe's documented messages, for a handler of texts that explains with Captum."""
    if path == "/ping":
        return 200, {"status": "Healthy"}
    if said is None:
        return 404, {"code": 404, "type": "ResourceNotFoundException", "message": "Not found."}
    words = str(said["instances"][0]).split()
    if path == "/predictions/tone":
        return 200, {"predictions": ["good" if "fine" in words else "bad"]}
    assert path == "/explanations/tone"
    weights = [0.9 if word == "fine" else 0.01 for word in words]
    return 200, [{"words": words, "importances": weights, "delta": 0.02}]


def test_torchserves_words_are_drawn_and_compared() -> None:
    with _serving(_torchserve) as url:
        server = Server(name="t", url=url, models=("tone",), explainers={"tone": "tone"})
        with MdsClient(server) as client:
            assert client.protocol().NAME == "torchserve"
            bare = _signature(client, "tone")
            text = Field(name="text", kind="text")
            answers = (Field(name="predictions", kind="text", role="class"),)
            signature = replace(bare, inputs=(text,), layout="tensors", outputs=answers)
            told = _explained(client, signature, {"text": "a fine slow day"})
    assert told.kind == "spans"
    assert [a.title for a in told.attributions] == ["a", "fine", "slow", "day"]
    assert "agree on the strongest word" in told.sentence
