"""Any server that describes its prediction routes with OpenAPI: FastAPI, Ray Serve, BentoML and others.

Every operation that can be asked is a model (`openapi_operations`); this is what is sent and what comes back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from urllib.parse import quote

import orjson

from mds_client.codecs.http_forms import (
    as_text,
    media_type_of,
    members,
    multipart_of,
    query_of,
    segment_of,
    spread,
)
from mds_client.codecs.json_answers import outputs_of, rows_in
from mds_client.codecs.json_schema import Schema, object_of, output_fields, value_of
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
from mds_client.protocols.openapi_fields import (
    JOINED,
    MANY,
    SENT_AS,
    SENT_IN,
    WHOLE,
    Operation,
    content_of,
    fields_of,
)
from mds_client.protocols.openapi_operations import Document, is_path, operations
from mds_client.protocols.plain_bodies import media_type, text_of
from mds_client.protocols.protocol import (
    JSON,
    Conversation,
    Protocol,
    json_of,
    refuse_failure,
    unreadable,
)
from mds_client.server import ModelInfo, NotOffered, Server
from mds_client.signature import Field, File, ModelRef, Signature, Values
from mds_client.signature.checks import is_missing
from mds_client.transport.exchange import Request, Response

_DOCUMENTS = ("/openapi.json", "/docs.json")
_ROUTES = "/-/routes"
_MAX_APPS = 20
_METHOD, _FORM, _TYPE = "method", "body", "media type"
Facts = Mapping[str, object]


class OpenAPI(Protocol):
    """The document is read again for each signature: it costs one small request."""

    NAME = "openapi"
    TITLE = "OpenAPI (FastAPI, Ray Serve, BentoML)"
    ORDER = 80

    def detect(self) -> Conversation[str]:
        documents = yield from self._documents()
        offered, others = self._sorted(documents)
        if not offered and not any(other.is_likely for other in others):
            return ""
        prefixes = ", ".join(f"{document.prefix or '/'}" for document in documents)
        counted = "1 operation" if len(offered) == 1 else f"{len(offered)} operations"
        return f"OpenAPI documents of {prefixes} describe {counted} like predictions."

    def ready(self) -> Conversation[bool]:
        """There is no agreed route for readiness: a server that shows its document counts as ready."""
        documents = yield from self._documents()
        return bool(documents)

    def models(self) -> Conversation[list[ModelInfo]]:
        """One an operation that can be asked; the others are in `not_offered`."""
        operations = yield from self._operations()
        names = dict.fromkeys(operation.name for operation in operations)
        refs = [ModelRef(server=self.server.name, name=name) for name in names]
        return [ModelInfo(ref=ref, state="READY") for ref in refs]

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        operations = yield from self._operations()
        for operation in operations:
            if operation.name == model.name:
                return _signature(model, operation, self.server)
        raise ModelNotFound(
            "The server does not know this model or this version of it.",
            advice="Choose a model from the list; it may have been removed or renamed.",
            detail=f"no operation {model.name!r} in its OpenAPI document",
        )

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        whole = signature.tensor or Field(name=_path_of(signature.model), kind="json")
        is_many = whole.content_type == MANY and not any(map(_is_parameter, signature.inputs))
        if len(rows) != 1 and not is_many:
            raise InvalidValues([Problem(field="", sentence="This model takes one row at a time.")])
        content_type, body = _body_of(signature.inputs, whole, rows)
        headers = {"Content-Type": content_type} if content_type else {}
        headers |= _headers_of(signature.inputs, rows[0])
        return Request(
            method=whole.provenance.get(_METHOD, "POST"),
            path=_path_with(signature.inputs, whole.name, rows[0]),
            body=body,
            headers=headers | ({"X-Request-ID": request_id} if request_id else {}),
            request_id=request_id,
        )

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        if _is_text(signature) and media_type(response) == "text/plain":
            text = text_of(response)
            refuse_failure(text)
            return signature.model, outputs_of([text], signature.outputs)
        body = self.answer_of(response)
        is_many = signature.tensor is not None and signature.tensor.content_type == MANY
        if is_many and isinstance(body, list) and len(body) != rows:
            raise unreadable(f"{rows} answers", response)
        listed = rows_in(body, rows)
        if rows == 1:
            refuse_failure(*listed)
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

    def _operations(self) -> Conversation[list[Operation]]:
        documents = yield from self._documents()
        if not documents:
            raise UnreadableAnswer(
                "The server answered, but not in the form that was agreed.",
                advice="Tell whoever runs the server; your entries are kept.",
                detail="no OpenAPI document at /openapi.json or /docs.json",
            )
        offered, others = self._sorted(documents)
        self.not_offered = tuple(others)
        return offered

    def _sorted(self, documents: Sequence[Document]) -> tuple[list[Operation], list[NotOffered]]:
        """The operations of all documents that can be asked, and the others."""
        by_document = [operations(document, self.server) for document in documents]
        return [o for offered, _ in by_document for o in offered], [
            o for _, others in by_document for o in others
        ]

    def _documents(self) -> Conversation[list[Document]]:
        """Each app's prefix and document. One server may have several (Ray Serve lists them)."""
        for path in _DOCUMENTS:
            document = _document((yield Request(method="GET", path=path)))
            if document is not None:
                return [Document(prefix="", facts=document)]
        documents: list[Document] = []
        routes = yield Request(method="GET", path=_ROUTES)
        for prefix in _prefixes(routes):
            path = f"{quote(prefix, safe='/')}/openapi.json"
            document = _document((yield Request(method="GET", path=path)))
            if document is not None:
                documents.append(Document(prefix=prefix, facts=document))
        return documents


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
    return [p.rstrip("/") for p in listed if is_path(p) and not set("{}") & set(p)]


def _signature(model: ModelRef, operation: Operation, server: Server) -> Signature:
    form, inputs = fields_of(operation, server)
    body = operation.body
    facts = {_METHOD: operation.method.upper()}
    facts |= {_FORM: body.format, _TYPE: body.media_type} if body else {}
    whole = Field(name=operation.path, kind="json", content_type=form, provenance=facts)
    is_many = form == MANY and not any(map(_is_parameter, inputs))
    return Signature(
        model=model,
        inputs=inputs,
        outputs=_answer(operation),
        layout="columns" if form != WHOLE else "tensors",
        tensor=whole,
        title=_text(operation.facts.get("summary")),
        question=_text(operation.facts.get("description")),
        platform="OpenAPI",
        max_rows=0 if is_many else 1,
    )


def _answer(operation: Operation) -> tuple[Field, ...]:
    responses = operation.facts.get("responses")
    listed = responses if isinstance(responses, Mapping) else {}
    response = next(
        (listed[code] for code in ("200", "201", "2XX", "default") if code in listed), None
    )
    content = content_of(response, operation.document)
    if "text/plain" in content and "application/json" not in content:
        return (Field(name="output", kind="text", role="text", format="long"),)
    schema = Schema(_json_content(response, operation.document), operation.document)
    if schema.facts.get("type") == "array":
        items = Schema(schema.facts.get("items"), operation.document)
        return output_fields(items) if items.facts.get("properties") else ()
    return output_fields(schema)


def _json_content(place: object, document: Facts) -> object:
    """The schema of the JSON of an answer, which may be a reference to a component."""
    media_type = content_of(place, document).get("application/json")
    return media_type.get("schema") if isinstance(media_type, Mapping) else None


# One request.


def _is_parameter(field: Field) -> bool:
    return SENT_IN in field.provenance


def _parameters_in(inputs: Sequence[Field], row: Values, place: str) -> list[tuple[str, object]]:
    """Name and value of each parameter that is sent in this place (`query`, `path`, `header`) and has a value."""
    parameters: list[tuple[str, object]] = []
    for field in inputs:
        value = row.get(field.name)
        if field.provenance.get(SENT_IN) == place and not is_missing(value):
            listed = members(value_of(field, value))
            joined = field.provenance.get(JOINED)
            values = [joined.join(map(as_text, listed))] if joined else listed
            parameters += [(field.provenance.get(SENT_AS, field.name), one) for one in values]
    return parameters


def _path_with(inputs: Sequence[Field], path: str, row: Values) -> str:
    """The path with its parameters filled in and its query. Raises InvalidValues."""
    filled = quote(path, safe="/{}")
    for field in inputs:
        if field.provenance.get(SENT_IN) == "path":
            name = quote(field.provenance.get(SENT_AS, field.name), safe="")
            filled = filled.replace(f"{{{name}}}", _segment(field, row.get(field.name)))
    query = query_of(_parameters_in(inputs, row, "query"))
    return filled + (f"?{query}" if query else "")


def _segment(field: Field, value: object) -> str:
    try:
        return segment_of(value_of(field, value))
    except ValueError:
        sentence = f"{field.title} becomes a step of the address: it cannot be “{value}”."
        raise InvalidValues([Problem(field=field.name, sentence=sentence)]) from None


def _headers_of(inputs: Sequence[Field], row: Values) -> dict[str, str]:
    """Header values are printable ASCII on one line. Raises InvalidValues for any other value."""
    headers: dict[str, str] = {}
    for name, value in _parameters_in(inputs, row, "header"):
        text = as_text(value)
        if not text.isprintable() or not text.isascii():
            sentence = f"{name} is sent as a header: letters of English and signs on one line only."
            raise InvalidValues([Problem(field=name, sentence=sentence)])
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers


def _body_of(inputs: Sequence[Field], whole: Field, rows: Sequence[Values]) -> tuple[str, bytes]:
    """Its content type, empty where there is no body, and its bytes."""
    fields = [field for field in inputs if not _is_parameter(field)]
    form = whole.provenance.get(_FORM, "json" if _METHOD not in whole.provenance else "")
    if form == "json":
        return JSON["Content-Type"], orjson.dumps(_json_of(fields, whole, rows))
    if form in ("text", "file"):
        return _whole_body(rows[0].get(fields[0].name), whole.provenance.get(_TYPE, ""))
    if form in ("multipart", "urlencoded"):
        pairs = spread(_parts(fields, rows[0]))
        if form == "multipart":
            body, content_type = multipart_of(pairs)
            return content_type, body
        return "application/x-www-form-urlencoded", query_of(pairs).encode()
    return "", b""


def _json_of(fields: Sequence[Field], whole: Field, rows: Sequence[Values]) -> object:
    if whole.content_type == MANY:
        return [object_of(fields, row) for row in rows]
    if whole.content_type == WHOLE:
        return value_of(fields[0], rows[0].get(fields[0].name))
    return object_of(fields, rows[0])


def _whole_body(value: object, media_type: str) -> tuple[str, bytes]:
    """A body that is a text or one file."""
    if isinstance(value, File):
        is_open = not media_type or media_type.endswith(("/*", "octet-stream"))
        return (media_type_of(value) if is_open and value.media_type else media_type), value.data
    return media_type, as_text(value).encode()


def _parts(fields: Sequence[Field], row: Values) -> list[tuple[str, object]]:
    """The parts of a form that have a value. Files go as their bytes, an object within is one part of JSON."""
    plain = [field for field in fields if "." not in field.name]
    parts = [
        (field.name.replace("~1", ".").replace("~0", "~"), _part(field, row.get(field.name)))
        for field in plain
    ]
    nested = object_of([field for field in fields if "." in field.name], row)
    return [(name, value) for name, value in (*parts, *nested.items()) if value is not None]


def _part(field: Field, value: object) -> object:
    if is_missing(value) or isinstance(value, File):
        return None if is_missing(value) else value
    if field.content_type == "base64" and isinstance(value, str):
        return File(name=field.name, media_type="", data=value.encode())
    return value_of(field, value)


def _is_text(signature: Signature) -> bool:
    """Whether the answer is declared as plain text: then digits are text too."""
    return [field.role for field in signature.outputs] == ["text"]


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
