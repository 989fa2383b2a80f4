"""What explains a model: who says so, where it is asked, and what may come back."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import httpx
import pytest

from mds_client import (
    EndpointRefused,
    InvalidValues,
    MdsClient,
    MdsError,
    ModelRef,
    NotReady,
    Server,
    UnreadableAnswer,
)
from mds_client.discovery import Catalogue
from mds_client.protocols import protocol_for
from mds_client.protocols.explainers import Explained, explainer_of, explainers
from mds_client.signature import Explainer, Field, Signature

CHURN = ModelRef(server="s", name="churn", version="v1")
WHY = ModelRef(server="s", name="churn-explainer")
OTHER = ModelRef(server="s", name="why")
INPUTS = tuple(Field(name=name, kind="number", datatype="FP64") for name in "ab")
SAYS = {"meta": {"name": "AnchorTabular"}, "data": {"anchor": [], "precision": 1.0}}


def _server(protocol: str = "open-inference", **settings: object) -> Server:
    return Server(name="s", url="http://mds", protocol=protocol, **settings)


def _found(
    refs: Sequence[ModelRef], server: Server, **declared: Signature
) -> dict[ModelRef, Explainer]:
    signatures = {ref: declared.get(ref.name.replace("-", "_")) for ref in refs}
    return explainers(protocol_for(server), signatures)


def _saying(explains: str = "", *outputs: str) -> Signature:
    answers = tuple(Field(name=name, kind="text") for name in outputs)
    return Signature(model=WHY, inputs=(), outputs=answers, explains=explains)


def test_a_name_is_enough_where_nothing_is_declared() -> None:
    (explainer,) = _found([CHURN, WHY], _server()).values()
    assert explainer.model == WHY
    assert explainer.route == "POST /v2/models/churn-explainer/infer"
    assert explainer.evidence == "A model of the same server is called churn-explainer."


@pytest.mark.parametrize("said", [_saying("", "predict"), _saying("sales")])
def test_a_name_is_not_enough_where_metadata_say_otherwise(said: Signature) -> None:
    assert not _found([CHURN, WHY], _server(), churn_explainer=said)


def test_what_an_explainer_says_of_itself_counts_more_than_names() -> None:
    found = _found([CHURN, WHY, OTHER], _server(), why=_saying("churn@v1"))
    assert found[CHURN].model == OTHER
    assert "says in its metadata that it explains churn@v1" in found[CHURN].evidence


def test_the_version_that_it_names_is_the_one_that_it_explains() -> None:
    second = replace(CHURN, version="v2")
    found = _found([CHURN, second, WHY], _server(), churn_explainer=_saying("churn@v2"))
    assert set(found) == {second}
    assert explainer_of(found, ModelRef(server="s", name="churn")) == found[second]
    assert explainer_of(found, CHURN) is None


def test_the_operator_counts_most() -> None:
    found = _found([CHURN, WHY, OTHER], _server(explainers={"churn": "why"}))
    assert found[CHURN].model == OTHER
    assert found[CHURN].evidence == "The settings name why as its explainer."
    assert not _found([CHURN, WHY], _server(explainers={"churn": ""}))


@pytest.mark.parametrize(
    ("protocol", "route"),
    [
        ("kserve", "POST /v1/models/churn:explain"),
        ("kserve-v1", "POST /v1/models/churn:explain"),
        ("torchserve", "POST /explanations/churn/v1"),
        ("torchserve-open-inference", "POST /explanations/churn"),
    ],
)
def test_a_protocols_own_route_is_used_only_where_it_is_named(protocol: str, route: str) -> None:
    assert not _found([CHURN], _server(protocol))
    (explainer,) = _found([CHURN], _server(protocol, explainers={"churn": "churn"})).values()
    assert (explainer.model, explainer.route) == (CHURN, route)


def test_seldons_explainer_has_an_address_of_its_own() -> None:
    assert not _found([CHURN], _server("seldon-core-1", explainers={"churn": "churn"}))
    server = _server("seldon-core-1", explainer_url="http://gate/seldon/n/churn-explainer/main")
    (explainer,) = _found([CHURN], server).values()
    assert explainer.route == "POST /api/v1.0/explain"


def test_a_protocol_without_explanations_has_no_explainers() -> None:
    assert not _found([CHURN, WHY], _server("tensorflow-serving"))


# Asking.

Handler = Callable[[httpx.Request], httpx.Response]


def _asked(server: Server, answer: Handler, explainer: ModelRef = WHY) -> Explained:
    signature = Signature(
        model=CHURN,
        inputs=INPUTS,
        layout="columns",
        explainer=Explainer(model=explainer, route="", evidence=""),
    )
    if server.protocol.startswith(("kserve-v1", "torchserve", "seldon-core-1")):
        signature = replace(signature, layout="matrix", tensor=Field(name="x", kind="tensor"))
    with MdsClient(server, transport=httpx.MockTransport(answer)) as client:
        return client.explain(signature, {"a": 1.5, "b": -2.0}, request_id="r-1")


def _text(text: str, **parameters: str) -> httpx.Response:
    output = {
        "name": "explanation",
        "shape": [1, 1],
        "datatype": "BYTES",
        "data": [text],
        "parameters": parameters,
    }
    return httpx.Response(200, json={"model_name": "why", "outputs": [output]})


def test_an_explainer_that_is_a_model_gets_the_models_inputs_and_answers_one_text() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return _text(json.dumps(SAYS), content_type="str")

    explained = _asked(_server(), answer)
    assert explained.content == SAYS
    assert sent[0].url.path == "/v2/models/churn-explainer/infer"
    body = json.loads(sent[0].content)
    assert [tensor["name"] for tensor in body["inputs"]] == ["a", "b"]
    assert "outputs" not in body
    assert explained.exchange.request_id == body["id"] == "r-1"
    assert explained.exchange.response_body


def test_behind_a_pipeline_the_text_is_base64() -> None:
    text = base64.b64encode(json.dumps(SAYS).encode()).decode()
    server = _server("seldon-core-2", models=("churn",))
    assert _asked(server, lambda _: _text(text)).content == SAYS


def test_nan_in_its_json_is_null() -> None:
    assert _asked(_server(), lambda _: _text('{"p": NaN, "q": Infinity}')).content == {
        "p": None,
        "q": None,
    }


@pytest.mark.parametrize(
    ("protocol", "path"),
    [
        ("kserve-v1", "/v1/models/churn:explain"),
        ("torchserve", "/explanations/churn/v1"),
        ("seldon-core-1", "/why/api/v1.0/explain"),
    ],
)
def test_other_protocols_have_routes_of_their_own(protocol: str, path: str) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=SAYS)

    where = {"explainer_url": "http://beside/why"} if protocol == "seldon-core-1" else {}
    assert _asked(_server(protocol, **where), answer, CHURN).content == SAYS
    assert sent[0].url.path == path
    assert sent[0].url.host == ("beside" if where else "mds")
    assert b"1.5" in sent[0].content


def test_a_failure_that_seldon_reports_with_200_is_one() -> None:
    status = {"status": {"status": "FAILURE", "info": "no such thing"}}
    server = _server("seldon-core-1", explainer_url="http://beside")
    with pytest.raises(MdsError, match="no such thing"):
        _asked(server, lambda _: httpx.Response(200, json=status), CHURN)


def test_a_refusal_is_in_words_about_the_explainer() -> None:
    refusal = {"error": "Remote inference call failed with 500, Internal Server Error"}
    with pytest.raises(MdsError) as failed:
        _asked(_server(), lambda _: httpx.Response(400, json=refusal))
    assert "The explainer" in failed.value.sentence
    assert "explained model failed" in failed.value.sentence
    assert failed.value.exchange
    with pytest.raises(NotReady, match="The explainer is busy"):
        _asked(_server(), lambda _: httpx.Response(503))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"<html>no</html>"),
        httpx.Response(200, json={"outputs": []}),
        httpx.Response(200, json={"outputs": "many"}),
        _text("not JSON"),
        _text("[" * 100_000),
        httpx.Response(200, content=b'{"outputs": [' + b" " * (9 * 1024 * 1024) + b"]}"),
    ],
    ids=["html", "none", "text", "no JSON", "deep", "too large"],
)
def test_what_is_no_explanation_is_unreadable(answer: httpx.Response) -> None:
    with pytest.raises(UnreadableAnswer) as failed:
        _asked(_server(), lambda _: answer)
    assert failed.value.exchange


def test_its_failures_do_not_close_the_way_to_the_model() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "explainer" in request.url.path:
            return httpx.Response(503)
        output = {"name": "y", "shape": [1, 1], "datatype": "FP64", "data": [4.0]}
        return httpx.Response(200, json={"model_name": "churn", "outputs": [output]})

    explainer = Explainer(model=WHY, route="", evidence="")
    signature = Signature(model=CHURN, inputs=INPUTS, layout="columns", explainer=explainer)
    server = replace(_server(), breaker_failures=2)
    with MdsClient(server, transport=httpx.MockTransport(answer)) as client:
        for _ in range(5):
            with pytest.raises(NotReady):
                client.explain(signature, {"a": 1.0, "b": 2.0})
        assert client.predict(signature, {"a": 1.0, "b": 2.0}).answer.number == 4.0


def test_one_row_at_a_time_and_only_where_there_is_an_explainer() -> None:
    signature = Signature(model=CHURN, inputs=INPUTS, layout="columns")
    with MdsClient(_server(), transport=httpx.MockTransport(lambda _: _text("{}"))) as client:
        with pytest.raises(EndpointRefused, match="no explainer"):
            client.explain(signature, {"a": 1.0, "b": 2.0})
        known = replace(signature, explainer=Explainer(model=WHY, route="", evidence=""))
        with pytest.raises(InvalidValues):
            client.explain(known, [{"a": 1.0, "b": 2.0}] * 2)


def test_it_has_a_time_limit_of_its_own() -> None:
    clock = iter([0.0, 0.0, 100.0, 100.0, 100.0, 100.0])
    explainer = Explainer(model=WHY, route="", evidence="")
    signature = Signature(model=CHURN, inputs=INPUTS, layout="columns", explainer=explainer)

    def late(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late", request=request)

    transport = httpx.MockTransport(late)
    with MdsClient(_server(), transport=transport, clock=lambda: next(clock, 100.0)) as client:
        with pytest.raises(MdsError, match="The explainer did not answer within 7 seconds"):
            client.explain(signature, {"a": 1.0, "b": 2.0}, seconds=7)


# In the catalogue.


def _mds(request: httpx.Request) -> httpx.Response:
    path = request.url.path
    if path == "/v2/repository/index":
        names = ("churn", "churn-explainer", "sales")
        return httpx.Response(200, json=[{"name": name, "state": "READY"} for name in names])
    if path == "/v2/models/churn-explainer":
        output = {"name": "explanation", "datatype": "BYTES", "shape": [-1, 1]}
        said = {"name": "churn-explainer", "outputs": [output], "parameters": {"explains": "churn"}}
        return httpx.Response(200, json=said)
    return httpx.Response(200, json={"name": path.rpartition("/")[2], "inputs": []})


def test_the_catalogue_lists_an_explainer_with_its_model_and_not_by_itself() -> None:
    with MdsClient(_server(), transport=httpx.MockTransport(_mds)) as client:
        catalogue = Catalogue({"s": client})
        catalogue.refresh()
        assert [entry.ref.name for entry in catalogue.entries()] == ["churn", "sales"]
        churn = catalogue.find(ModelRef(server="s", name="churn"))
        assert churn
        assert churn.explainer
        assert "metadata" in churn.explainer.evidence
        beside = catalogue.find(WHY)
        assert beside
        assert beside.is_explainer
        before = catalogue.version
        catalogue.refresh()
        assert catalogue.version == before


def test_a_client_finds_and_asks_the_explainer_by_itself() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/infer"):
            return _text(json.dumps(SAYS))
        return _mds(request)

    with MdsClient(_server(), transport=httpx.MockTransport(answer)) as client:
        model = client.model("churn")
        row = {model.signature().inputs[0].name: [1.0, 2.0]}
        assert model.explain(row).content == SAYS
