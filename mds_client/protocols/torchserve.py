"""TorchServe's own protocol: a model's handler decides what it takes, the management address lists models.

https://github.com/pytorch/serve/tree/master/docs (the project is archived)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote, urlencode

from mds_client.errors import UnreadableAnswer
from mds_client.prediction import Output
from mds_client.protocols.kserve_v1 import instances, predicted
from mds_client.protocols.protocol import (
    JSON,
    Conversation,
    Offer,
    Protocol,
    body_of,
    json_of,
    unreadable,
)
from mds_client.server import ModelInfo
from mds_client.signature import ModelRef, Signature, Values
from mds_client.signature.metadata import unknown_input
from mds_client.transport.exchange import Request, Response

_HEALTH = ("healthy", "partial healthy", "unhealthy")
_MOST_PAGES = 50
_MOST_ASKED = 100


class TorchServe(Protocol):
    """The inference and the management address of TorchServe, with JSON bodies."""

    NAME = "torchserve"
    TITLE = "TorchServe"
    ORDER = 62

    def detect(self) -> Conversation[str]:
        response = yield Request(method="GET", path="/ping")
        health = _health(response)
        return f"GET /ping answered with the status {health!r}." if health else ""

    def ready(self) -> Conversation[bool]:
        response = yield Request(method="GET", path="/ping")
        return response.status == 200

    def models(self) -> Conversation[list[ModelInfo]]:
        """From the management address; without one, the names from the settings."""
        if self.server.models and not self.server.management_url:
            return self.configured_models()
        names = yield from self._names()
        if names is None:
            return self.configured_models()
        models: list[ModelInfo] = []
        for place, name in enumerate(names):
            ref = ModelRef(server=self.server.name, name=name)
            entries: list[ModelInfo] = []
            # The versions cost one request: a very long list stays without.
            if place < _MOST_ASKED:
                path = f"/models/{quote(name, safe='')}/all"
                response = yield Request(method="GET", path=path, to_management=True)
                entries = _entries(ref, response)
            models += entries or [ModelInfo(ref=ref)]
        return models

    def _names(self) -> Conversation[list[str] | None]:
        """The names on all pages; None where this address does not list and names are configured."""
        names: dict[str, None] = {}
        token = ""
        for _ in range(_MOST_PAGES):
            query = {"limit": "100"} | ({"next_page_token": token} if token else {})
            path = f"/models?{urlencode(query)}"
            response = yield Request(method="GET", path=path, to_management=True)
            if response.status in (401, 403, 404, 405) and self.server.models:
                return None
            page, token = _page(self.json_of(response), response)
            names |= dict.fromkeys(page)
            if not token:
                break
        return list(names)

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        yield from ()  # nothing is declared
        return Signature(model=model, inputs=(unknown_input(),), layout="unknown")

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        return _request("predictions", signature.model, signature, rows, request_id)

    def explain_route(self, model: ModelRef, explainer: ModelRef) -> str:
        return f"POST {_path('explanations', explainer)}"

    def explain_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request | None:
        model = signature.explainer.model if signature.explainer else signature.model
        request = _request("explanations", model, signature, rows, request_id)
        return replace(request, to_explainer=True)

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        """The JSON envelope answers with predictions, a handler of its own with anything."""
        return signature.model, predicted(self.answer_of(response), signature, rows, response)

    def offers(self, model: ModelRef) -> tuple[Offer, ...]:
        name = quote(model.name, safe="")
        return (
            Offer(kind="explain", route=f"POST {_path('explanations', model)}"),
            Offer(kind="versions", route=f"GET /models/{name}/all"),
            Offer(kind="load", route=f"POST /models, PUT and DELETE /models/{name}"),
            Offer(kind="metrics", route="GET /metrics"),
        )


def _request(
    route: str, model: ModelRef, signature: Signature, rows: Sequence[Values], request_id: str
) -> Request:
    """Instances are what the handlers that come with it take as JSON."""
    return Request(
        method="POST",
        path=_path(route, model),
        body=body_of({"instances": instances(signature, rows)}),
        headers=JSON,
        request_id=request_id,
    )


def _path(route: str, model: ModelRef) -> str:
    version = f"/{quote(model.version, safe='')}" if model.version else ""
    return f"/{route}/{quote(model.name, safe='')}{version}"


def _facts(response: Response) -> Mapping[str, object]:
    try:
        body = json_of(response)
    except UnreadableAnswer:
        return {}
    return body if isinstance(body, Mapping) else {}


def _health(response: Response) -> str:
    status = _facts(response).get("status")
    is_known = isinstance(status, str) and status.lower() in _HEALTH
    return str(status) if is_known and response.status in (200, 500) else ""


def _page(body: object, response: Response) -> tuple[list[str], str]:
    listed = body.get("models") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(listed, list):
        raise unreadable("a list of models", response)
    names = [entry.get("modelName") for entry in listed if isinstance(entry, Mapping)]
    token = body.get("nextPageToken")
    page = [name for name in names if isinstance(name, str) and name]
    return page, str(token) if isinstance(token, str | int) and token else ""


def _entries(model: ModelRef, response: Response) -> list[ModelInfo]:
    """One entry a version; none where the server does not say."""
    if response.status != 200:
        return []
    try:
        body = json_of(response)
    except UnreadableAnswer:
        return []
    versions = [v for v in body if isinstance(v, Mapping)] if isinstance(body, list) else []
    return [_entry(model, version) for version in versions]


def _entry(model: ModelRef, facts: Mapping[str, object]) -> ModelInfo:
    version = str(facts.get("modelVersion") or "")
    ref = ModelRef(server=model.server, name=model.name, version=version)
    workers = facts.get("workers")
    listed = workers if isinstance(workers, list) else []
    states = [worker.get("status") for worker in listed if isinstance(worker, Mapping)]
    if "READY" in states:
        return ModelInfo(ref=ref, state="READY")
    if states:
        return ModelInfo(ref=ref, state="LOADING", reason="No worker is ready yet.")
    return ModelInfo(ref=ref, state="UNAVAILABLE", reason="It has no workers.")


PROTOCOL = TorchServe
