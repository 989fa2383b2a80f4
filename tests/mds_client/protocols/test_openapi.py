"""Servers that describe themselves with OpenAPI: recorded from Ray Serve, and documents of our own."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from mds_client import (
    EndpointFailed,
    EndpointRefused,
    InvalidValues,
    MdsClient,
    ModelNotFound,
    ModelRef,
    Server,
    UnreadableAnswer,
)
from mds_client.protocols.openapi import OpenAPI
from mds_client.protocols.openapi_operations import Document, operations
from mds_client.protocols.protocol import Protocol
from mds_client.signature import Signature
from mds_client.transport.exchange import Response
from tests.mds_client.faults import Behaviour, answers, misbehaving

RECORDED = Path(__file__).parents[2] / "data" / "recorded" / "ray-serve"
IRIS = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}


def recorded(name: str) -> dict:
    return json.loads((RECORDED / f"{name}.json").read_text())


def serves(routes: dict[str, tuple[int, object]]) -> Behaviour:
    """A server with these answers by path; 404 for others."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        status, body = routes.get(handler.path, (404, {"detail": "Not Found"}))
        content = body if isinstance(body, str) else json.dumps(body)
        answers(status, content)(handler)

    return behave


def ray_serve(prediction: str = "predict") -> Behaviour:
    said = {
        path: recorded(name)["response"]
        for path, name in {
            "/-/routes": "routes",
            "/iris/openapi.json": "openapi",
            "/plain/openapi.json": "plain_openapi",
            "/iris/predict": prediction,
        }.items()
    }
    return serves({path: (r["status"], r["body"]) for path, r in said.items()})


def document(schema: object, answer: object = None, path: str = "/predict", **more: object) -> dict:
    """An OpenAPI document of one operation."""
    body = {"content": {"application/json": {"schema": schema}}}
    said = {"200": {"content": {"application/json": {"schema": answer or {}}}}}
    operation = {"summary": "Churn", "description": "Will they leave?"}
    return {
        "openapi": "3.1.0",
        "paths": {path: {"post": {**operation, "requestBody": body, "responses": said}}},
        **more,
    }


def properties(**members: object) -> dict:
    return {"type": "object", "properties": members, "required": list(members)}


def protocol() -> Protocol:
    return OpenAPI(Server(name="s", url="http://h"))


def signature(schema: object, answer: object = None, **more: object) -> Signature:
    with misbehaving(serves({"/openapi.json": (200, document(schema, answer, **more))})) as url:
        with MdsClient(Server(name="s", url=url, protocol="openapi")) as client:
            return client.model("predict").signature()


def asked(schema: object, prediction: object, values: object, answer: object = None):
    routes = {"/openapi.json": (200, document(schema, answer)), "/predict": (200, prediction)}
    with misbehaving(serves(routes)) as url:
        with MdsClient(Server(name="s", url=url, protocol="openapi")) as client:
            return client.model("predict").predict(values)


@pytest.mark.slow
def test_ray_serve_is_recognised_and_its_apps_are_listed():
    with misbehaving(ray_serve()) as url, MdsClient(Server(name="s", url=url)) as client:
        assert client.detect().protocol == "openapi"
        assert [info.ref.name for info in client.models()] == ["iris.predict"]


def test_ray_serve_predicts():
    with misbehaving(ray_serve()) as url:
        with MdsClient(Server(name="s", url=url, protocol="openapi")) as client:
            found = client.model("iris.predict").signature()
            assert found["sepal_length"].maximum == 10
            assert found["sepal_length"].title == "Sepal Length"
            prediction = client.model("iris.predict").predict(IRIS)
    assert prediction.exchange.url.endswith("/iris/predict")
    assert json.loads(prediction.exchange.request_body) == IRIS
    assert prediction.answer.label == "setosa"
    assert prediction.answer.probability == max(prediction.answer.probabilities.values())


def test_a_validation_error_names_its_field():
    with misbehaving(ray_serve("predict_422")) as url:
        with MdsClient(Server(name="s", url=url, protocol="openapi")) as client:
            with pytest.raises(EndpointRefused, match="less than or equal to 10") as caught:
                client.model("iris.predict").predict(IRIS)
    assert caught.value.field == "sepal_length"


def test_a_nested_validation_error_has_a_dotted_field():
    body = {"detail": [{"loc": ["body", 0, "address", "city"], "msg": "bad"}]}
    error = protocol().problem(Response(status=422, body=json.dumps(body).encode()))
    assert isinstance(error, EndpointRefused)
    assert error.field == "address.city"


def test_a_crash_is_a_failure():
    with misbehaving(ray_serve("boom")) as url:
        with MdsClient(Server(name="s", url=url, protocol="openapi")) as client:
            with pytest.raises(EndpointFailed, match="broke"):
                client.model("iris.predict").predict(IRIS)


def test_an_unknown_model_is_not_found():
    with misbehaving(ray_serve()) as url:
        with MdsClient(Server(name="s", url=url, protocol="openapi")) as client:
            with pytest.raises(ModelNotFound):
                client.model("nope").signature()


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/admin/x", "//h/x", "/a/../b"])
def test_other_routes_are_no_models(path):
    routes = {"/openapi.json": (200, document(properties(x={"type": "number"}), path=path))}
    with misbehaving(serves(routes)) as url, MdsClient(Server(name="s", url=url)) as client:
        assert client.detect().protocol == ""


def test_a_document_below_a_path_and_a_foreign_server_in_it():
    schema = properties(x={"type": "number"})
    foreign = document(schema, servers=[{"url": "http://192.0.2.1/"}])
    routes = {"/app/openapi.json": (200, foreign), "/app/predict": (200, 2.5)}
    with misbehaving(serves(routes)) as url:
        with MdsClient(Server(name="s", url=f"{url}/app")) as client:
            prediction = client.model("predict").predict({"x": 1.0})
    assert prediction.exchange.url == f"{url}/app/predict"
    assert prediction.answer.number == 2.5


def test_docs_json_of_bentoml():
    schema = properties(x={"type": "number"})
    with misbehaving(serves({"/docs.json": (200, document(schema))})) as url:
        with MdsClient(Server(name="s", url=url)) as client:
            assert client.detect().protocol == "openapi"


def test_title_and_question_come_from_the_operation():
    found = signature(properties(x={"type": "number"}))
    assert (found.title, found.question) == ("Churn", "Will they leave?")


def test_nested_objects_go_and_come_back():
    schema = properties(
        age={"type": "integer"}, address={"title": "Home", **properties(city={"type": "string"})}
    )
    found = signature(schema)
    assert [(f.name, f.group) for f in found.inputs] == [("age", ""), ("address.city", "Home")]
    request = protocol().predict_request(found, [{"age": 3, "address.city": "Bern"}], "id")
    assert json.loads(request.body) == {"age": 3, "address": {"city": "Bern"}}


def test_an_array_of_objects_takes_many_rows():
    schema = {"type": "array", "items": properties(x={"type": "number"})}
    prediction = asked(schema, [{"y": 1.5}, {"y": 2.5}], [{"x": 1.0}, {"x": 2.0}])
    assert json.loads(prediction.exchange.request_body) == [{"x": 1.0}, {"x": 2.0}]
    assert [answer.number for answer in prediction.answers] == [1.5, 2.5]


def test_an_object_takes_one_row():
    with pytest.raises(InvalidValues, match="one row at a time"):
        asked(properties(x={"type": "number"}), 1, [{"x": 1.0}, {"x": 2.0}])


def test_a_plain_array_is_one_field():
    schema = {"type": "array", "items": {"type": "number"}}
    prediction = asked(schema, 0.5, {"body": [1.0, 2.0]})
    assert json.loads(prediction.exchange.request_body) == [1.0, 2.0]


def test_declared_probabilities_have_their_labels():
    proba = {"type": "number", "minimum": 0, "maximum": 1}
    answer = properties(proba=properties(stay=proba, leave=proba))
    prediction = asked(
        properties(x={"type": "number"}), {"proba": {"leave": 0.9, "stay": 0.1}}, {"x": 1.0}, answer
    )
    assert prediction.answer.label == "leave"
    assert prediction.answer.probabilities == {"leave": 0.9, "stay": 0.1}


def test_a_declared_class():
    answer = properties(label={"enum": ["stay", "leave"]})
    prediction = asked(properties(x={"type": "number"}), {"label": "stay"}, {"x": 1.0}, answer)
    assert (prediction.answer.kind, prediction.answer.label) == ("class", "stay")


@pytest.mark.parametrize(
    "body", [3, True, [1, 2], [], {}, {"a": {"b": [1]}}, [[1], [2, 3]], {"a": None, "b": None}]
)
def test_any_json_is_an_answer(body):
    assert asked(properties(x={"type": "number"}), body, {"x": 1.0}).outputs


def test_an_answer_that_is_not_json_is_unreadable():
    with pytest.raises(UnreadableAnswer):
        asked(properties(x={"type": "number"}), "<html>", {"x": 1.0})


def test_fewer_answers_than_rows_are_unreadable():
    schema = {"type": "array", "items": properties(x={"type": "number"})}
    with pytest.raises(UnreadableAnswer):
        asked(schema, [1.5], [{"x": 1.0}, {"x": 2.0}])


def test_a_route_without_a_remembered_path():
    found = signature(properties(x={"type": "number"}))
    plain = Signature(model=ModelRef(server="s", name="a.b"), inputs=found.inputs)
    assert protocol().predict_request(plain, [{"x": 1.0}], "").path == "/a/b"


@pytest.mark.parametrize(
    ("prefix", "url", "servers", "path"),
    [
        ("", "http://h", ["/api/v1"], "/api/v1/predict"),
        ("", "http://h", ["https://other/", "http://h:80/api"], "/api/predict"),
        (
            "",
            "http://h",
            ["http://h:81/api", "//other/api", "ftp://h/x", "http://h/../x{y}"],
            "/predict",
        ),
        ("", "http://h/gw", ["/gw/api"], "/api/predict"),
        ("", "http://h/gw", ["/api"], "/api/predict"),
        ("", "http://h/gw", ["/gw", "/other"], "/predict"),
        ("/iris", "http://h", ["/iris"], "/iris/predict"),
        ("/iris", "http://h/gw", ["/iris"], "/iris/predict"),
        ("", "http://h", [], "/predict"),
    ],
)
def test_the_servers_of_a_document_count_on_the_configured_host(
    prefix: str, url: str, servers: list[str], path: str
) -> None:
    facts = document(properties(x={"type": "number"}), servers=[{"url": each} for each in servers])
    server = Server(name="s", url=url)
    (found,), _ = operations(Document(prefix=prefix, facts=facts), server)
    assert (found.path, found.name) == (path, f"{prefix}.predict".strip("/."))
