"""Every shape in which a server refuses: which error of ours, in which words, about which field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mds_client import Field, MdsClient, ModelRef, Prediction, Server, Signature
from mds_client.errors import (
    EndpointFailed,
    EndpointRefused,
    EndpointTimedOut,
    MdsError,
    ModelNotFound,
    NotAllowed,
    NotReady,
    SignatureMismatch,
    UnreadableAnswer,
)
from mds_client.errors.error_mapping import error_of
from mds_client.protocols import protocols
from mds_client.transport.exchange import Response
from tests.mds_client import faults

NAMES = ("age", "mean radius", "x", "text")
SIGNATURE = Signature(
    model=ModelRef(server="s", name="m"),
    inputs=tuple(Field(name=n, kind="number", datatype="FP64") for n in NAMES),
    layout="columns",
)
ROW = dict.fromkeys(NAMES, 1.0)
HTML, TEXT, JSON = "text/html", "text/plain", "application/json"

REFUSED = "The model did not accept this."
BROKE = "The model broke while it worked on this."
BUSY = "The model is busy or not ready."
UNKNOWN = "The server does not know this model or this version of it."
LOCKED = "The server refused access."
TOO_SLOW = "The model did not answer in the time that its server allows."
CANNOT = "The server cannot do this for the model."
ELSEWHERE = "The server sends us to another address, where we do not follow."


@dataclass(frozen=True)
class Shape:
    """One answer of a server, and the error that it is to us."""

    name: str
    status: int
    body: object
    error: type[MdsError]
    sentence: str
    said: str = ""
    field: str = ""
    content_type: str = JSON
    protocol: str = "open-inference"
    headers: tuple[tuple[str, str], ...] = ()
    advice: str = ""

    @property
    def behaviour(self) -> faults.Behaviour:
        body = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return faults.answers(self.status, body, self.content_type, **dict(self.headers))

    @property
    def words(self) -> str:
        return self.sentence + (f" It said: “{self.said}”" if self.said else "")


def _error(text: str) -> dict[str, str]:
    return {"error": text}


def _seldon(info: str, reason: str, status: object = 1) -> dict[str, Any]:
    return {"status": {"status": status, "info": info, "code": -1, "reason": reason}}


def _torch(code: int, kind: str, message: str) -> dict[str, Any]:
    return {"code": code, "type": kind, "message": message}


def _mlflow(code: str, message: str, kind: str = "") -> dict[str, str]:
    return {"error_code": code, "message": message} | ({"error_class": kind} if kind else {})


def _invalid(*loc: object, said: str = "Field required", kind: str = "missing") -> dict[str, Any]:
    return {"detail": [{"type": kind, "loc": ["body", *loc], "msg": said, "input": {}}]}


SIGN_IN = "<!doctype html><html><head><title>Sign in to Example</title></head><body></body></html>"
PASSWORD = '\n<html><form action="/auth"><input name="p" type="password"></form></html>'
TRITON_SHAPE = (
    "[request id: <id_unknown>] unexpected shape for input 'x' for model 'bc'. "
    "Expected [-1,30], got [1,29]."
)
TRITON_CRASH = (
    "Failed to process the request(s) for model 'bc_0_0', message: TritonModelException: Model "
    'execute error: Traceback (most recent call last):\n  File "/tmp/1/model.py", line 492, in '
    "execute\n    raise triton_responses_or_error\nc_python_backend_utils.TritonModelException: "
    'Traceback (most recent call last):\n  File "/srv/linear_model/_base.py", line 437, in f\n'
    "    prob = self.decision_function(X)\n           ^^^^^^^^\nValueError: Input X contains NaN.\n"
    "LogisticRegression does not accept missing values encoded as NaN natively.\n\n\n\nAt:\n"
    "  /tmp/1/model.py(501): execute\n"
)
MLFLOW_DATA = "Failed to predict data '   mean radius  mean texture\n0   17.99  10.38" * 9
MLFLOW_MISSING = f"{MLFLOW_DATA}'. \nError: Failed to enforce schema. Error: "

SHAPES = [
    # From in front of the model: gateways, meshes, identity providers.
    Shape("request timeout", 408, "", EndpointTimedOut, TOO_SLOW),
    Shape("envoy timeout", 504, "upstream request timeout", EndpointTimedOut, TOO_SLOW, content_type=TEXT),
    Shape("nginx timeout", 504, "<html><h1>504 Gateway Time-out</h1></html>", EndpointTimedOut, TOO_SLOW, content_type=HTML),
    Shape("unauthorised", 401, "", NotAllowed, LOCKED),
    Shape("forbidden", 403, "RBAC: access denied", NotAllowed, LOCKED, content_type=TEXT),
    Shape("sign-in page with 200", 200, SIGN_IN, NotAllowed, LOCKED, content_type=HTML),
    Shape("password with 200", 200, PASSWORD, NotAllowed, LOCKED, content_type=HTML),
    Shape("sign-in page with 403", 403, SIGN_IN, NotAllowed, LOCKED, content_type=HTML),
    Shape("sign-in page with 500", 500, SIGN_IN, NotAllowed, LOCKED, content_type=HTML),
    Shape("to the identity provider", 302, "", NotAllowed, LOCKED, headers=(("Location", "https://id.example/realms/x/protocol/openid-connect/auth"),)),
    Shape("to dex", 302, "", NotAllowed, LOCKED, headers=(("Location", "/dex/auth?client_id=kubeflow"),)),
    Shape("to oauth2-proxy", 303, "", NotAllowed, LOCKED, headers=(("Location", "/oauth2/sign_in"),)),
    Shape("to https", 301, "", EndpointRefused, ELSEWHERE, headers=(("Location", "https://mds.example/v2/models/m/infer"),)),
    Shape("not modified", 304, "", EndpointRefused, ELSEWHERE),
    Shape("no route", 404, "", ModelNotFound, "The server has no route to a model of this name.", headers=(("Server", "envoy"),), protocol="seldon-core-2"),
    Shape("no route in istio", 404, "", ModelNotFound, "The server has no route to a model of this name.", headers=(("Server", "istio-envoy"),)),
    Shape("empty 404", 404, "", ModelNotFound, UNKNOWN),
    Shape("no upstream", 503, "no healthy upstream", NotReady, BUSY, "no healthy upstream", content_type=TEXT),
    Shape("bad gateway", 502, "<html><h1>502 Bad Gateway</h1></html>", EndpointFailed, BROKE, content_type=HTML),
    Shape("too large", 413, "Payload Too Large", EndpointRefused, "The server finds this request too large.", content_type=TEXT),
    Shape("too many", 429, "", NotReady, "The server gets too many requests at the moment.", headers=(("Retry-After", "45"),), advice="Wait 45 seconds and ask again."),
    Shape("too many, some time", 429, _error("slow down"), NotReady, "The server gets too many requests at the moment.", "slow down", advice="Wait a moment and ask again."),
    # Any server of the Open Inference Protocol.
    Shape("error text", 400, _error("two columns only"), EndpointRefused, REFUSED, "two columns only"),
    Shape("error object", 400, {"error": {"message": "two columns only"}}, EndpointRefused, REFUSED, "two columns only"),
    Shape("detail text", 400, {"detail": "There is no such city"}, EndpointRefused, REFUSED, "There is no such city"),
    Shape("detail object", 400, {"detail": {"msg": "no such city"}}, EndpointRefused, REFUSED, "no such city"),
    Shape("a JSON text", 400, '"no such city"', EndpointRefused, REFUSED, "no such city"),
    Shape("plain text", 400, "no such city", EndpointRefused, REFUSED, "no such city", content_type=TEXT),
    Shape("empty", 400, "", EndpointRefused, REFUSED),
    Shape("number", 400, "17", EndpointRefused, REFUSED, "17"),
    Shape("empty object", 400, {}, EndpointRefused, REFUSED),
    Shape("torn JSON", 400, '{"error": "no su', EndpointRefused, REFUSED),
    Shape("NaN in it", 400, '{"error": "no such city", "score": NaN}', EndpointRefused, REFUSED, "no such city"),
    # MLServer.
    Shape("mlserver unknown", 404, _error("Model nope not found"), ModelNotFound, UNKNOWN),
    Shape("mlserver version", 404, _error("Model bc-declared with version v7 not found"), ModelNotFound, UNKNOWN),
    Shape("mlserver route", 404, {"detail": "Not Found"}, ModelNotFound, UNKNOWN),
    Shape("mlserver method", 405, {"detail": "Method Not Allowed"}, EndpointRefused, CANNOT, "Method Not Allowed"),
    Shape("mlserver not ready", 400, _error("Model churn is not ready yet."), NotReady, BUSY, "Model churn is not ready yet."),
    Shape("mlserver missing", 422, _invalid("inputs"), EndpointRefused, REFUSED, "inputs: Field required"),
    Shape("mlserver no body", 422, {"detail": [{"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}]}, EndpointRefused, REFUSED, "Field required"),
    Shape("mlserver datatype", 422, _invalid("inputs", 1, "datatype", said="Input should be 'BOOL' or 'FP64'", kind="enum"), EndpointRefused, REFUSED, "inputs.1.datatype: Input should be 'BOOL' or 'FP64'", "mean radius"),
    Shape("mlserver bad JSON", 422, _invalid(73, said="JSON decode error", kind="json_invalid"), EndpointRefused, REFUSED, "73: JSON decode error"),
    Shape("mlserver codec", 400, _error("There was an error encoding / decoding the payload: The 'np' codec only supports a single input tensor (30 were received)"), EndpointRefused, REFUSED, "There was an error encoding / decoding the payload: The 'np' codec only supports a single input tensor (30 were received)"),
    Shape("mlserver text missing", 400, _error("input 'text' is missing"), EndpointRefused, REFUSED, "input 'text' is missing", "text"),
    Shape("mlserver feature", 400, _error("Input feature 'age' must be positive"), EndpointRefused, REFUSED, "Input feature 'age' must be positive", "age"),
    Shape("mlserver no field of ours", 400, _error("input 'zz' is missing"), EndpointRefused, REFUSED, "input 'zz' is missing"),
    Shape("mlserver output", 400, _error("SKLearnModel only supports 'predict', 'predict_proba' and 'transform' as outputs (decision was received)"), EndpointRefused, REFUSED, "SKLearnModel only supports 'predict', 'predict_proba' and 'transform' as outputs (decision was received)"),
    Shape("mlserver worker", 500, _error("builtins.ValueError: X has 3 features, but RandomForestClassifier is expecting 4 features as input."), EndpointFailed, BROKE, "X has 3 features, but RandomForestClassifier is expecting 4 features as input."),
    Shape("mlserver other class", 500, _error("my.own.Trouble: no luck"), EndpointFailed, BROKE, "no luck"),
    Shape("mlserver in process", 500, "Internal Server Error", EndpointFailed, BROKE, content_type=TEXT),
    Shape("mlserver silent", 500, "", EndpointFailed, BROKE, advice="the server's log has the reason"),
    Shape("mlserver mlflow", 500, _error("mlflow.exceptions.MlflowException: Model is missing inputs ['age']."), EndpointRefused, REFUSED, "Model is missing inputs ['age'].", "age"),
    Shape("mlserver explainer", 400, _error("Remote inference call failed with 500, Internal Server Error"), EndpointFailed, BROKE, "The call of the explained model failed with 500, Internal Server Error"),
    Shape("mlserver explainer refused", 400, _error("Remote inference call failed with 422, reason bad"), EndpointRefused, REFUSED, "The call of the explained model failed with 422, reason bad"),
    # Triton.
    Shape("triton unknown", 404, _error("Request for unknown model: 'nope' is not found"), ModelNotFound, UNKNOWN, protocol="triton"),
    Shape("triton unknown, older", 400, _error("Request for unknown model: 'bc' version 9 is not found"), ModelNotFound, UNKNOWN, protocol="triton"),
    Shape("triton not ready", 400, _error("Model version not ready"), NotReady, BUSY, "Model version not ready", protocol="triton", content_type=TEXT),
    Shape("triton unavailable", 503, _error("Server is not ready"), NotReady, BUSY, "Server is not ready", protocol="triton"),
    Shape("triton input", 400, _error("unexpected inference input 'x' for model 'bc'"), EndpointRefused, REFUSED, "unexpected inference input 'x' for model 'bc'", "x", protocol="triton"),
    Shape("triton datatype", 400, _error("[request id: <id_unknown>] inference input 'x' data-type is 'FP32', but model 'bc' expects 'FP64'"), EndpointRefused, REFUSED, "inference input 'x' data-type is 'FP32', but model 'bc' expects 'FP64'", "x", protocol="triton"),
    Shape("triton datatype name", 400, _error("invalid datatype for input age"), EndpointRefused, REFUSED, "invalid datatype for input age", "age", protocol="triton"),
    Shape("triton shape", 400, _error(TRITON_SHAPE), EndpointRefused, REFUSED, TRITON_SHAPE[27:], "x", protocol="triton"),
    Shape("triton missing", 400, _error("[request id: <id_unknown>] expected 2 inputs but got 1 inputs for model 'iris'. Got input(s) ['x'], but missing required input(s) ['age','text']."), EndpointRefused, REFUSED, "expected 2 inputs but got 1 inputs for model 'iris'. Got input(s) ['x'], but missing required input(s) ['age','text'].", "age", protocol="triton"),
    Shape("triton batch", 400, _error("[request id: <id_unknown>] inference request batch-size must be <= 16 for 'iris'"), EndpointRefused, REFUSED, "inference request batch-size must be <= 16 for 'iris'", protocol="triton"),
    Shape("triton output", 400, _error("unexpected inference output 'zz' for model 'bc'"), EndpointRefused, REFUSED, "unexpected inference output 'zz' for model 'bc'", protocol="triton"),
    Shape("triton method", 405, _error("Method Not Allowed"), EndpointRefused, CANNOT, "Method Not Allowed", protocol="triton", content_type=TEXT),
    Shape("triton restricted", 403, _error("This API is restricted, expecting header 'triton-access-token'"), NotAllowed, LOCKED, protocol="triton", content_type=TEXT),
    Shape("triton route", 404, _error("Not Found"), ModelNotFound, UNKNOWN, protocol="triton", content_type=TEXT),
    Shape("triton parse", 500, _error("Unable to parse 'data': Shape does not match true shape of 'data' field"), EndpointFailed, BROKE, "Unable to parse 'data': Shape does not match true shape of 'data' field", protocol="triton"),
    Shape("triton unsupported", 501, _error("compression is not supported"), EndpointRefused, CANNOT, "compression is not supported", protocol="triton"),
    Shape("triton crash", 500, _error(TRITON_CRASH), EndpointFailed, BROKE, "Input X contains NaN.", protocol="triton", content_type=TEXT),
    # KServe's Python server, both of its protocols.
    Shape("kserve unknown", 404, _error("Model with name nope does not exist."), ModelNotFound, UNKNOWN, protocol="kserve"),
    Shape("kserve not ready", 503, _error("Model with name churn is not ready."), NotReady, BUSY, "Model with name churn is not ready.", protocol="kserve"),
    Shape("kserve union", 422, {"detail": [*_invalid("InferenceRequest", "inputs")["detail"], *_invalid("bytes", said="Input should be a valid bytes", kind="bytes_type")["detail"]]}, EndpointRefused, REFUSED, "InferenceRequest.inputs: Field required; bytes: Input should be a valid bytes", protocol="kserve"),
    Shape("kserve position", 422, _invalid("InferenceRequest", "inputs", 0, "shape"), EndpointRefused, REFUSED, "InferenceRequest.inputs.0.shape: Field required", "age", protocol="kserve"),
    Shape("kserve datatype", 400, _error("invalid datatype None in the input"), EndpointRefused, REFUSED, "invalid datatype None in the input", protocol="kserve"),
    Shape("kserve crash", 500, _error("ValueError : could not convert string to float: 'a'"), EndpointFailed, BROKE, "could not convert string to float: 'a'", protocol="kserve"),
    Shape("kserve versions", 501, _error("Model versioning not supported yet."), EndpointRefused, CANNOT, "Model versioning not supported yet.", protocol="kserve"),
    Shape("kserve v1 list", 400, _error('Expected "instances" to be a list'), EndpointRefused, REFUSED, 'Expected "instances" to be a list', protocol="kserve-v1"),
    Shape("kserve v1 unknown", 404, _error("Model with name nope does not exist."), ModelNotFound, UNKNOWN, protocol="kserve-v1"),
    Shape("kserve v1 not ready", 503, _error("Model with name churn is not ready."), NotReady, BUSY, "Model with name churn is not ready.", protocol="kserve-v1"),
    Shape("kserve v1 explain", 501, _error("Could not find explainer_host."), EndpointRefused, CANNOT, "Could not find explainer_host.", protocol="kserve-v1"),
    # TensorFlow Serving.
    Shape("tf unknown", 404, _error("Servable not found for request: Latest(nope)"), ModelNotFound, UNKNOWN, protocol="tensorflow-serving"),
    Shape("tf refused", 400, _error("Missing 'inputs' or 'instances' key"), EndpointRefused, REFUSED, "Missing 'inputs' or 'instances' key", protocol="tensorflow-serving"),
    Shape("tf wrong state", 412, _error("Servable is not in the right state"), NotReady, BUSY, "Servable is not in the right state", protocol="tensorflow-serving"),
    Shape("tf unavailable", 503, _error("Servable version is unavailable"), NotReady, BUSY, "Servable version is unavailable", protocol="tensorflow-serving"),
    # Seldon Core 1: its executor says text/plain whatever it sends.
    Shape("seldon 1 executor", 500, {"status": {"code": 500, "info": 'Post "http://localhost:9000/predict": dial tcp: connection refused', "status": "FAILURE"}}, EndpointFailed, BROKE, 'Post "http://localhost:9000/predict": dial tcp: connection refused', protocol="seldon-core-1", content_type=TEXT),
    Shape("seldon 1 bad data", 400, _seldon('Invalid request data type: {"foo": 1}', "MICROSERVICE_BAD_DATA"), EndpointRefused, REFUSED, 'Invalid request data type: {"foo": 1}', protocol="seldon-core-1", content_type=TEXT),
    Shape("seldon 1 internal", 500, _seldon("X has 5 features, but StandardScaler is expecting 30 features as input.", "MICROSERVICE_INTERNAL_ERROR"), EndpointFailed, BROKE, "X has 5 features, but StandardScaler is expecting 30 features as input.", protocol="seldon-core-1"),
    Shape("seldon 1 metadata", 500, _seldon("no metadata", "MICROSERVICE_BAD_METADATA"), EndpointFailed, BROKE, "no metadata", protocol="seldon-core-1"),
    Shape("seldon 1 unknown", 500, _seldon("404 Not Found: The requested URL was not found on the server.", "MICROSERVICE_INTERNAL_ERROR"), ModelNotFound, UNKNOWN, protocol="seldon-core-1"),
    Shape("seldon 1 success that is none", 200, _seldon("no luck", "", "FAILURE"), EndpointFailed, BROKE, "no luck", protocol="seldon-core-1"),
    Shape("seldon 1 success, bad data", 200, _seldon("bad row", "MICROSERVICE_BAD_DATA"), EndpointRefused, REFUSED, "bad row", protocol="seldon-core-1"),
    Shape("seldon 1 elsewhere", 500, _seldon("bad row", "MICROSERVICE_BAD_DATA"), EndpointRefused, REFUSED, "bad row"),
    Shape("seldon 1 method elsewhere", 500, _seldon("405 Method Not Allowed: The method is not allowed for the requested URL.", "MICROSERVICE_INTERNAL_ERROR"), EndpointRefused, CANNOT, "405 Method Not Allowed: The method is not allowed for the requested URL."),
    # Seldon Core 2: its pipelines answer text with the model's own answer behind it.
    Shape("seldon 2 pipeline", 400, 'rpc error: code = InvalidArgument desc = bad input : {"error":"expected 4 columns"}', EndpointRefused, REFUSED, "expected 4 columns", protocol="seldon-core-2", content_type=TEXT),
    Shape("seldon 2 pipeline, pydantic", 400, f"bad input : {json.dumps(_invalid('inputs', 0, 'data'))}", EndpointRefused, REFUSED, "inputs.0.data: Field required", "age", protocol="seldon-core-2", content_type=TEXT),
    Shape("seldon 2 pipeline, text", 400, "bad input : worse luck", EndpointRefused, REFUSED, "bad input : worse luck", protocol="seldon-core-2", content_type=TEXT),
    Shape("seldon 2 header", 400, "", EndpointRefused, REFUSED, protocol="seldon-core-2"),
    Shape("seldon 2 pipeline not ready", 424, "", NotReady, BUSY, protocol="seldon-core-2"),
    Shape("seldon 2 agent", 404, "model not found", ModelNotFound, UNKNOWN, protocol="seldon-core-2", content_type=TEXT),
    # MLflow's scoring server.
    Shape("mlflow type", 400, _mlflow("BAD_REQUEST", "Invalid input. Data is not compatible with model signature. Failed to convert column mean radius to type 'float64'. Error: 'ValueError(\"could not convert string to float: 'a'\")'", "INVALID_PARAMETER_VALUE"), EndpointRefused, REFUSED, "Invalid input. Data is not compatible with model signature. Failed to convert column mean radius to type 'float64'. Error: 'ValueError(\"could not convert string to float: 'a'\")'", "mean radius", protocol="mlflow-scoring"),
    Shape("mlflow missing", 400, _mlflow("INVALID_PARAMETER_VALUE", MLFLOW_MISSING + "Model is missing inputs ['mean radius', 'x']."), EndpointRefused, REFUSED, "Model is missing inputs ['mean radius', 'x'].", "mean radius", protocol="mlflow-scoring"),
    Shape("mlflow column", 400, _mlflow("INVALID_PARAMETER_VALUE", "Incompatible input types for column age. Can not safely convert float64 to int64."), EndpointRefused, REFUSED, "Incompatible input types for column age. Can not safely convert float64 to int64.", "age", protocol="mlflow-scoring"),
    Shape("mlflow code in a 500", 500, _mlflow("INVALID_PARAMETER_VALUE", "no"), EndpointRefused, REFUSED, "no", protocol="mlflow-scoring"),
    Shape("mlflow internal", 500, _mlflow("INTERNAL_ERROR", "no"), EndpointFailed, BROKE, "no", protocol="mlflow-scoring"),
    Shape("mlflow unknown", 404, _mlflow("RESOURCE_DOES_NOT_EXIST", "Registered Model with name=nope not found"), ModelNotFound, UNKNOWN),
    Shape("mlflow permission", 500, _mlflow("PERMISSION_DENIED", "no"), NotAllowed, LOCKED),
    Shape("mlflow limit", 400, _mlflow("REQUEST_LIMIT_EXCEEDED", "later"), NotReady, "The server gets too many requests at the moment.", "later"),
    Shape("mlflow content type", 415, "This predictor only supports the following content types: Types: ['text/csv']. Got 'application/xml'.", EndpointRefused, REFUSED, "This predictor only supports the following content types: Types: ['text/csv']. Got 'application/xml'.", protocol="mlflow-scoring", content_type=TEXT),
    # TorchServe.
    Shape("torchserve failed", 503, _torch(503, "InternalServerException", "Prediction failed"), EndpointFailed, BROKE, "Prediction failed", protocol="torchserve"),
    Shape("torchserve memory", 507, _torch(507, "InternalServerException", "Out of memory"), EndpointFailed, BROKE, "Out of memory", protocol="torchserve"),
    Shape("torchserve unknown", 404, _torch(404, "ModelNotFoundException", "Model not found: churn"), ModelNotFound, UNKNOWN, protocol="torchserve"),
    Shape("torchserve version", 404, _torch(404, "ModelVersionNotFoundException", "Model version: 7 does not exist"), ModelNotFound, UNKNOWN, protocol="torchserve"),
    Shape("torchserve token", 400, _torch(400, "InvalidKeyException", "Token Authorization failed. Token either incorrect, expired, or not provided correctly"), NotAllowed, LOCKED, protocol="torchserve"),
    Shape("torchserve token elsewhere", 400, _torch(400, "InvalidKeyException", "Token Authorization failed."), NotAllowed, LOCKED, protocol="torchserve-open-inference"),
    Shape("torchserve versions", 501, "", EndpointRefused, CANNOT, protocol="torchserve-open-inference"),
    # SageMaker containers have no agreed shape; these are what its endpoints and Flask answer.
    Shape("sagemaker endpoint", 400, {"ErrorCode": "CLIENT_ERROR_FROM_MODEL", "Message": "Received client error (400) from model"}, EndpointRefused, REFUSED, "Received client error (400) from model", protocol="sagemaker"),
    Shape("sagemaker text", 415, "This predictor only supports CSV data", EndpointRefused, REFUSED, "This predictor only supports CSV data", protocol="sagemaker", content_type=TEXT),
    Shape("sagemaker page", 500, "<!doctype html><title>500 Internal Server Error</title>", EndpointFailed, BROKE, protocol="sagemaker", content_type=HTML),
    # FastAPI and Ray Serve.
    Shape("openapi", 422, _invalid("x", said="Input should be less than or equal to 10"), EndpointRefused, REFUSED, "x: Input should be less than or equal to 10", "x"),
    Shape("a part of a field", 422, _invalid("text", "language", said="Field required"), EndpointRefused, REFUSED, "text.language: Field required", "text"),
    Shape("ray route", 404, "Path '/nope' not found. Ping http://.../-/routes for available routes.", ModelNotFound, UNKNOWN, content_type=TEXT),
    # Kubernetes, Prometheus and Bailo answer through the same words.
    Shape("kubernetes", 409, {"kind": "Status", "status": "Failure", "message": "it changed meanwhile", "reason": "Conflict", "code": 409}, EndpointRefused, REFUSED, "it changed meanwhile"),
    Shape("prometheus", 400, {"status": "error", "errorType": "bad_data", "error": "no such query"}, EndpointRefused, REFUSED, "no such query"),
    Shape("bailo", 400, {"error": {"name": "Bad Request", "message": "The card does not fit its schema.", "context": {"modelId": "nope"}}}, EndpointRefused, REFUSED, "The card does not fit its schema."),
]  # fmt: skip

KINDS = {
    EndpointTimedOut: "timeout",
    NotAllowed: "not_allowed",
    ModelNotFound: "not_found",
    EndpointRefused: "refused",
    EndpointFailed: "failed",
    NotReady: "not_ready",
}


def _asked(shape: Shape) -> MdsError:
    with faults.misbehaving(shape.behaviour) as url:
        server = Server(name="s", url=url, protocol=shape.protocol, timeout=20, retries=0)
        with MdsClient(server) as client, pytest.raises(MdsError) as caught:
            client.predict(SIGNATURE, ROW, request_id="r-1")
    return caught.value


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_each_shape_is_one_error(shape: Shape) -> None:
    error = _asked(shape)
    assert type(error) is shape.error, error.sentence
    assert error.kind == KINDS[shape.error]
    assert error.sentence == shape.words
    assert getattr(error, "field", "") == shape.field
    assert error.request_id == "r-1"
    assert error.exchange is not None
    assert error.exchange.status == shape.status
    assert shape.advice in error.advice
    assert error.advice


def test_an_answer_that_is_not_a_sign_in_page_stays_unreadable() -> None:
    page = "<html><title>Welcome</title><form action='/search'></form></html>"
    error = _asked(Shape("page", 200, page, UnreadableAnswer, "", content_type=HTML))
    assert type(error) is UnreadableAnswer


@pytest.mark.parametrize(
    "body",
    [
        {"error": "no " * 5000},
        {"error": ["no " * 5000] * 50},
        {"error": {"message": "no " * 5000}},
        {"detail": [{"loc": ["body", "age" * 500, *["deep"] * 500], "msg": "no " * 5000}] * 50},
        "no " * 500_000,
        {"error": "input '" + "a" * 5000 + "' is missing"},
    ],
)
def test_what_a_server_says_is_bounded(body: object) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    error = error_of(Response(status=400, body=text.encode()))
    assert isinstance(error, EndpointRefused)
    assert len(error.sentence) < 400
    assert len(error.field) <= 200
    assert len(error.detail) <= 4000


@pytest.mark.parametrize("said", ["one\x00two\nthree\u202e", "\ud800 lone", "a\x1b[31mred"])
def test_what_a_server_says_is_one_printable_line(said: str) -> None:
    error = error_of(Response(status=400, body=json.dumps({"error": said}).encode()))
    assert error.sentence.isprintable()
    error.sentence.encode()


@pytest.mark.parametrize(
    "body",
    [
        {"detail": [{"loc": 5, "msg": 7}]},
        {"detail": [{"loc": [None, {}, 1.5], "msg": None}]},
        {"detail": [[[[]]], None, 3]},
        {"detail": {}, "error": []},
        {"error": {"message": {"message": "deep"}}},
        {"status": {"info": 5, "reason": []}},
        {"error_code": {}, "type": [], "error_class": 5},
        {"error": 10**30},
        [["no"]],
        True,
    ],
)
@pytest.mark.parametrize("status", [302, 400, 404, 422, 500, 503])
def test_odd_shapes_are_errors_too(body: object, status: int) -> None:
    content = json.dumps(body).encode()
    error = error_of(Response(status=status, body=content, headers={"retry-after": "soon"}))
    assert isinstance(error, MdsError)
    assert "{" not in error.sentence


def test_a_422_that_repeats_all_that_was_sent_still_says_what_is_wrong() -> None:
    body = _invalid("inputs", said="no")
    body["detail"][0]["input"] = [1.5] * 100_000
    assert "inputs: no" in error_of(Response(status=422, body=json.dumps(body).encode())).sentence


class Anything:
    """Answers what it was last told to."""

    behaviour: faults.Behaviour = staticmethod(faults.answers(200, ""))

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        self.behaviour(handler)
        handler.close_connection = True


@pytest.fixture(scope="module")
def anything() -> Iterator[tuple[Anything, dict[str, MdsClient]]]:
    """A server that answers anything, and a client for each protocol."""
    told = Anything()
    with faults.misbehaving(told) as url, ExitStack() as stack:
        servers = [
            Server(name="s", url=url, protocol=name, models=("m",), retries=0, breaker_failures=0)
            for name in protocols()
        ]
        yield told, {s.protocol: stack.enter_context(MdsClient(s)) for s in servers}


CONTENT_TYPES = st.sampled_from([JSON, TEXT, HTML, "application/octet-stream", "", "x; charset=zz"])
OTHERS = st.dictionaries(
    st.sampled_from(
        ["Content_Encoding", "Retry_After", "Location", "Server", "Inference_Header_Content_Length"]
    ),
    st.sampled_from(["gzip", "deflate", "br", "0", "3", "-1", "9" * 400, "soon", "", "/login"]),
)
WORDS = st.sampled_from([
    "error", "detail", "message", "status", "info", "loc", "msg", "type", "outputs", "data", "name",
    "shape", "datatype", "predictions", "FP64", "BYTES", "m", "meta", "tensor", "values",
])  # fmt: skip
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.binary(max_size=200) | TREES.map(lambda tree: json.dumps(tree).encode())


@pytest.mark.slow
@settings(max_examples=200)
@given(
    protocol=st.sampled_from(sorted(protocols())),
    status=st.integers(200, 599) | st.just(200),
    body=BODIES,
    content_type=CONTENT_TYPES,
    headers=OTHERS,
)
def test_whatever_is_answered_is_an_answer_or_an_error_of_ours(
    anything: tuple[Anything, dict[str, MdsClient]],
    protocol: str,
    status: int,
    body: bytes,
    content_type: str,
    headers: dict[str, str],
) -> None:
    told, clients = anything
    told.behaviour = faults.answers(status, body, content_type, **headers)
    for error in filter(None, map(_error_in, _questions(clients[protocol]))):
        assert error.sentence.isprintable()
        assert error.exchange is not None


def _error_in(question: Callable[[], object]) -> MdsError | None:
    try:
        question()
    except MdsError as error:
        return error
    return None


def _questions(client: MdsClient) -> list[Callable[[], object]]:
    return [
        lambda: _shown(client.predict(SIGNATURE, ROW)),
        lambda: client.signature(SIGNATURE.model),
        client.models,
    ]


def _shown(prediction: Prediction) -> None:
    assert repr(prediction.answer)
    assert isinstance(prediction.answer.headline, str)


@given(body=BODIES, status=st.integers(300, 599), server=st.text(max_size=9))
def test_any_refusal_is_one_bounded_line(body: bytes, status: int, server: str) -> None:
    error = error_of(Response(status=status, body=body, headers={"server": server}))
    assert error.sentence.isprintable()
    assert len(error.sentence) < 400
    assert len(error.detail) <= 4000


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    from mds_client import errors

    drawn = [line for line in (errors.__doc__ or "").splitlines() if line.lstrip()[:1] in "*+"]
    depths = {line.split()[1]: line.index(line.lstrip()) // 2 for line in drawn if line.strip()}
    for name, depth in depths.items():
        assert len(getattr(errors, name).__mro__) - len(MdsError.__mro__) == depth, name
    ours = {
        c.__name__ for c in vars(errors).values() if isinstance(c, type) and issubclass(c, MdsError)
    }
    assert ours == depths.keys()


def test_every_error_has_a_kind_of_its_own() -> None:
    from mds_client import errors

    ours = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, MdsError)]
    assert len({c.kind for c in ours}) == len(ours)
    assert SignatureMismatch in ours
