"""The conversations with Seldon Core 1: what is asked of a deployment, and how its answers are taken."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote, urlsplit

from mds_client.errors import EndpointRefused, MdsError, UnreadableAnswer
from mds_client.errors.error_mapping import error_of
from mds_client.prediction import Output
from mds_client.protocols.protocol import (
    JSON,
    Conversation,
    Offer,
    Protocol,
    body_of,
    json_of,
    unreadable,
)
from mds_client.protocols.seldon_core_1.answers import outputs_in
from mds_client.protocols.seldon_core_1.described import Facts, signature_in
from mds_client.protocols.seldon_core_1.messages import message_of
from mds_client.server import ModelInfo
from mds_client.signature import ModelRef, Signature, Values
from mds_client.transport.exchange import Request, Response

_METADATA = ("/api/v1.0/metadata", "/metadata")
_HEALTH = ("/api/v1.0/health/status", "/health/status")
_FAILURE = ("FAILURE", 1, "1")
_WRONG = 0.001  # a reward of 0 is not counted, a negative one breaks the counter


class SeldonCore1(Protocol):
    """One deployment is one model. A signature's `tensor` says which form of data it takes."""

    NAME = "seldon-core-1"
    TITLE = "Seldon Core 1"
    ORDER = 50

    def detect(self) -> Conversation[str]:
        for path in (*_METADATA, *_HEALTH):
            response = yield Request(method="GET", path=path)
            if _is_seldon(response):
                return f"GET {path} answered in the form of Seldon Core 1."
        return ""

    def ready(self) -> Conversation[bool]:
        """A deployment's gateway has no readiness of its own: its metadata stand in for it."""
        for path in (*_HEALTH, *_METADATA):
            response = yield Request(method="GET", path=path)
            if response.status == 200:
                return not _failure(response)
        return False

    def models(self) -> Conversation[list[ModelInfo]]:
        metadata = yield from self._metadata()
        is_ready = yield from self.ready()
        state = "READY" if is_ready else "UNAVAILABLE"
        if self.server.models:
            return [replace(info, state=state) for info in self.configured_models()]
        ref = ModelRef(server=self.server.name, name=self._name(metadata))
        return [ModelInfo(ref=ref, state=state)]

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        metadata = yield from self._metadata()
        try:
            return signature_in(model, metadata)
        except (TypeError, ValueError, OverflowError, RecursionError, AttributeError) as error:
            raise UnreadableAnswer(
                "The server answered, but not in the form that was agreed.",
                advice="Tell whoever runs the server; your entries are kept.",
                detail=f"metadata that fit together ({error})",
            ) from error

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        message = message_of(signature, rows)
        return Request(
            method="POST",
            path="/api/v1.0/predictions",
            body=body_of({"meta": {"puid": request_id}} | message),
            headers=JSON | ({"Seldon-Puid": request_id} if request_id else {}),
            request_id=request_id,
        )

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        body = self.json_of(response)
        if not isinstance(body, Mapping):
            raise unreadable("a message", response)
        if _failure(response):
            raise self.problem(replace(response, status=500))
        try:
            return signature.model, outputs_in(signature, body, rows)
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise unreadable(f"a message that fits together ({error})", response) from error

    def explain_route(self, model: ModelRef, explainer: ModelRef) -> str:
        """The explainer is a deployment beside this one, at an address of its own."""
        return "POST /api/v1.0/explain" if self.server.explainer_url else ""

    def explain_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request | None:
        """None where the settings have no address of an explainer."""
        if not self.server.explainer_url:
            return None
        request = self.predict_request(signature, rows, request_id)
        return replace(request, path="/api/v1.0/explain", to_explainer=True)

    def read_explanation(self, signature: Signature, response: Response) -> object:
        if _failure(response):
            raise self.problem(replace(response, status=500))
        return self.json_of(response)

    def feedback_request(
        self,
        sent: bytes,
        answered: bytes,
        *,
        is_right: bool,
        request_id: str,
        truth: str | float | None = None,
    ) -> Request | None:
        """Right is a reward of 1, wrong a very small one: Seldon counts nothing for 0."""
        try:
            request, response = json.loads(sent), json.loads(answered)
        except (ValueError, RecursionError):
            return None
        reward = 1.0 if is_right else _WRONG
        return Request(
            method="POST",
            path="/api/v1.0/feedback",
            body=body_of(
                {
                    "request": request,
                    "response": _with_request_id(response, request_id),
                    "reward": reward,
                    **({} if truth is None else {"truth": truth_message(response, truth)}),
                }
            ),
            headers=JSON | ({"Seldon-Puid": request_id} if request_id else {}),
            request_id=request_id,
        )

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        offered: tuple[Offer, ...] = (
            Offer(kind="feedback", route="POST /api/v1.0/feedback"),
            Offer(kind="metrics", route="GET /prometheus"),
        )
        parts = _prefix(self.server.url)
        if len(parts) > 1 and parts[0] == "seldon":
            prefix = "/".join(["", *(quote(part, safe="") for part in parts)])
            route = f"POST {prefix}-explainer/<predictor>/api/v1.0/explain"
            offered = (*offered, Offer(kind="explain", route=route))
        return offered

    def problem(self, response: Response) -> MdsError:
        """Its status says more than the HTTP status: an unknown URL is HTTP 500, and so is a bad shape."""
        status = _status(response)
        if status is None:
            return error_of(response)
        info, reason = str(status.get("info") or ""), str(status.get("reason") or "")
        body, status_code = body_of({"error": info[:4000]}), response.status
        if info.startswith("404 Not Found"):
            status_code = 404
        elif reason == "MICROSERVICE_BAD_DATA" or info.startswith("405 Method Not Allowed"):
            status_code = status_code if 400 <= status_code < 500 else 400
        error = error_of(replace(response, status=max(status_code, 400), body=body))
        error.detail = response.body[:4000].decode("utf-8", "replace")
        if isinstance(error, EndpointRefused):
            error.field = ""
        return error

    def _metadata(self) -> Conversation[Facts]:
        """What the deployment says of itself; nothing where it cannot be reached behind its gateway."""
        metadata: Facts = {}
        for path in _METADATA:
            response = yield Request(method="GET", path=path)
            if response.status in (401, 403):
                raise self.problem(response)
            if response.status != 200:
                continue
            body = json_of(response)
            if not isinstance(body, Mapping):
                raise unreadable("metadata", response)
            metadata = body
            break
        return metadata

    def _name(self, metadata: Facts) -> str:
        parts = _prefix(self.server.url)
        return parts[-1] if parts else _plain_name(metadata.get("name")) or "model"


def _prefix(url: str) -> list[str]:
    return [part for part in urlsplit(url).path.split("/") if part]


def _plain_name(name: object) -> str:
    """The default name is that of a container image: its own part, without registry and tag."""
    text = name if isinstance(name, str) else ""
    return text.rpartition("/")[2].partition(":")[0].partition("@")[0][:200]


def _is_seldon(response: Response) -> bool:
    try:
        body = json_of(response)
    except UnreadableAnswer:
        return False
    if response.status != 200 or not isinstance(body, Mapping):
        return False
    is_graph = "graphinputs" in body or "graphoutputs" in body
    is_node = {"name", "platform", "inputs", "outputs"} <= body.keys() and "versions" in body
    kinds = {"data", "jsonData", "strData", "binData"} & body.keys()
    return is_graph or is_node or (bool(kinds) and isinstance(body.get("meta"), Mapping))


def _status(response: Response) -> Facts | None:
    try:
        body = json_of(response)
    except UnreadableAnswer:
        return None
    status = body.get("status") if isinstance(body, Mapping) else None
    return status if isinstance(status, Mapping) else None


def _failure(response: Response) -> bool:
    status = _status(response)
    return status is not None and status.get("status") in _FAILURE


def truth_message(answer: object, truth: str | float) -> Mapping[str, object]:
    """The right answer as a message: a number as it is, a class as the probabilities that would have been right where the
    answer names its classes, and any other text as a text."""
    if not isinstance(truth, str):
        return {"data": {"ndarray": [[float(truth)]]}}
    data = answer.get("data") if isinstance(answer, Mapping) else None
    names = data.get("names") if isinstance(data, Mapping) else None
    if isinstance(names, list) and truth in names:
        row = [1.0 if name == truth else 0.0 for name in names]
        return {"data": {"names": names, "ndarray": [row]}}
    return {"strData": truth}


def _with_request_id(answer: object, request_id: str) -> object:
    """The answer with the id under which the server knows the request."""
    if not isinstance(answer, Mapping):
        return answer
    meta = answer.get("meta")
    return {**answer, "meta": {**(meta if isinstance(meta, Mapping) else {}), "puid": request_id}}
