"""Any server that describes its prediction routes with OpenAPI: FastAPI, Ray Serve, BentoML and others.

Every POST operation with a JSON body that looks like a prediction is a model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import quote

import orjson

from mds_client.codecs.json_schema import Schema, object_of, output_fields, outputs_of, value_of
from mds_client.errors import (
    EndpointRefused,
    InvalidValues,
    MdsError,
    ModelNotFound,
    Problem,
    UnreadableAnswer,
)
from mds_client.errors.error_mapping import error_of
from mds_client.prediction import Output
from mds_client.protocols.protocol import JSON, Conversation, Protocol, json_of, unreadable
from mds_client.server import ModelInfo
from mds_client.signature import Field, ModelRef, Signature, Values
from mds_client.transport.exchange import Request, Response

_DOCUMENTS = ("/openapi.json", "/docs.json")
_ROUTES = "/-/routes"
_MAX_APPS = 20
_MAX_OPERATIONS = 200
_MAX_PATH = 500
_NOT_MODELS = re.compile(
    r"(^|[/._-])(health\w*|livez|readyz?|live|metrics|docs|redoc|openapi|admin|login|logout|auth|"
    r"token|feedback|load|unload|repository|users?|config|shutdown)([/._-]|$)",
    re.IGNORECASE,
)
_MANY, _ONE, _WHOLE = "many rows", "one row", "whole body"

Facts = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class _Operation:
    """One operation of one document. `path` is as the server takes it, with its app's prefix."""

    path: str
    facts: Facts
    document: Facts

    @property
    def name(self) -> str:
        return self.path.strip("/").replace("/", ".") or "root"


class OpenAPI(Protocol):
    """The document is read again for each signature: it costs one small request."""

    NAME = "openapi"
    TITLE = "OpenAPI (FastAPI, Ray Serve, BentoML)"
    ORDER = 80

    def detect(self) -> Conversation[str]:
        documents = yield from self._documents()
        found = [operation for place in documents for operation in _operations(*place)]
        if not found:
            return ""
        prefixes = ", ".join(f"{prefix or '/'}" for prefix, _ in documents)
        return f"OpenAPI documents of {prefixes} describe {len(found)} operations like predictions."

    def ready(self) -> Conversation[bool]:
        """There is no agreed route: whoever shows a document can be asked."""
        documents = yield from self._documents()
        return bool(documents)

    def models(self) -> Conversation[list[ModelInfo]]:
        operations = yield from self._operations()
        names = dict.fromkeys(operation.name for operation in operations)
        refs = [ModelRef(server=self.server.name, name=name) for name in names]
        return [ModelInfo(ref=ref, state="READY") for ref in refs]

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        operations = yield from self._operations()
        for operation in operations:
            if operation.name == model.name:
                return _signature(model, operation)
        raise ModelNotFound(
            "The server does not know this model or this version of it.",
            advice="Choose a model from the list; it may have been removed or renamed.",
            detail=f"no operation {model.name!r} in its OpenAPI document",
        )

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        whole = signature.tensor or Field(name=_path_of(signature.model), kind="json")
        if whole.content_type == _MANY:
            body: object = [object_of(signature.inputs, row) for row in rows]
        elif len(rows) != 1:
            raise InvalidValues([Problem(field="", sentence="This model takes one row at a time.")])
        elif whole.content_type == _WHOLE:
            first = signature.inputs[0]
            body = value_of(first, rows[0].get(first.name))
        else:
            body = object_of(signature.inputs, rows[0])
        return Request(
            method="POST",
            path=quote(whole.name, safe="/"),
            body=orjson.dumps(body),
            headers=JSON | ({"X-Request-ID": request_id} if request_id else {}),
            request_id=request_id,
        )

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        body = self.json_of(response)
        is_many = signature.tensor is not None and signature.tensor.content_type == _MANY
        if is_many and isinstance(body, list) and len(body) != rows:
            raise unreadable(f"{rows} answers", response)
        listed = body if is_many and isinstance(body, list) else [body]
        try:
            return signature.model, outputs_of(listed, signature.outputs)
        except (TypeError, ValueError, KeyError, OverflowError, RecursionError) as error:
            raise unreadable(f"an answer that fits together ({error})", response) from error

    def problem(self, response: Response) -> MdsError:
        """FastAPI says where in the body: that is the dotted name of a field."""
        error = error_of(response)
        if isinstance(error, EndpointRefused):
            error.field = _field_of(response)
        return error

    def _operations(self) -> Conversation[list[_Operation]]:
        documents = yield from self._documents()
        if not documents:
            raise UnreadableAnswer(
                "The server answered, but not in the form that was agreed.",
                advice="Tell whoever runs the server; your entries are kept.",
                detail="no OpenAPI document at /openapi.json or /docs.json",
            )
        return [operation for place in documents for operation in _operations(*place)]

    def _documents(self) -> Conversation[list[tuple[str, Facts]]]:
        """Each app's prefix and document. One server may have several (Ray Serve lists them)."""
        for path in _DOCUMENTS:
            document = _document((yield Request(method="GET", path=path)))
            if document is not None:
                return [("", document)]
        found: list[tuple[str, Facts]] = []
        routes = yield Request(method="GET", path=_ROUTES)
        for prefix in _prefixes(routes):
            path = f"{quote(prefix, safe='/')}/openapi.json"
            document = _document((yield Request(method="GET", path=path)))
            if document is not None:
                found.append((prefix, document))
        return found


def _document(response: Response) -> Facts | None:
    if response.status != 200:
        return None
    try:
        body = json_of(response)
    except UnreadableAnswer:
        return None
    is_one = isinstance(body, Mapping) and isinstance(body.get("openapi"), str)
    return body if is_one and isinstance(body, Mapping) else None


def _prefixes(response: Response) -> list[str]:
    try:
        body = json_of(response) if response.status == 200 else None
    except UnreadableAnswer:
        return []
    listed = list(islice(body, _MAX_APPS)) if isinstance(body, Mapping) else []
    return [p.rstrip("/") for p in listed if _is_path(p)]


def _is_path(path: object) -> bool:
    """Whether it is a plain path on this host, without parameters to fill in or steps upwards."""
    if not isinstance(path, str) or not path.startswith("/") or len(path) > _MAX_PATH:
        return False
    is_plain = path.isprintable() and not set("{}?#\\") & set(path)
    return is_plain and "//" not in path and ".." not in path.split("/")


def _operations(prefix: str, document: Facts) -> Iterator[_Operation]:
    """What looks like a prediction. The document's `servers` are not followed."""
    paths = document.get("paths")
    listed = islice(paths.items(), _MAX_OPERATIONS) if isinstance(paths, Mapping) else ()
    for path, methods in listed:
        facts = methods.get("post") if isinstance(methods, Mapping) else None
        if not isinstance(facts, Mapping) or not _is_path(path) or _NOT_MODELS.search(path):
            continue
        if _is_of_rows(_body(facts, document)):
            yield _Operation(path=prefix + path, facts=facts, document=document)


def _body(facts: Facts, document: Facts) -> Schema:
    return Schema(_json_content(facts.get("requestBody"), document), document)


def _json_content(place: object, document: Facts) -> object:
    """The schema of the JSON of a body or an answer, which may be a reference to a component."""
    if isinstance(place, Mapping) and isinstance(place.get("$ref"), str):
        place = _component(document, str(place["$ref"]))
    content = place.get("content") if isinstance(place, Mapping) else None
    said = content.get("application/json") if isinstance(content, Mapping) else None
    return said.get("schema") if isinstance(said, Mapping) else None


def _component(document: Facts, reference: str) -> object:
    found: object = document
    for part in reference.removeprefix("#/").split("/")[:8]:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _is_of_rows(schema: Schema) -> bool:
    return schema.facts.get("type") in ("object", "array")


def _signature(model: ModelRef, operation: _Operation) -> Signature:
    schema = _body(operation.facts, operation.document)
    form, inputs = _inputs(schema)
    return Signature(
        model=model,
        inputs=inputs,
        outputs=_answer(operation),
        layout="columns" if form != _WHOLE else "tensors",
        tensor=Field(name=operation.path, kind="json", content_type=form),
        title=_text(operation.facts.get("summary")),
        question=_text(operation.facts.get("description")),
        platform="OpenAPI",
        max_rows=0 if form == _MANY else 1,
    )


def _inputs(schema: Schema) -> tuple[str, tuple[Field, ...]]:
    """Whether the body is one row, many, or one value; and its fields."""
    if schema.facts.get("type") == "array":
        items = Schema(schema.facts.get("items"), schema.root)
        fields = items.fields()
        if fields:
            return _MANY, fields
    else:
        fields = schema.fields()
        if fields:
            return _ONE, fields
    return _WHOLE, (replace(schema.field("body"), required=True),)


def _answer(operation: _Operation) -> tuple[Field, ...]:
    responses = operation.facts.get("responses")
    listed = responses if isinstance(responses, Mapping) else {}
    said = next((listed[code] for code in ("200", "201", "2XX", "default") if code in listed), None)
    schema = Schema(_json_content(said, operation.document), operation.document)
    if schema.facts.get("type") == "array":
        items = Schema(schema.facts.get("items"), operation.document)
        return output_fields(items) if items.facts.get("properties") else ()
    return output_fields(schema)


def _path_of(model: ModelRef) -> str:
    """The route that a name most likely stands for, where the signature does not say it."""
    return f"/{model.name.replace('.', '/')}"


def _field_of(response: Response) -> str:
    try:
        loc = json.loads(response.body)["detail"][0]["loc"]
        inside = loc[1:] if loc and loc[0] == "body" else loc
        names = [str(part) for part in inside[:16] if isinstance(part, str)]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return ""
    return ".".join(names)[:500]


def _text(value: object) -> str:
    return value[:2000] if isinstance(value, str) else ""


PROTOCOL = OpenAPI
