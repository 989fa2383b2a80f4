"""Containers made with Cog: one model, described by its OpenAPI document, asked at /predictions.

https://github.com/replicate/cog/blob/main/docs/http.md
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from mds_client.codecs.http_forms import media_type_of
from mds_client.codecs.json_schema import Schema, object_of
from mds_client.codecs.json_schema.keywords import first_of
from mds_client.errors import EndpointFailed, UnreadableAnswer
from mds_client.prediction import Output
from mds_client.protocols.kserve_v1 import outputs
from mds_client.protocols.openapi_fields import Facts, file_field
from mds_client.protocols.protocol import JSON, Conversation, Protocol, body_of, json_of, unreadable
from mds_client.server import ModelInfo
from mds_client.signature import Field, File, ModelRef, Signature, Values
from mds_client.transport.exchange import Request, Response

_STATES = {"READY": "READY", "BUSY": "READY", "STARTING": "LOADING"}
_NAME = "model"
_MOST_SAID = 500


class Cog(Protocol):
    """One container. Its fields are those of `Input`, in the order of `x-order`."""

    NAME = "cog"
    TITLE = "Cog"
    ORDER = 70

    def detect(self) -> Conversation[str]:
        document = _document((yield Request(method="GET", path="/openapi.json")))
        if document is None:
            return ""
        return "GET /openapi.json answered with /predictions, /health-check and the schema Input."

    def ready(self) -> Conversation[bool]:
        info = _info(_NAME, (yield Request(method="GET", path="/health-check")))
        return info.is_ready

    def models(self) -> Conversation[list[ModelInfo]]:
        """The name from the settings, else "model", in the state that its health check says."""
        response = yield Request(method="GET", path="/health-check")
        self.accepted(response)
        info = _info(self.server.name, response)
        return [replace(info, ref=named.ref) for named in self.configured_models()] or [info]

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        response = yield Request(method="GET", path="/openapi.json")
        document = _document(self.accepted(response))
        if document is None:
            raise unreadable("an OpenAPI document with the schema Input", response)
        return Signature(
            model=model,
            inputs=_inputs(document),
            outputs=(Field(name="output", kind="json", label="Answer"),),
            layout="columns",
            platform=self.TITLE,
            max_rows=1,
        )

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        row = {name: _data_url(value) for name, value in rows[0].items()}
        return Request(
            method="POST",
            path="/predictions",
            body=body_of({"input": object_of(signature.inputs, row)}),
            headers=JSON,
            request_id=request_id,
        )

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        """The outputs, and the times that Cog measured. Raises EndpointFailed where the answer reports a
        failure."""
        document = self.json_of(response)
        if not isinstance(document, Mapping) or "status" not in document:
            raise unreadable("a prediction with its status", response)
        if document["status"] != "succeeded":
            raise _failed(document)
        answer = document.get("output")
        if answer is None:
            raise unreadable("an output", response)
        if isinstance(answer, list) and answer and all(isinstance(part, str) for part in answer):
            answer = answer[0] if len(answer) == 1 else _joined(answer)
        answers = outputs("output", [answer], signature, 1, response)
        return signature.model, (*answers, *_metrics(document))


def _document(response: Response) -> Facts | None:
    try:
        document = json_of(response) if response.status == 200 else None
    except UnreadableAnswer:
        return None
    if not isinstance(document, Mapping):
        return None
    paths = document.get("paths")
    has_routes = isinstance(paths, Mapping) and {"/predictions", "/health-check"} <= set(paths)
    return document if has_routes and _schemas(document).get("Input") else None


def _schemas(document: Facts) -> Facts:
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, Mapping) else None
    return schemas if isinstance(schemas, Mapping) else {}


def _inputs(document: Facts) -> tuple[Field, ...]:
    declared = _schemas(document)["Input"]
    members = first_of(declared.get("properties")) if isinstance(declared, Mapping) else {}
    fields = [
        _field(field, members.get(field.name)) for field in Schema(declared, document).fields()
    ]
    return tuple(sorted(fields, key=lambda field: (field.order is None, field.order or 0)))


def _field(field: Field, facts: object) -> Field:
    """A text of the format `uri` is a file, which is sent as a data URL."""
    known = facts if isinstance(facts, Mapping) else {}
    order = known.get("x-order")
    placed = replace(field, order=order if isinstance(order, int) else None)
    if known.get("type") != "string" or known.get("format") != "uri":
        return placed
    kind = file_field("", f"{field.name} {field.title} {field.description}", field.title)
    return replace(
        placed, kind=kind.kind, content_type=kind.content_type, format="", pattern="", examples=()
    )


def _data_url(value: object) -> object:
    if not isinstance(value, File):
        return value
    return f"data:{media_type_of(value)};base64,{b64encode(value.data).decode()}"


def _info(server: str, response: Response) -> ModelInfo:
    """The model's state, with the end of what its setup said where that failed."""
    ref = ModelRef(server=server, name=_NAME)
    try:
        document = json_of(response)
    except UnreadableAnswer:
        document = None
    status = str(document.get("status")) if isinstance(document, Mapping) else ""
    setup = document.get("setup") if isinstance(document, Mapping) else None
    logs = str(setup.get("logs") or "") if isinstance(setup, Mapping) else ""
    state = _STATES.get(status, "UNAVAILABLE" if status else "UNKNOWN")
    last = next((line for line in reversed(logs.splitlines()) if line.strip()), "")
    reason = (last or status)[:_MOST_SAID] if state == "UNAVAILABLE" else ""
    return ModelInfo(ref=ref, state=state, reason=reason)


def _failed(document: Facts) -> EndpointFailed:
    words = " ".join(str(document.get("error") or "").split())[:_MOST_SAID]
    quotation = f" It said: “{words}”" if words else ""
    return EndpointFailed(
        f"The model broke while it worked on this.{quotation}",
        advice="Try again. If it happens again with other values, tell whoever runs the model.",
        detail=f"status {document.get('status')}: {words}",
    )


def _joined(parts: list[str]) -> object:
    """A text that came in pieces is one; several files stay a list."""
    return parts if any(part.startswith(("data:", "http")) for part in parts) else "".join(parts)


def _metrics(document: Facts) -> list[Output]:
    metrics = document.get("metrics")
    named = islice(metrics.items(), 20) if isinstance(metrics, Mapping) else ()
    return [
        Output(name=str(name)[:200], datatype="FP64", shape=(1,), data=(float(value),))
        for name, value in named
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]


PROTOCOL = Cog
