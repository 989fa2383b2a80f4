"""What a file says of a model: a model-settings.json or a JSON Schema, as facts of a person who chose it.

A file may be broken or hostile: it is bounded before it is read, and what is wrong is one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

import orjson

from mds_client.codecs.json_schema import Schema
from mds_client.signature import Field, ModelRef, Signature
from mds_client.signature.facts import Facts, FieldFacts
from mds_client.signature.metadata import signature_of
from signatures.content import EDITED, read, written
from signatures.errors import UnreadableFile
from signatures.export import EXTRA

MAX_FILE_BYTES = 2 * 1024 * 1024
_SCHEMA_WORDS = ("$schema", "properties", "$ref", "allOf", "anyOf", "oneOf", "$defs")
_FILE = ModelRef(server="file", name="file")
_EMPTY = FieldFacts()
_DEFAULTS = {f.name: f.default for f in fields(Field)}
_FACTS = tuple(f.name for f in fields(FieldFacts))


def imported(data: bytes) -> Facts:
    """The facts in a file. Examples that are files themselves are left out. Raises UnreadableFile."""
    document = _document(data)
    if isinstance(document.get("inputs"), list) or isinstance(document.get("outputs"), list):
        facts = _of_signature(signature_of(_FILE, document))
    elif any(word in document for word in _SCHEMA_WORDS):
        facts = _of_schema(document)
    else:
        raise UnreadableFile("The file is neither a model-settings.json nor a JSON Schema.")
    if not written(facts):
        raise UnreadableFile("The file does not describe the inputs of a model.")
    return facts


def _document(data: bytes) -> Mapping[str, object]:
    if len(data) > MAX_FILE_BYTES:
        most = MAX_FILE_BYTES / 2**20
        raise UnreadableFile(f"The file is too large: at most {most:g} MB are read.")
    if not data.strip():
        raise UnreadableFile("The file is empty.")
    try:
        document = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UnreadableFile(f"The file is not JSON: see {where}.", str(error)) from error
    if not isinstance(document, Mapping):
        raise UnreadableFile("The file is JSON, but it does not describe a model.")
    return document


def _of_signature(signature: Signature) -> Facts:
    inputs = () if signature.layout == "unknown" else signature.inputs
    labels = next((field.labels for field in signature.outputs if field.labels), ())
    return _kept(
        Facts(
            source=EDITED,
            title=signature.title,
            question=signature.question,
            inputs=tuple(field.name for field in inputs),
            fields={field.name: _own_facts(field) for field in inputs},
            labels=labels,
        )
    )


def _of_schema(document: Mapping[str, object]) -> Facts:
    """The schema's own words; where it has none, those under `x-mds`."""
    schema = Schema(document)
    extra = read(document.get(EXTRA))
    inputs = schema.fields()
    facts_by_name = {field.name: _without_echo(field, _own_facts(field)) for field in inputs}
    title, description = (schema.facts.get(word) for word in ("title", "description"))
    return _kept(
        Facts(
            source=EDITED,
            title=title if isinstance(title, str) else "",
            question=extra.question,
            description=description if isinstance(description, str) else "",
            inputs=tuple(field.name for field in inputs),
            fields={
                n: _completed(facts, extra.fields.get(n, _EMPTY))
                for n, facts in facts_by_name.items()
            },
            labels=extra.labels,
        )
    )


def _own_facts(field: Field) -> FieldFacts:
    """What a field says of itself; its kind, datatype and shape always."""
    declared = {
        name: getattr(field, name) for name in _FACTS if getattr(field, name) != _DEFAULTS.get(name)
    }
    return replace(
        FieldFacts(**declared), kind=field.kind, datatype=field.datatype, shape=field.shape
    )


def _without_echo(field: Field, facts: FieldFacts) -> FieldFacts:
    """Without a label that is only the name made readable."""
    echo = Field(name=field.name.rpartition(".")[2], kind="text").title
    return replace(facts, label=None) if facts.label == echo else facts


def _completed(facts: FieldFacts, extra: FieldFacts) -> FieldFacts:
    """The facts of the schema with what it has no word for. A kind or datatype of ours is closer."""
    known = {name: getattr(extra, name) for name in _FACTS if getattr(extra, name) is not None}
    missing = {
        n: v for n, v in known.items() if n in ("kind", "datatype") or getattr(facts, n) is None
    }
    return replace(facts, **missing)


def _kept(facts: Facts) -> Facts:
    """As an overlay keeps it: bounded, clean, without files."""
    return read(written(facts))
