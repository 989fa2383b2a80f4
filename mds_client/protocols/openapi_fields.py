"""What one operation of an OpenAPI document takes, as fields.

Parameters in the query, the path and headers are fields like those of the body, which may be JSON, a form with or
without files, a text, or a file by itself. A document comes from a server and may be hostile: all of it is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Literal

from mds_client.codecs.json_schema import Schema
from mds_client.codecs.json_schema.keywords import is_encoded, list_of, readable, target_of, text_of
from mds_client.server import Server
from mds_client.signature import Field, Kind
from mds_client.signature.metadata import DECLARED

MANY, ONE, WHOLE = "many rows", "one row", "whole body"
SENT_IN, SENT_AS, JOINED = "sent in", "sent as", "sent joined by"
BODY = "body"
_MAX_PARAMETERS = 50
_PICTURE = re.compile(r"image|img|photo|picture|scan|x-?ray", re.IGNORECASE)
_SOUND = re.compile(r"audio|sound|speech|voice|recording|transcri|\bwav\b", re.IGNORECASE)
# Our own headers, and those that OpenAPI says are no parameters.
_OUR_HEADERS = {
    "accept", "authorization", "content-type", "content-length", "host", "user-agent", "x-request-id",
    "traceparent", "tracestate", "baggage",
}  # fmt: skip
_PREDICTS = re.compile(
    r"predict|infer|scor|classif|detect|recogni|translat|embed|genera[t]|summari|forecast|estimat|recommend"
    r"|segment|transcri|ocr|\bask\b|answer|comple[t]|chat|evaluat|invo[ck]|analy[sz]|sentiment|similar|rank|caption",
    re.IGNORECASE,
)
_PLACES = ("path", "query", "header")
_JSON, _MULTIPART = "application/json", "multipart/form-data"
_URLENCODED = "application/x-www-form-urlencoded"
_FORMATS = ("json", "multipart", "urlencoded", "text", "file")

Facts = Mapping[str, object]
Format = Literal["json", "multipart", "urlencoded", "text", "file"]


@dataclass(frozen=True, kw_only=True)
class Body:
    """What an operation takes as its body: in which form, with which schema."""

    media_type: str
    format: Format
    schema: Schema
    declared: object = None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of one document. `path` is as the server takes it, `route` without the part of its `servers`."""

    method: str
    path: str
    route: str
    facts: Facts
    document: Facts
    name: str = ""
    about: Facts | None = None

    @property
    def title(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @cached_property
    def says_it_predicts(self) -> bool:
        """Whether its path, its id or its summary has a word for predictions."""
        texts = (self.facts.get("operationId"), self.facts.get("summary"))
        words = " ".join((self.route, *map(text_of, texts))).replace("_", " ")
        return bool(_PREDICTS.search(words))

    @cached_property
    def body(self) -> Body | None:
        return _body(self)

    @cached_property
    def parameters(self) -> tuple[Facts, ...]:
        """The parameters of the path item and of the operation; those of the operation take precedence."""
        listed = [
            *list_of((self.about or {}).get("parameters")),
            *list_of(self.facts.get("parameters")),
        ]
        by_place: dict[tuple[str, str], Facts] = {}
        for each in listed[:_MAX_PARAMETERS]:
            facts = _referred(each, self.document)
            by_place[str(facts.get("in")), str(facts.get("name"))] = facts
        declared = {name for place, name in by_place if place == "path"}
        for name in re.findall(r"\{([^{}]+)\}", self.path):
            if name not in declared:
                by_place["path", name] = {"in": "path", "name": name, "schema": {"type": "string"}}
        return tuple(by_place.values())


def fields_of(operation: Operation, server: Server) -> tuple[str, tuple[Field, ...]]:
    """Whether the body is one row, many, or one value; and all fields, those of the parameters first."""
    form, of_body = _of_body(operation)
    body_names = {field.name for field in of_body}
    parameters = [
        _parameter(facts, operation, body_names) for facts in input_parameters(operation, server)
    ]
    return form, (*parameters, *of_body)


def content_of(place: object, document: Facts) -> Mapping[str, object]:
    """What a body or an answer may be, by media type; it may be a reference to a component."""
    content = _referred(place, document).get("content")
    return content if isinstance(content, Mapping) else {}


def _referred(place: object, document: Facts) -> Facts:
    if isinstance(place, Mapping) and isinstance(place.get("$ref"), str):
        place = target_of(document, str(place["$ref"]))
    return place if isinstance(place, Mapping) else {}


# Parameters.


def input_parameters(operation: Operation, server: Server) -> list[Facts]:
    """The parameters that a person fills in: headers that the settings or this client send are left out."""
    sent = {name.casefold() for name in server.headers} | _OUR_HEADERS
    if server.credentials.api_key:
        sent.add((server.credentials.api_key_header or "X-API-Key").casefold())
    return [
        facts
        for facts in operation.parameters
        if facts.get("in") in _PLACES
        and isinstance(facts.get("name"), str)
        and not (facts["in"] == "header" and str(facts["name"]).casefold() in sent)
    ]


def _parameter(facts: Facts, operation: Operation, body_names: set[str]) -> Field:
    name, place = str(facts["name"]), str(facts["in"])
    schema = Schema(_with_examples(_schema_in(facts), facts), operation.document)
    field = schema.field(name)
    joined = {JOINED: ","} if facts.get("explode") is False else {}
    shown = f"{name} ({place})" if name in body_names else name
    return replace(
        field,
        name=shown,
        label=text_of(schema.facts.get("title")) or readable(name),
        description=field.description or text_of(facts.get("description")),
        required=facts.get("required") is True or place == "path",
        content_type="",
        provenance={"kind": DECLARED, SENT_IN: place, SENT_AS: name, **joined},
    )


def _schema_in(facts: Facts) -> object:
    """The schema of a parameter: its own, or that of its one media type."""
    if "schema" in facts:
        return facts["schema"]
    content = facts.get("content")
    first = next(iter(content.values()), None) if isinstance(content, Mapping) else None
    return first.get("schema") if isinstance(first, Mapping) else None


def _with_examples(schema: object, place: Facts) -> object:
    """The schema with the examples that stand beside it, at its parameter or media type."""
    named = place.get("examples")
    listed = islice(named.values(), 20) if isinstance(named, Mapping) else ()
    examples = [e["value"] for e in listed if isinstance(e, Mapping) and "value" in e]
    examples += [place["example"]] if "example" in place else []
    if not examples or not isinstance(schema, Mapping):
        return schema
    return {**schema, "examples": [*examples, *list_of(schema.get("examples"))]}


# The body.


def _body(operation: Operation) -> Body | None:
    """The body in the form that we write best."""
    content = content_of(operation.facts.get("requestBody"), operation.document)
    readable_forms = [(f, t, c) for t, c in islice(content.items(), 20) if (f := _format(str(t)))]
    for format, media_type, facts in sorted(
        readable_forms, key=lambda each: _FORMATS.index(each[0])
    ):
        place = facts if isinstance(facts, Mapping) else {}
        declared = place.get("schema") or {}
        schema = Schema(_with_examples(declared, place), operation.document)
        return Body(media_type=str(media_type), format=format, schema=schema, declared=declared)
    return _undeclared(operation)


def _undeclared(operation: Operation) -> Body | None:
    """JSON of any form for an operation that predicts by its name and says nothing of what it takes: its code
    reads the request by itself."""
    is_silent = "requestBody" not in operation.facts and not operation.parameters
    if operation.method != "post" or not is_silent or not operation.says_it_predicts:
        return None
    description = {"description": "What it takes is not declared: the JSON that its code reads."}
    return Body(media_type=_JSON, format="json", schema=Schema(description), declared=description)


def _format(media_type: str) -> Format | None:
    kind = media_type.partition(";")[0].strip().lower()
    if kind in (_JSON, "*/*") or kind.endswith("+json"):
        return "json"
    if kind in (_MULTIPART, _URLENCODED):
        return "multipart" if kind == _MULTIPART else "urlencoded"
    if kind == "text/plain":
        return "text"
    is_file = kind == "application/octet-stream" or kind.startswith(("image/", "audio/"))
    return "file" if is_file else None


def _of_body(operation: Operation) -> tuple[str, tuple[Field, ...]]:
    body = operation.body
    if body is None:
        return ONE, ()
    if body.format in ("text", "file"):
        return WHOLE, (_whole_body_field(body, operation),)
    form, fields = _inputs(body)
    if body.format == "json":
        return form, fields
    return ONE, tuple(_form_field(field, body.schema, operation) for field in fields)


def _inputs(body: Body) -> tuple[str, tuple[Field, ...]]:
    schema = body.schema
    if schema.facts.get("type") == "array":
        items = Schema(schema.facts.get("items"), schema.root)
        fields = items.fields()
        if fields:
            return MANY, fields
    else:
        fields = schema.fields()
        if fields:
            return ONE, fields
    whole = replace(schema.field(BODY), required=True)
    return WHOLE, (replace(whole, description=whole.description or _forms(body)),)


def _forms(body: Body) -> str:
    """The names of the forms that a body without a telling mark may have."""
    root = body.schema.root
    declared = _referred(body.declared, root if isinstance(root, Mapping) else {})
    union = list_of(declared.get("anyOf")) or list_of(declared.get("oneOf"))
    named = [text_of(body.schema.resolved(form).get("title")) for form in union[:10]]
    return f"One of these forms: {', '.join(filter(None, named))}." if any(named) else ""


def _whole_body_field(body: Body, operation: Operation) -> Field:
    """A body that is a text, or one file."""
    if body.format == "text":
        return replace(
            body.schema.field(BODY), kind="text", label="Text", required=True, content_type=""
        )
    return replace(file_field(body.media_type, operation.route, "File"), name=BODY)


def _form_field(field: Field, schema: Schema, operation: Operation) -> Field:
    """A part of a form: a file where the schema says that it is bytes, also in a list."""
    facts = _member(field.name, schema)
    if facts.get("type") == "array":
        facts = schema.resolved(facts.get("items"))
    media = text_of(facts.get("contentMediaType"))
    if not (facts.get("format") == "binary" or is_encoded(facts) or media):
        return field
    words = " ".join(
        (field.name, operation.route, field.title, text_of(operation.facts.get("summary")))
    )
    replacement = file_field(media, words, field.title)
    return replace(
        replacement,
        name=field.name,
        description=field.description,
        required=field.required,
        group=field.group,
    )


def _member(name: str, schema: Schema) -> dict[str, object]:
    facts = schema.facts
    for part in name.split("."):
        members = facts.get("properties")
        own = (
            members.get(part.replace("~1", ".").replace("~0", "~"))
            if isinstance(members, Mapping)
            else None
        )
        facts = schema.resolved(own)
    return facts


def file_field(media_type: str, words: str, label: str) -> Field:
    """A file as a field: a picture or a recording where its type or the names around it say so."""
    kind: Kind = "text"
    if media_type.startswith("image/") or (
        not media_type.startswith("audio/") and _PICTURE.search(words)
    ):
        kind = "image"
    elif media_type.startswith("audio/") or _SOUND.search(words):
        kind = "audio"
    is_known = (
        kind != "text" and "/" in media_type and not media_type.endswith(("/*", "octet-stream"))
    )
    return Field(
        name=BODY, kind=kind, label=label, content_type="base64" if kind == "text" else "",
        media_types=(media_type,) if is_known else (), provenance={"kind": DECLARED},
    )  # fmt: skip
